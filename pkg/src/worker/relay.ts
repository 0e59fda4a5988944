/** For an application without a server: a form post that comes to its page. */

import { textOf } from "../settle.js";
import { ask, refused } from "./ask.js";

/** Bytes of a form post that are read at the most: an authorization response has one or two thousand. */
const MOST = 65_536;

/**
 * Turns the form post of an authorization server into a redirect to a page of this origin, with the response in its fragment, where `Client.callback()` reads it.
 * [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 * @param page an absolute path, such as `"/callback"`.
 */
export async function relayFormPost(request: Request, page: string): Promise<Response> {
  if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST", "cache-control": "no-store" } });
  let body: string;
  try {
    body = await formOf(request);
  } catch {
    return new Response(null, { status: 400, headers: { "cache-control": "no-store" } });
  }
  const location = new URL(ask("relay", { page, body }), request.url).href;
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" } });
}

/** The body of a form post. @throws Refused where it is none, or too long. */
export async function formOf(request: Request): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith("application/x-www-form-urlencoded") || Number(request.headers.get("content-length") ?? 0) > MOST) {
    throw refused("callback_unknown");
  }
  const text = await textOf(request);
  if (text.length > MOST) throw refused("callback_unknown");
  return text;
}
