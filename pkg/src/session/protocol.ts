/**
 * What page and Worker say to each other, over a port that nobody else holds. Both may call and both may tell; a call can be aborted.
 * Nothing that goes to the page has a place for a token: see the types.
 */

import { GrantError, type ErrorReport } from "../errors.js";
import type { AuthorizationParameters, ServerMetadata } from "../types.js";
import type { SessionState } from "./types.js";

/** What the Worker must know to keep a session. Two pages that say the same have the same session. */
export interface Setup {
  /** Whose session: issuer, client and redirect URI, as one text. */
  readonly key: string;
  readonly issuer?: string;
  readonly server?: ServerMetadata;
  /** `ClientOptions`, less what is no data. */
  readonly client: { readonly clientId: string; readonly redirectUri: string };
  readonly terms: { readonly idle?: number | undefined; readonly absolute?: number | undefined };
  readonly dpop: boolean;
  readonly device: boolean;
  readonly silent: boolean;
  readonly silentRedirectUri: string;
  readonly postLogoutRedirectUri?: string | undefined;
  readonly idTokenHint: boolean;
}

/** A session as the page sees it. */
export interface View {
  readonly state: SessionState;
  readonly error: ErrorReport | null;
}

/** What the Worker makes of an address that a page was opened with. */
export type Arrival =
  | { readonly kind: "nothing" }
  /** A login of ours: the page cleans its address, and has the Worker finish. */
  | { readonly kind: "login"; readonly returnTo: string }
  /** A login of another window: the page hands its address on and does nothing else. */
  | { readonly kind: "relay"; readonly state: string }
  /** Was here before, or is the end of a logout. */
  | { readonly kind: "past"; readonly returnTo: string };

/** A request, as it crosses. */
export interface PlainRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: [string, string][];
  readonly body: string | Blob | ArrayBuffer | null;
  readonly init: Pick<RequestInit, "cache" | "credentials" | "integrity" | "keepalive" | "referrerPolicy">;
}

/** A response, as it crosses; its body is pulled by a number. */
export interface PlainResponse {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: [string, string][];
  readonly body: number | null;
}

/** What a page may ask its Worker. */
export interface WorkerCalls {
  /** `life`: the name of a lock that the Worker has until it dies; none on an insecure origin. */
  open(setup: Setup): Promise<{ view: View; life: string | undefined }>;
  /** An address that may be a callback. A login that it belongs to is taken out of the store by this, unless it is another window's. */
  arrive(address: { url: string; claim: boolean }): Promise<Arrival>;
  /** Finishes the login that `arrive` took. */
  finish(url: string): Promise<View>;
  /** Continues without a user, where that may go well. */
  resume(nothing: null): Promise<View>;
  authorize(login: { parameters: AuthorizationParameters; returnTo: string; popup: boolean }): Promise<{ url: string; state: string }>;
  refresh(nothing: null): Promise<void>;
  logout(how: { local: boolean; returnTo: string | null }): Promise<{ url: string | null }>;
  fetch(request: PlainRequest): Promise<PlainResponse>;
  /** The next part of a body; `null` at its end. */
  pull(body: number): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** What a page may tell its Worker. */
export interface WorkerNews {
  cancel(body: number): void;
  /** Somebody looks at the page, or the network is back. */
  wake(why: { online: boolean }): void;
  bye(nothing: null): void;
}

/** What the Worker may ask a page. */
export interface PageCalls {
  /** The address that a hidden frame comes back with. */
  frame(where: { url: string; state: string; redirectUri: string }): Promise<string>;
}

/** What the Worker may tell a page. */
export interface PageNews {
  view(view: View): void;
}

/** What an end does for the other. */
type Functions<T> = { [Name in keyof T]: T[Name] extends (input: infer Input) => infer Output ? (input: Input, signal: AbortSignal) => Output | Promise<Handover<Awaited<Output>>> : never };
type Input<T, Name extends keyof T> = T[Name] extends (...input: infer Input) => unknown ? Input : never;
type Output<T, Name extends keyof T> = T[Name] extends (...input: never[]) => Promise<infer Output> ? Output : never;

/** What a page does for its Worker. */
export type OwnPage = Functions<PageCalls> & Functions<PageNews>;

/** An answer with what is handed over, not copied. */
export class Handover<T> {
  constructor(readonly value: T, readonly transfer: Transferable[]) {}
}

type Message =
  | { readonly call: number; readonly name: string; readonly input: unknown }
  | { readonly tell: string; readonly input: unknown }
  | { readonly abort: number }
  | { readonly done: number; readonly value: unknown }
  | { readonly failed: number; readonly error: ErrorReport | string };

/** One end of a port. */
export class Peer<Calls, News, OwnCalls, OwnNews> {
  readonly #port: MessagePort;
  readonly #own: Functions<OwnCalls> & Functions<OwnNews>;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: unknown): void }>();
  readonly #working = new Map<number, AbortController>();
  #last = 0;
  #closed: { reason: unknown } | undefined;

  constructor(port: MessagePort, own: Functions<OwnCalls> & Functions<OwnNews>) {
    this.#port = port;
    this.#own = own;
    port.onmessage = (event: MessageEvent<Message>) => this.#take(event.data);
  }

  /** Asks the other end. `late` gets an answer that comes after the call was aborted. */
  call<Name extends keyof Calls & string>(
    name: Name, input: Input<Calls, Name>[0], transfer: Transferable[] = [], signal?: AbortSignal | null, late: (value: Output<Calls, Name>) => void = () => undefined,
  ): Promise<Output<Calls, Name>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed.reason);
      if (signal?.aborted) return reject(signal.reason);
      const call = ++this.#last;
      const abort = (): void => {
        this.#waiting.set(call, { resolve: late, reject: () => undefined });
        this.#port.postMessage({ abort: call } satisfies Message);
        reject(signal?.reason);
      };
      const settled = <T>(then: (value: T) => void) => (value: T): void => {
        signal?.removeEventListener("abort", abort);
        then(value);
      };
      this.#port.postMessage({ call, name, input } satisfies Message, transfer);
      this.#waiting.set(call, { resolve: settled(resolve), reject: settled(reject) });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Tells the other end, which does not answer. */
  tell<Name extends keyof News & string>(name: Name, input: Input<News, Name>[0]): void {
    this.#port.postMessage({ tell: name, input } satisfies Message);
  }

  /** Ends it: whoever waits here is told, and what is done for the other end is stopped. */
  close(reason: unknown): void {
    this.#closed = { reason };
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(reason);
    for (const work of this.#working.values()) work.abort();
    this.#waiting.clear();
  }

  #take(message: Message): void {
    if ("call" in message) void this.#answer(message.call, message.name, message.input);
    else if ("tell" in message) void this.#find(message.tell)?.(message.input as never, new AbortController().signal);
    else if ("abort" in message) this.#working.get(message.abort)?.abort();
    else if ("done" in message) this.#settle(message.done)?.resolve(message.value as never);
    else this.#settle(message.failed)?.reject(typeof message.error === "string" ? new Error(message.error) : new GrantError(message.error));
  }

  #find(name: string): ((input: never, signal: AbortSignal) => unknown) | undefined {
    return Object.hasOwn(this.#own, name) ? (this.#own as never)[name] : undefined;
  }

  #settle(call: number): { resolve(value: never): void; reject(error: unknown): void } | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  async #answer(call: number, name: string, input: unknown): Promise<void> {
    const work = new AbortController();
    this.#working.set(call, work);
    try {
      const value = await this.#find(name)?.(input as never, work.signal);
      const { value: done, transfer } = value instanceof Handover ? value : { value, transfer: [] };
      this.#port.postMessage({ done: call, value: done } satisfies Message, transfer);
    } catch (thrown) {
      this.#port.postMessage({ failed: call, error: reportOf(thrown) } satisfies Message);
    } finally {
      this.#working.delete(call);
    }
  }
}

/** What may be said of anything that was thrown: all of an error of ours, which has no secret in it, and of others where they came from. */
export function reportOf(thrown: unknown): ErrorReport | string {
  if (thrown instanceof GrantError) return thrown.toJSON();
  return `grantkit met an error of its own: ${thrown instanceof Error ? thrown.name : typeof thrown}`;
}
