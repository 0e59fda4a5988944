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
  const response = await link.call("fetch", plain, body instanceof ArrayBuffer ? [body] : [], request.signal, (late) => {
    if (late.body !== null) link.tell("cancel", late.body);
  });
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

/** Why a body broke off. */
interface Failure {
  reason?: unknown;
}

function responseOf(link: Link, { url, status, statusText, headers, body }: PlainResponse, signal: AbortSignal): Response {
  const failure: Failure = {};
  const stream = body === null || NULL_BODY.has(status) ? null : pulled(link, body, signal, failure);
  return named(new Response(stream, { status, statusText, headers }), url, failure);
}

/** A body that nobody has any more will not be read: the Worker need not keep it. */
const unread = new FinalizationRegistry<() => void>((cancel) => cancel());

/** A stream asks for a part when somebody reads it; nothing is sent ahead. */
function pulled(link: Link, body: number, signal: AbortSignal, failure: Failure): ReadableStream<Uint8Array<ArrayBuffer>> {
  let abort: (() => void) | undefined;
  const finish = (): void => { if (abort) signal.removeEventListener("abort", abort); };
  const cancel = (): void => {
    finish();
    link.tell("cancel", body);
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      // A signal may live as long as the page, and is not to keep the stream.
      const weak = new WeakRef(controller);
      abort = () => {
        link.tell("cancel", body);
        failure.reason = signal.reason;
        weak.deref()?.error(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
    },
    async pull(controller) {
      const part = await link.call("pull", body).catch((error: unknown) => {
        finish();
        failure.reason ??= error;
        throw error;
      });
      if (signal.aborted) return;
      if (part) return controller.enqueue(part);
      finish();
      controller.close();
    },
    cancel,
  }, { highWaterMark: 0 });
  unread.register(stream, cancel);
  return stream;
}

/** How a body is read whole. */
const WHOLE = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"];

/** A response that says where it is from, and why its body broke off: an engine may make a `TypeError` of that. Its copies do too. */
function named(response: Response, url: string, failure: Failure): Response {
  const own: Record<string, unknown> = { url, clone: () => named(Response.prototype.clone.call(response), url, failure) };
  for (const name of WHOLE) {
    const read = (Response.prototype as unknown as Record<string, (() => Promise<unknown>) | undefined>)[name];
    if (read) own[name] = () => read.call(response).catch((error: unknown) => { throw failure.reason ?? error; });
  }
  for (const name in own) Object.defineProperty(response, name, { value: own[name] });
  return response;
}
