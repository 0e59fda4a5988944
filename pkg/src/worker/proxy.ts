/** To an API and back: streams both ways, with a token and without what is none of its business. */

import type { Tokens } from "../types.js";
import { GrantError } from "../errors.js";
import { refused } from "./ask.js";
import type { Visit, Wish } from "./visit.js";

export type Proxy = Wish & { wish: "proxy" };

/** As much of tokens as a request needs. */
type Shown = Pick<Tokens, "access_token" | "token_type">;

/** A response that became a WebSocket, in workerd. */
type Upgraded = Response & { readonly webSocket?: unknown };

/** Sends the request on. */
export async function forward<Env>(visit: Visit<Env>, wish: Proxy, tokens?: Shown, dpop?: JsonWebKey): Promise<Response> {
  const { request, setup } = visit;
  const headers = new Headers(request.headers);
  const { without } = setup.known<{ without: string[] }>("request_headers", { connection: headers.get("connection"), websocket: wish.websocket });
  for (const name of without) headers.delete(name);
  const body = request.method === "GET" || request.method === "HEAD" ? null : request.body;
  const bearer = tokens && setup.bearer(wish.route, wish.url, tokens);
  if (bearer !== undefined) headers.set("authorization", bearer);
  const client = tokens && bearer === undefined ? await setup.client(dpop) : undefined;
  const send = setup.options.fetch ?? fetch;
  // Not the request's own `signal`: Deno aborts it when its response is done. Whoever hangs up cancels the response's body, and with it the API's.
  const gate = wish.timeout === undefined ? undefined : new AbortController();
  const timer = gate && setTimeout(() => gate.abort(), wish.timeout);
  const init: RequestInit = { method: request.method, headers, redirect: "manual", ...(gate && { signal: gate.signal }), ...(body && { body, duplex: "half" }) };
  try {
    return await visit.timed("upstream", () => (client ? client.fetch(tokens as Tokens, wish.url, init) : send(wish.url, init)));
  } catch (thrown) {
    if (gate?.signal.aborted) throw refused("upstream_timeout", undefined, thrown);
    if (thrown instanceof GrantError) throw thrown;
    throw refused("upstream_unreachable", undefined, thrown);
  } finally {
    clearTimeout(timer);
  }
}

/** The API's answer, as the page gets it. */
export function answerOf<Env>(visit: Visit<Env>, wish: Proxy, response: Upgraded): Response {
  const { setup } = visit;
  const socket = response.webSocket;
  if (wish.websocket) {
    if (!socket) throw refused("websocket_unsupported");
    const protocol = response.headers.get("sec-websocket-protocol");
    const headers = protocol === null ? {} : { "sec-websocket-protocol": protocol };
    return visit.dressed(new Response(null, { status: 101, webSocket: socket, headers } as ResponseInit));
  }
  const { status, statusText } = response;
  // What no Response can have.
  if (status < 200 || status > 599) throw refused("upstream_unreachable");
  const empty = status === 204 || status === 205 || status === 304;
  const answer = new Response(empty ? null : response.body, { status, statusText, headers: response.headers });
  const { headers } = answer;
  const edit = setup.known<{ without: string[]; cacheControl?: string }>("response_headers", {
    names: [...headers.keys()], connection: headers.get("connection"), cacheControl: headers.get("cache-control"),
  });
  const location = status >= 300 && status < 400 ? headers.get("location") : null;
  for (const name of edit.without) headers.delete(name);
  if (location !== null) headers.set("location", setup.ask("location", { route: wish.route, location, url: wish.url }));
  if (edit.cacheControl !== undefined) headers.set("cache-control", edit.cacheControl);
  return visit.dressed(answer);
}
