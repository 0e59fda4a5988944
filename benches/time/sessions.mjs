/** Sessions as a login leaves them, of any size, and what seals ours: the inner parts of `grantkit/worker`, which are no part of its API. */
import "grantkit/worker";

import { Edge } from "../../pkg/dist/wasm/edge_bg.js";
import { Vault } from "../../pkg/dist/worker/vault.js";
import { KEY } from "./password.mjs";

/** Where ours are sealed. */
export const PLACE = { purpose: "session", name: "__Host-Http-session", origin: "https://app.example" };

/** Tokens and claims that are so many bytes of JSON. */
export function sessionOf(bytes) {
  const now = Math.floor(Date.now() / 1000);
  const session = {
    tokens: { access_token: "", token_type: "Bearer", refresh_token: random(43), scope: "openid profile email" },
    expires_at: now + 86_400,
    claims: { iss: "https://op.example", sub: random(12), name: "Jane Doe", email: "janedoe@example.com", email_verified: true },
  };
  // The rest is what grows in practice: an access token that is a JWT.
  session.tokens.access_token = random(Math.max(32, bytes - JSON.stringify(session).length));
  return session;
}

function random(characters) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bytes = new Uint8Array(characters);
  crypto.getRandomValues(bytes);
  return Array.from(bytes, (byte) => alphabet[byte & 63]).join("");
}

const edge = () => new Edge(JSON.stringify({ sessionKeys: [KEY], routes: [] }));

/** What seals and opens sessions. */
export const vaultOf = () => Vault.of([KEY], edge());

/** The `Cookie` header of a session under the token handler. */
export async function cookieOf({ tokens, expires_at, claims }) {
  const handler = edge();
  const now = Math.floor(Date.now() / 1000);
  const record = handler.ask("begin", JSON.stringify({ id: random(43), tokens: { ...tokens, expires_at, claims }, now }));
  const sealed = await (await Vault.of([KEY], handler)).seal(PLACE, record);
  const { cookies } = JSON.parse(handler.ask("write_session", JSON.stringify({ sealed, maxAge: 86_400, cookies: "" })));
  return cookies.map((cookie) => cookie.slice(0, cookie.indexOf(";"))).join("; ");
}
