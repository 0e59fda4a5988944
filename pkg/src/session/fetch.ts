/** A request into plain data, and plain data into a response whose body is pulled from the Worker as it is read. */

import { look } from "../settle.js";
import type { Link } from "./connect.js";
import type { PlainRequest, PlainResponse } from "./protocol.js";

/** Statuses whose responses have no body, as the Fetch standard has them. */
const NULL_BODY = new Set([101, 103, 204, 205, 304]);

/** Fetches by the Worker. */
export async function fetchBy(opened: Promise<Link>, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const { request, url } = look("input", "resource", () => read(input, init));
  if (request.signal.aborted) throw request.signal.reason;
  const body = await bodyOf(request, init);
  const { method, cache, credentials, integrity, keepalive, referrerPolicy } = request;
  const plain: PlainRequest = { url, method, headers: [...request.headers], body, init: { cache, credentials, integrity, keepalive, referrerPolicy } };
  const link = await opened;
  const response = await link.call("fetch", plain, body instanceof ArrayBuffer ? [body] : [], request.signal);
  return responseOf(link, response, request.signal);
}

/** The browser reads what callers give. The URL is kept apart: the Worker is to judge it as it is, also one that no request may have. */
function read(input: string | URL | Request, init: RequestInit | undefined): { request: Request; url: string } {
  const stream = init?.body instanceof ReadableStream;
  const own = stream ? { ...init, body: null } : init;
  if (input instanceof Request) return { request: new Request(input, own), url: input.url };
  return { request: new Request(location.href, own), url: new URL(input, document.baseURI).href };
}

/** A body that crosses without a copy, but for bytes of the caller's, which stay the caller's. */
async function bodyOf(request: Request, init: RequestInit | undefined): Promise<string | Blob | ArrayBuffer | null> {
  const given = init?.body;
  if (typeof given === "string" || given instanceof Blob) return given;
  if (given instanceof ReadableStream) return new Response(given).blob();
  if (request.method === "GET" || request.method === "HEAD") return null;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return request.arrayBuffer();
  const blob = await request.blob();
  return blob.size === 0 ? null : blob;
}

function responseOf(link: Link, { url, status, statusText, headers, body }: PlainResponse, signal: AbortSignal): Response {
  const stream = body === null || NULL_BODY.has(status) ? null : pulled(link, body, signal);
  return named(new Response(stream, { status, statusText, headers }), url);
}

/** A stream asks for a part when somebody reads it; nothing is sent ahead. */
function pulled(link: Link, body: number, signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
  let abort: (() => void) | undefined;
  const finish = (): void => { if (abort) signal.removeEventListener("abort", abort); };
  return new ReadableStream({
    start(controller) {
      abort = () => {
        link.tell("cancel", body);
        controller.error(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
    },
    async pull(controller) {
      const part = await link.call("pull", body).catch((error: unknown) => {
        finish();
        throw error;
      });
      if (signal.aborted) return;
      if (part) return controller.enqueue(part);
      finish();
      controller.close();
    },
    cancel() {
      finish();
      link.tell("cancel", body);
    },
  }, { highWaterMark: 0 });
}

/** A response that says where it is from, and whose copies do. */
function named(response: Response, url: string): Response {
  const clone = (): Response => named(Response.prototype.clone.call(response), url);
  return Object.defineProperties(response, { url: { value: url }, clone: { value: clone } });
}
