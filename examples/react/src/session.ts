/** The login of this page, outside of React: a store that components subscribe to. Tokens are in memory alone. */
import { Client, GrantError, type Pending, type Tokens } from "grantkit";

const ISSUER: string = import.meta.env["ISSUER"] ?? "http://127.0.0.1:4000";
const CLIENT_ID: string = import.meta.env["CLIENT_ID"] ?? "react";
const SECONDS_BEFORE_EXPIRY = 30;

export type State =
  | { readonly is: "starting" }
  | { readonly is: "out"; readonly error?: GrantError }
  | { readonly is: "in"; readonly tokens: Tokens };

let state: State = { is: "starting" };
const listeners = new Set<() => void>();

export const current = (): State => state;
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

function fail(error: unknown): void {
  if (!(error instanceof GrantError)) throw error;
  console.error(JSON.stringify(error)); // secrets are redacted
  become({ is: "out", error });
}

let opened: Promise<Client> | undefined;
function open(): Promise<Client> {
  opened ??= Client.discover(ISSUER, { clientId: CLIENT_ID, redirectUri: `${location.origin}/callback`, scope: "openid profile offline_access" });
  opened.catch(() => { opened = undefined; }); // a failure is not kept
  return opened;
}

export async function logIn(): Promise<void> {
  try {
    // Some servers give a refresh token only with a consent.
    const { url, pending } = await (await open()).authorize({ prompt: "consent" });
    sessionStorage.setItem("pending", JSON.stringify(pending));
    location.assign(url);
  } catch (error) {
    fail(error);
  }
}

/**
 * Once, when this module is loaded, and not in an effect: React's StrictMode runs effects twice, and a code is good for one request.
 */
async function start(): Promise<void> {
  if (location.pathname !== "/callback") return become({ is: "out" });
  const arrived = location.href;
  history.replaceState(null, "", "/"); // the code leaves the address bar at once
  const pending = JSON.parse(sessionStorage.getItem("pending") ?? "null") as Pending;
  sessionStorage.removeItem("pending"); // it is good for one callback
  try {
    become({ is: "in", tokens: await (await open()).callback(arrived, pending) });
  } catch (error) {
    fail(error);
  }
}
void start();

let refreshing: Promise<Tokens> | undefined;

/** Tokens that are good for the next half minute; callers that come at the same time share one refresh. */
async function fresh(): Promise<Tokens> {
  if (state.is !== "in") throw new Error("nobody is logged in");
  const { tokens } = state;
  if ((tokens.expires_at ?? Infinity) - Date.now() / 1000 > SECONDS_BEFORE_EXPIRY) return tokens;
  return refresh(tokens);
}

function refresh(tokens: Tokens): Promise<Tokens> {
  refreshing ??= open().then((client) => client.refresh(tokens)).then(
    (next) => { become({ is: "in", tokens: next }); return next; },
    (error: unknown) => {
      // Spent, or perhaps spent: it is not sent again. A failure that passes leaves the session as it is.
      if (error instanceof GrantError && (error.grantMayBeConsumed || error.code === "missing_refresh_token")) become({ is: "out", error });
      throw error;
    },
  ).finally(() => { refreshing = undefined; });
  return refreshing;
}

/** Refreshes now, whatever the time. */
export async function renew(): Promise<void> {
  if (state.is === "in") await refresh(state.tokens);
}

export async function userinfo(): Promise<unknown> {
  return (await open()).userinfo(await fresh());
}

export async function logOut(): Promise<void> {
  if (state.is !== "in") return;
  const { tokens } = state;
  become({ is: "out" });
  const client = await open();
  if (tokens.refresh_token) await client.revoke(tokens.refresh_token).catch(() => undefined); // best effort
  location.assign(client.logoutUrl({ ...(tokens.id_token && { id_token_hint: tokens.id_token }), post_logout_redirect_uri: `${location.origin}/` }));
}
