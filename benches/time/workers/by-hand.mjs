/** What the workers that are written by hand have in common: the checks, the refresh, the way to the API and back. How a session is kept is theirs. */
import * as oauth from "oauth4webapi";

const SERVER = { issuer: "https://op.example", token_endpoint: "https://op.example/token" };
const CLIENT = { client_id: "edge" };
const ORIGIN = "https://app.example";
const UPWARD_NOT = ["cookie", "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "authorization", "dpop", "x-csrf", "proxy-authorization", "forwarded"];
const DOWNWARD_NOT = ["connection", "keep-alive", "transfer-encoding", "set-cookie", "clear-site-data", "strict-transport-security"];

/** Answers a request under `/api/`. `open` gives the session of a request, if it has one; `save` adds it to a response. */
export async function answer(request, open, save) {
  const url = new URL(request.url);
  if (!url.pathname.startsWith("/api/")) return new Response("not found", { status: 404 });
  if (isForged(request)) return new Response("cross-site", { status: 403 });
  const session = await open(request);
  if (!session?.tokens) return new Response("not logged in", { status: 401 });
  const expired = session.expires_at - 30 < Date.now() / 1000;
  if (expired) Object.assign(session, await refresh(session));
  const headers = new Headers(request.headers);
  for (const name of UPWARD_NOT) headers.delete(name);
  const target = new URL(`https://api.example/v1/${url.pathname.slice("/api/".length)}${url.search}`);
  const body = request.method === "GET" || request.method === "HEAD" ? undefined : request.body;
  const response = await oauth.protectedResourceRequest(session.tokens.access_token, request.method, target, headers, body);
  const answered = new Response(response.body, { status: response.status, headers: response.headers });
  for (const name of DOWNWARD_NOT) answered.headers.delete(name);
  answered.headers.set("cache-control", "no-store");
  answered.headers.append("vary", "Cookie");
  if (expired) await save(session, answered);
  return answered;
}

/** A page of this origin sets the header, which no form and no other origin can. */
function isForged({ headers, method }) {
  if (headers.get("x-csrf") !== "1") return true;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return true;
  return method !== "GET" && method !== "HEAD" && headers.get("origin") !== ORIGIN;
}

async function refresh({ tokens, claims }) {
  const response = await oauth.refreshTokenGrantRequest(SERVER, CLIENT, oauth.ClientSecretBasic("secret"), tokens.refresh_token);
  const fresh = await oauth.processRefreshTokenResponse(SERVER, CLIENT, response);
  return { tokens: { ...tokens, ...fresh }, expires_at: Math.floor(Date.now() / 1000) + (fresh.expires_in ?? 300), claims };
}
