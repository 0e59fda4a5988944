/** Requests of a page, with the access token that it does not have. */

import { GrantError } from "../../errors.js";
import type { Tokens } from "../../types.js";
import { Handover, type PlainRequest, type PlainResponse, type Setup } from "../protocol.js";
import type { Keeper } from "./keeper.js";
import * as policy from "./policy.js";

/** The bodies that one page has yet to read, by number. */
export class Bodies {
  readonly #readers = new Map<number, ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>>();
  #last = 0;

  keep(body: ReadableStream<Uint8Array<ArrayBuffer>>): number {
    this.#readers.set(++this.#last, body.getReader());
    return this.#last;
  }

  /** The next part, handed over where it fills its buffer. */
  async pull(body: number): Promise<Handover<Uint8Array<ArrayBuffer> | null>> {
    const reader = this.#readers.get(body);
    if (!reader) return new Handover(null, []);
    const { done, value } = await reader.read().catch((error: unknown) => {
      this.#readers.delete(body);
      throw error instanceof DOMException && error.name === "AbortError" ? policy.problem("aborted", "resource") : policy.problem("network", "resource");
    });
    if (done || !value) {
      this.#readers.delete(body);
      return new Handover(null, []);
    }
    const part = value.byteLength === value.buffer.byteLength ? value : value.slice();
    return new Handover(part, [part.buffer]);
  }

  cancel(body: number): void {
    void this.#readers.get(body)?.cancel().catch(() => undefined);
    this.#readers.delete(body);
  }

  cancelAll(): void {
    for (const body of this.#readers.keys()) this.cancel(body);
  }
}

/** Sends a request with the access token. Once more where the token was refused, and another one came. */
export async function send(keeper: Keeper, setup: Setup, request: PlainRequest, bodies: Bodies, signal: AbortSignal): Promise<PlainResponse> {
  const { url, method, headers, body, init } = request;
  policy.allow(setup.client, url);
  for (let first = true; ; first = false) {
    const { tokens } = await keeper.ready();
    const client = await keeper.client();
    keeper.touch();
    const response = await client.fetch(tokens as unknown as Tokens, url, { ...init, method, headers, body, signal }).catch(nameIt);
    if (response.type === "opaqueredirect") throw policy.problem("redirect_refused", "resource");
    keeper.reached();
    const again = first && (await keeper.refused(tokens, response.status, response.headers.get("www-authenticate")));
    if (!again) return plain(response, bodies);
    await response.body?.cancel();
  }
}

function plain(response: Response, bodies: Bodies): PlainResponse {
  const { url, status, statusText, body } = response;
  return { url, status, statusText, headers: [...response.headers], body: body && bodies.keep(body as ReadableStream<Uint8Array<ArrayBuffer>>) };
}

/** `fetch` throws a `TypeError` for everything that the network does. */
function nameIt(error: unknown): never {
  if (error instanceof GrantError) throw error;
  const aborted = error instanceof DOMException && error.name === "AbortError";
  throw policy.problem(aborted ? "aborted" : "network", "resource");
}
