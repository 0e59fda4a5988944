/**
 * A session's tokens, and where they are kept: in this Worker alone (`memory`), or sealed on the device, for every tab. In memory mode what stays
 * behind is when the session began and was used, without a secret: so that a reload knows that there is something to resume, and for how long.
 */

import type { IdTokenClaims, Tokens } from "../../types.js";
import type { Setup } from "../protocol.js";
import { problem, type Policy } from "./policy.js";
import * as store from "./store.js";

/** What of tokens is needed later. An ID token was judged, and is dropped unless logout is to show it. */
export interface Keep {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly expires_at?: number;
  readonly claims?: IdTokenClaims;
}

/** A session with its tokens. */
export interface Held {
  /** Another one with each change, so that a tab knows what it has read already. */
  readonly revision: string;
  readonly policy: Policy;
  readonly tokens: Keep;
}

interface Record {
  readonly revision: string;
  readonly policy: Policy;
  readonly sealed?: store.Sealed;
}

/** What is worth keeping of tokens; claims that a refresh did not bring anew are those of before. */
export function worthKeeping(tokens: Tokens, before: Keep | undefined, idToken: boolean): Keep {
  const { access_token, token_type, refresh_token, scope, expires_at } = tokens;
  const claims = tokens.claims ?? before?.claims;
  const hint = idToken ? (tokens.id_token ?? before?.id_token) : undefined;
  const granted = scope ?? before?.scope;
  return {
    access_token, token_type,
    ...(refresh_token !== undefined && { refresh_token }), ...(hint !== undefined && { id_token: hint }), ...(granted !== undefined && { scope: granted }),
    ...(expires_at !== undefined && { expires_at }), ...(claims !== undefined && { claims }),
  };
}

/** A revision that no tab has seen. */
export const revise = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

/** Makes sure that this host can keep a session on the device. */
export async function checkDevice(): Promise<void> {
  if (globalThis.crypto?.subtle === undefined || navigator.locks === undefined) throw problem("crypto_unavailable", "configuration", "persistence");
  await store.seal("trial", null).catch((error: unknown) => {
    throw error instanceof Error && "code" in error ? error : problem("crypto_unavailable", "configuration", "persistence");
  });
}

/** Where one session is kept. */
export class Shelf {
  readonly #name: string;
  readonly #device: boolean;

  constructor({ key, device }: Setup) {
    this.#name = key;
    this.#device = device;
  }

  /** The session as it was put last, with its tokens where they are on the device. */
  async read(): Promise<Held | undefined> {
    const record = await this.#record();
    const tokens = this.#device && record?.sealed && (await store.unseal<Keep>(this.#place(record), record.sealed));
    return record && tokens ? { revision: record.revision, policy: record.policy, tokens } : undefined;
  }

  /** When it began and was used last, whether or not its tokens are there. */
  async trace(): Promise<Policy | undefined> {
    return (await this.#record())?.policy;
  }

  /** Puts it; in place of `before` only where that is still there, in memory mode any trace. Tells whether it did. */
  async write({ revision, policy, tokens }: Held, before?: Held): Promise<boolean> {
    const record = { revision, policy };
    const sealed = this.#device ? { sealed: await store.seal(this.#place(record), tokens) } : {};
    const follows = (there?: Record): boolean => !before || (this.#device ? there?.revision === before.revision : there !== undefined);
    return follows(await store.exchange<Record>("sessions", this.#name, (there) => (follows(there) ? { ...record, ...sealed } : undefined)));
  }

  clear(): Promise<void> {
    return store.remove("sessions", this.#name);
  }

  #record(): Promise<Record | undefined> {
    return store.get<Record>("sessions", this.#name);
  }

  /** What is known of a session cannot be swapped under its tokens: to undo the doubt about a refresh token, say. */
  #place({ revision, policy }: Pick<Record, "revision" | "policy">): string {
    return JSON.stringify([this.#name, revision, policy]);
  }
}
