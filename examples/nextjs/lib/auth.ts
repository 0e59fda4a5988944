/** The login of this server. The browser holds a random name of a session and nothing else; tokens stay here. */
import { randomBytes } from "node:crypto";

import { Client, GrantError, secretBasic, type Pending, type Tokens } from "grantkit";
import { cookies } from "next/headers";

const { ISSUER = "http://127.0.0.1:4000", CLIENT_ID = "nextjs", CLIENT_SECRET = "", ORIGIN = "http://localhost:3000" } = process.env;
const SECONDS_BEFORE_EXPIRY = 30;
const EIGHT_HOURS = 28_800;
const TEN_MINUTES = 600;

/** In place of a database. On `globalThis`, because Next.js may load this file more than once. */
interface Shared { sessions: Map<string, { tokens: Tokens; refreshing?: Promise<Tokens> }>; logins: Map<string, Pending>; client?: Promise<Client> }
const shared = ((globalThis as { grantkitExample?: Shared }).grantkitExample ??= { sessions: new Map(), logins: new Map() });

function open(): Promise<Client> {
  shared.client ??= Client.discover(ISSUER, {
    clientId: CLIENT_ID, clientAuth: secretBasic(CLIENT_SECRET), redirectUri: `${ORIGIN}/callback`, scope: "openid profile offline_access",
  });
  shared.client.catch(() => { delete shared.client; }); // a failure is not kept
  return shared.client;
}

const name = () => randomBytes(32).toString("base64url");
const secure = ORIGIN.startsWith("https:");
const options = (maxAge: number) => ({ path: "/", httpOnly: true, secure, sameSite: "lax", maxAge }) as const;

export async function leave(): Promise<string> {
  const { url, pending } = await (await open()).authorize({ prompt: "consent" });
  const id = name();
  shared.logins.set(id, pending);
  setTimeout(() => shared.logins.delete(id), TEN_MINUTES * 1000).unref();
  (await cookies()).set("login", id, options(TEN_MINUTES));
  return url;
}

/** Where to go next. */
export async function comeBack(request: Request): Promise<string> {
  const jar = await cookies();
  const id = jar.get("login")?.value ?? "";
  const pending = shared.logins.get(id);
  shared.logins.delete(id); // it is good for one callback
  jar.delete("login");
  if (!pending) return "/?error=no_login";
  try {
    const { search } = new URL(request.url);
    const tokens = await (await open()).callback(search, pending);
    const session = name(); // a new name at each login: nobody can have set it beforehand
    shared.sessions.set(session, { tokens });
    jar.set("session", session, options(EIGHT_HOURS));
    return "/";
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    console.error(JSON.stringify(error)); // secrets are redacted
    return `/?error=${error.code}`;
  }
}

/** The user's tokens, refreshed where they are old: one refresh at a time for each session. For server components and route handlers. */
export async function tokens(): Promise<Tokens | undefined> {
  const id = (await cookies()).get("session")?.value ?? "";
  const session = shared.sessions.get(id);
  if (!session) return undefined;
  if ((session.tokens.expires_at ?? Infinity) - Date.now() / 1000 > SECONDS_BEFORE_EXPIRY) return session.tokens;
  session.refreshing ??= open().then((client) => client.refresh(session.tokens)).finally(() => { delete session.refreshing; });
  try {
    return (session.tokens = await session.refreshing);
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    if (error.grantMayBeConsumed || error.code === "missing_refresh_token") shared.sessions.delete(id);
    return undefined;
  }
}

export async function userinfo(of: Tokens): Promise<Record<string, unknown>> {
  return (await open()).userinfo(of);
}

export async function logOut(): Promise<string> {
  const jar = await cookies();
  const id = jar.get("session")?.value ?? "";
  const held = shared.sessions.get(id)?.tokens;
  shared.sessions.delete(id);
  jar.delete("session");
  const client = await open();
  return client.logoutUrl({ ...(held?.id_token && { id_token_hint: held.id_token }), post_logout_redirect_uri: `${ORIGIN}/` });
}
