/** Logins and logouts that are under way in some window, by their `state`. Each is taken out once: the same callback is not redeemed twice. */

import type { Pending } from "../../types.js";
import * as store from "./store.js";

/** Milliseconds after which a login that did not come back is forgotten. */
const LIFE = 15 * 60_000;

/** Logins that are kept at the most, of every tab together: who begins more has left the first ones. */
const MOST = 64;

/** How it was begun, and where to be afterwards. No secret. */
interface Plain {
  readonly of: string;
  readonly mode: "redirect" | "popup" | "logout";
  readonly returnTo: string;
  readonly at: number;
  readonly spent?: boolean;
}

interface Record extends Plain {
  readonly sealed?: store.Sealed;
  /** Where the host cannot seal: a page over http, which anybody on the way could have altered anyway. */
  readonly open?: Pending;
}

/** Keeps one. */
export async function keep(state: string, plain: Omit<Plain, "at" | "spent">, pending?: Pending): Promise<void> {
  const secret = pending && (await store.seal(`pending ${state}`, pending).then((sealed) => ({ sealed }), () => ({ open: pending })));
  await store.put("pending", state, { ...plain, at: Date.now(), ...secret } satisfies Record);
  await store.prune<Record>("pending", (all) => {
    const young = all.filter(([, { at }]) => Math.abs(Date.now() - at) < LIFE);
    return new Set(young.sort(([, a], [, b]) => rank(b) - rank(a)).slice(0, MOST).map(([name]) => name));
  });
}

/** What is spent goes before all that is under way, and then what is older. */
const rank = ({ at, spent }: Plain): number => (spent ? at - 2 * LIFE : at);

/** What is known of it, which stays where it is. */
export async function look(state: string): Promise<Plain | undefined> {
  const record = await store.get<Record>("pending", state);
  return record && Math.abs(Date.now() - record.at) < LIFE ? record : undefined;
}

/** Takes it out, in one transaction; what stays behind says only that it was here. */
export async function take(state: string): Promise<{ plain: Plain; pending: Pending } | undefined> {
  const record = await store.exchange<Record>("pending", state, (before) => before && spentOf(before));
  if (!record || record.spent) return undefined;
  const pending = record.open ?? (record.sealed && (await store.unseal<Pending>(`pending ${state}`, record.sealed)));
  return pending && { plain: record, pending };
}

function spentOf({ of, mode, returnTo, at }: Record): Record {
  return { of, mode, returnTo, at, spent: true };
}

/** The `state` of an address that a server sent somebody to; in a JWT (JARM) too, which is judged later. */
export function stateOf(url: string): string | undefined {
  const { searchParams, hash } = new URL(url);
  for (const parameters of [searchParams, new URLSearchParams(hash.slice(1))]) {
    const state = parameters.get("state") ?? stateIn(parameters.get("response"));
    if (state) return state;
  }
  return undefined;
}

function stateIn(jwt: string | null): string | undefined {
  try {
    const payload = jwt?.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/");
    const { state } = JSON.parse(atob(payload ?? "")) as { state?: unknown };
    return typeof state === "string" ? state : undefined;
  } catch {
    return undefined;
  }
}
