/** What needs no network: PKCE, state and nonce, and the pair for those who bring their own transport. All of it synchronous. */

import type { Phase } from "./errors.js";
import { invalidArgument, isObject, look, settle, toJson } from "./settle.js";
import type { ClientOptions, GrantParameters, HttpRequest, HttpResponse, PkcePair, ServerMetadata, TokenResponse } from "./types.js";

/** The functions of a module that this file needs; those of each module with `src/js/sync.rs`. */
export interface CoreModule {
  random(): string;
  pkce_pair(): string;
  challenge(verifier: string): string;
  build_token_request(input: string): string;
  parse_token_response(
    status: number,
    contentType: string | undefined,
    retryAfter: string | undefined,
    body: Uint8Array,
    strict: boolean,
  ): string;
}

/** The synchronous API over one module. */
export interface Sync {
  /**
   * A new code verifier and its S256 code challenge. Works on insecure origins too: SHA-256 is in the module.
   * [RFC 7636 §4](https://www.rfc-editor.org/rfc/rfc7636.html#section-4)
   * @throws GrantError `crypto_unavailable` where the host has no `crypto.getRandomValues`.
   */
  pkcePair(): PkcePair;
  /** A PKCE code verifier: 43 characters, 32 random bytes. [RFC 7636 §4.1](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.1) */
  randomCodeVerifier(): string;
  /**
   * The S256 code challenge of a verifier. Works on insecure origins too: SHA-256 is in the module.
   * [RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.2)
   * @throws GrantError `invalid_argument` unless the verifier is 43 to 128 unreserved characters.
   */
  codeChallenge(verifier: string): string;
  /** A `state`: 43 characters, 32 random bytes. */
  randomState(): string;
  /** A `nonce`: 43 characters, 32 random bytes. */
  randomNonce(): string;
  /**
   * A token request as plain data, for a transport of your own. [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
   * @throws GrantError of fault `caller`.
   */
  buildTokenRequest(server: ServerMetadata, client: ClientOptions, grant: GrantParameters): HttpRequest;
  /**
   * Reads the answer to a token request: strictly, or as real servers send it, with each departure in `deviations`.
   * The ID token in it is not judged; `Client` does that. [RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749.html#section-5)
   * @throws GrantError with the server's refusal, or with what the server broke.
   */
  parseTokenResponse(response: HttpResponse, options?: { readonly strict?: boolean }): TokenResponse;
}

/** The value of a header, whatever the case of its name. @internal */
export function header(headers: HttpResponse["headers"], name: string, phase: Phase = "token"): string | undefined {
  if (!isObject(headers)) throw invalidArgument("headers", phase);
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  for (const [key, value] of Object.entries(headers)) {
    if (typeof value !== "string") throw invalidArgument("headers", phase);
    if (key.toLowerCase() === name) return value;
  }
  return undefined;
}

/** @internal */
export function sync(core: CoreModule): Sync {
  const random = (): string => settle(core.random());
  return {
    pkcePair() {
      const pair = settle(core.pkce_pair());
      return { code_verifier: pair.slice(0, 43), code_challenge: pair.slice(43), code_challenge_method: "S256" };
    },
    randomCodeVerifier: random,
    randomState: random,
    randomNonce: random,
    codeChallenge(verifier) {
      if (typeof verifier !== "string") throw invalidArgument("verifier", "authorization");
      return settle(core.challenge(verifier));
    },
    buildTokenRequest(server, client, grant) {
      const input = toJson({ server, options: plainOptions(client), grant }, "arguments", "token");
      return JSON.parse(settle(core.build_token_request(input))) as HttpRequest;
    },
    parseTokenResponse(response, options) {
      const read = look("response", "token", () => {
        const { status, headers, body } = response;
        const { strict = false, ...unknown } = options ?? {};
        if (!Number.isInteger(status) || status < 0 || status > 999) throw invalidArgument("status", "token");
        if (typeof body !== "string" && !(body instanceof Uint8Array)) throw invalidArgument("body", "token");
        if (typeof strict !== "boolean") throw invalidArgument("strict", "token");
        if (!isObject(options ?? {}) || Object.keys(unknown).length > 0) throw invalidArgument("options", "token");
        const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
        return { status, strict, bytes, contentType: header(headers, "content-type"), retryAfter: header(headers, "retry-after") };
      });
      const text = core.parse_token_response(read.status, read.contentType, read.retryAfter, read.bytes, read.strict);
      return JSON.parse(settle(text)) as TokenResponse;
    },
  };
}

/** Options as they cross the border: without what is no data. @internal */
export function plainOptions(options: ClientOptions): object {
  return look("options", "configuration", () => {
    if (!isObject(options)) throw invalidArgument("options", "configuration");
    const { fetch: _, dpop, clientAuth, ...plain } = options;
    return { ...plain, clientAuth: withoutKey(clientAuth), dpop: isKeyPair(dpop) || dpop, dpopJkt: isKeyPair(dpop) };
  });
}

/** A key stays on this side: it is an object of the host. */
function withoutKey(auth: unknown): unknown {
  return isObject(auth) && "key" in auth ? { ...auth, key: undefined } : auth;
}

/** @internal */
export function isKeyPair(value: unknown): value is CryptoKeyPair {
  return isObject(value) && "privateKey" in value && "publicKey" in value;
}
