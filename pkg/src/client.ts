/** A client at an authorization server. It converts, calls and converts: every judgement is the core's. */

import type { Phase } from "./errors.js";
import { invalidArgument, settle, toJson } from "./settle.js";
import { header, isKeyPair, plainOptions } from "./sync.js";
import { Core } from "./wasm/client_bg.js";
import type {
  AccessTokenExpectations,
  AuthorizationParameters,
  CallOptions,
  ClientInformation,
  ClientMetadata,
  ClientOptions,
  Introspection,
  LogoutParameters,
  LogoutTokenClaims,
  ParameterValue,
  Pending,
  ResourceMetadata,
  ServerMetadata,
  TokenHint,
  Tokens,
  UserInfo,
  ValidatedAccessToken,
} from "./types.js";

/** Parameters of a token request, by their wire names. */
export interface TokenParameters {
  readonly scope?: string;
  readonly resource?: string | readonly string[];
  readonly [parameter: string]: ParameterValue | URL;
}

/** A client at an authorization server. */
export class Client {
  readonly #core: Core;
  readonly #server: ServerMetadata;
  readonly #fetch: typeof fetch | undefined;

  /**
   * Asks the issuer for its metadata, at the places of OpenID Connect Discovery and RFC 8414.
   * @throws GrantError `issuer_mismatch` where the document speaks for another issuer.
   */
  static async discover(issuer: string | URL, options: ClientOptions, call?: CallOptions): Promise<Client> {
    const core = open({ options: plainOptions(options) }, options);
    await run(core, "discover", { issuer: issuer instanceof URL ? stripSlash(issuer) : issuer }, "discovery", call);
    return new Client(core as never, options);
  }

  /**
   * Registers a client. [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591.html#section-3)
   * @throws GrantError `invalid_redirect_uri`, `invalid_client_metadata` and their like.
   */
  static async register(
    server: ServerMetadata,
    metadata: ClientMetadata,
    options?: { readonly initialAccessToken?: string } & Pick<ClientOptions, "fetch" | "timeout" | "dangerouslyAllowHttp">,
    call?: CallOptions,
  ): Promise<ClientInformation> {
    const { initialAccessToken, ...rest } = options ?? {};
    const own = { ...rest, clientId: "unregistered" };
    const core = open({ server: server ?? null, options: plainOptions(own) }, own);
    return JSON.parse(await run(core, "register", { metadata, initialAccessToken }, "registration", call));
  }

  /**
   * Asks a resource for its metadata: at the place that goes with its URL, or at the one that its refusal named.
   * [RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728.html#section-3)
   * @throws GrantError `resource_mismatch` where the document speaks for another resource.
   */
  static async discoverResource(
    resource: string | URL | Response,
    options?: Pick<ClientOptions, "fetch" | "timeout" | "dangerouslyAllowHttp">,
    call?: CallOptions,
  ): Promise<ResourceMetadata> {
    const own = { ...options, clientId: "none" };
    const core = open({ options: plainOptions(own) }, own);
    const input =
      resource instanceof Response
        ? { resource: resource.url, challenge: resource.headers.get("www-authenticate") }
        : { resource: resource instanceof URL ? stripSlash(resource) : resource };
    return JSON.parse(await run(core, "discover_resource", input, "resource", call));
  }

  /**
   * A client at a server whose metadata is at hand.
   * @throws GrantError `metadata_invalid` or `invalid_argument`, which name the member.
   */
  constructor(server: ServerMetadata, options: ClientOptions);
  constructor(server: ServerMetadata | Core, options: ClientOptions) {
    this.#core = server instanceof Core ? server : open({ server: server ?? null, options: plainOptions(options) }, options);
    this.#server = JSON.parse(this.#core.server()) as ServerMetadata;
    this.#fetch = options.fetch;
  }

  /** The server's metadata, as it came. */
  get server(): ServerMetadata {
    return this.#server;
  }

  /**
   * Begins a login: the URL to send the browser to, and what to keep until it is back. PKCE, state and nonce are inside.
   * [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
   */
  async authorize(parameters?: AuthorizationParameters): Promise<{ url: string; pending: Pending }> {
    return JSON.parse(await run(this.#core, "authorize", { parameters }, "authorization"));
  }

  /**
   * Finishes a login: judges the callback, redeems the code once, and judges the tokens.
   * @param location the address the browser came back to, its query, or the request (also of a form post).
   */
  async callback(location: string | URL | URLSearchParams | Request, pending: Pending, call?: CallOptions): Promise<Tokens> {
    const callback = await callbackText(location);
    return JSON.parse(await run(this.#core, "callback", { callback, pending }, "callback", call));
  }

  /**
   * Spends a refresh token, once. The tokens that come back hold the one to use next.
   * [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
   */
  async refresh(tokens: Tokens | string, parameters?: TokenParameters, call?: CallOptions): Promise<Tokens> {
    const held = typeof tokens === "string" ? { refresh_token: tokens } : (tokens ?? {});
    const subject = "claims" in held ? held.claims?.sub : undefined;
    const input = { refresh_token: held.refresh_token, subject, parameters };
    return JSON.parse(await run(this.#core, "refresh", input, "token", call));
  }

  /** Asks for a token of the client's own. [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4) */
  async clientCredentials(parameters?: TokenParameters, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "client_credentials", { parameters }, "token", call));
  }

  /** Spends any other grant, by its URI. [RFC 6749 §4.5](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.5) */
  async grant(grantType: string, parameters?: TokenParameters, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "grant", { grantType, parameters }, "token", call));
  }

  /**
   * Asks who the user is. The answer must speak of the user of the ID token. [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
   * @throws GrantError `subject_mismatch`; `invalid_token` where the access token is worth nothing any more.
   */
  async userinfo(tokens: Tokens, call?: CallOptions): Promise<UserInfo> {
    return JSON.parse(await run(this.#core, "userinfo", { ...shown(tokens), subject: tokens?.claims?.sub }, "userinfo", call));
  }

  /** Gives an access or refresh token back. [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2) */
  async revoke(token: string, parameters?: TokenHint, call?: CallOptions): Promise<void> {
    await run(this.#core, "revoke", { token, parameters }, "revocation", call);
  }

  /** Asks what a token is worth. [RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662.html#section-2); with `signedIntrospection`, RFC 9701. */
  async introspect(token: string, parameters?: TokenHint, call?: CallOptions): Promise<Introspection> {
    return JSON.parse(await run(this.#core, "introspect", { token, parameters }, "introspection", call));
  }

  /**
   * Fetches with the access token, as Bearer or with a DPoP proof, from URLs under a prefix in the option `api` and nowhere else. The URL must be absolute;
   * redirects are not followed. The response comes back unread, also a refusal: `parseChallenges()` says what it asks for.
   * A request whose body can be sent twice is repeated once where the resource asks for a DPoP nonce. [RFC 9449 §7, §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-7)
   * @throws GrantError `origin_not_allowed`. What `fetch` itself throws comes as it is.
   */
  async fetch(tokens: Tokens, input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = input instanceof Request ? input : undefined;
    const url = request ? request.url : String(input);
    const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
    const replayable = isReplayable(init?.body ?? request?.body);
    const send = this.#fetch ?? fetch;
    for (let first = true; ; first = false) {
      const shows = JSON.parse(await run(this.#core, "show", { ...shown(tokens), method, url }, "resource")) as Record<string, string>;
      const headers = new Headers(init?.headers ?? request?.headers);
      for (const name in shows) headers.set(name, shows[name] as string);
      const response = await send.call(undefined, request ?? url, { ...init, method, headers, redirect: "manual" });
      const [challenge, nonce] = ["www-authenticate", "dpop-nonce"].map((name) => response.headers.get(name) ?? undefined);
      if (!this.#core.learn(url, response.status, challenge, nonce, first && replayable && "dpop" in shows)) return response;
      await response.body?.cancel();
    }
  }

  /**
   * For resource servers: judges the access token of a request, a JWT of this server's, and its DPoP proof. `url` is what the client asked for, before any proxy.
   * [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068.html#section-4), [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449.html#section-4.3)
   */
  async validateAccessToken(
    request: Request | { readonly method: string; readonly url: string | URL; readonly headers: Headers | Readonly<Record<string, string>> },
    expected: AccessTokenExpectations,
    call?: CallOptions,
  ): Promise<ValidatedAccessToken> {
    const { method, url, headers } = request ?? {};
    if (typeof headers !== "object" || headers === null) throw invalidArgument("headers", "access_token");
    const value = (name: string) => (headers instanceof Headers ? headers.get(name) : header(headers, name)) ?? undefined;
    const input = { ...expected, method, url, authorization: value("authorization"), dpop: value("dpop") };
    return JSON.parse(await run(this.#core, "validate_access_token", input, "access_token", call));
  }

  /**
   * Judges the `logout_token` that the server posted when a user logged out there. Whether its `jti` was seen before is yours to know.
   * [OpenID Connect Back-Channel Logout §2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)
   */
  async validateLogoutToken(token: string, call?: CallOptions): Promise<LogoutTokenClaims> {
    return JSON.parse(await run(this.#core, "validate_logout_token", { token }, "logout_token", call));
  }

  /**
   * Seconds by which the server's clock is ahead of this machine's, as its last answer had it; 0 where it is not known. Beyond `leeway`, times
   * of JWTs are judged by the server's clock. In a browser the server must expose `Date` by CORS.
   */
  get clockOffset(): number {
    return this.#core.clock_offset();
  }

  /** Where to send the browser to log out at the server too. [RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout) */
  logoutUrl(parameters?: LogoutParameters): string {
    return settle(this.#core.logout(toJson({ parameters }, "parameters", "authorization")));
  }
}

function open(input: object, options: ClientOptions): Core {
  if (options.fetch !== undefined && typeof options.fetch !== "function") throw invalidArgument("fetch", "configuration");
  const text = toJson(input, "options", "configuration");
  try {
    const { clientAuth: auth, dpop } = options;
    const key = auth?.method === "private_key_jwt" ? auth.key : undefined;
    if (auth?.method === "private_key_jwt" && !(key instanceof CryptoKey)) throw invalidArgument("clientAuth", "configuration");
    return new Core(text, options.fetch, key, isKeyPair(dpop) ? dpop : undefined);
  } catch (thrown) {
    if (typeof thrown === "string") settle(thrown);
    throw thrown;
  }
}

async function run(core: Core, flow: string, input: object, phase: Phase, call?: CallOptions): Promise<string> {
  const { signal, ...plain } = call ?? {};
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidArgument("signal", phase);
  return settle(await core.run(flow, toJson({ ...input, call: plain }, "parameters", phase), signal));
}

/** What the core is told of tokens that are to be shown. */
function shown(tokens: Tokens): object {
  return { access_token: tokens?.access_token, token_type: tokens?.token_type };
}

/** A stream is gone once it was sent. */
function isReplayable(body: unknown): boolean {
  return (
    body === undefined || body === null || typeof body === "string" || body instanceof ArrayBuffer || ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams || body instanceof Blob
  );
}

/** `new URL("https://op.example")` writes a slash at the end that the issuer does not have. */
function stripSlash(url: URL): string {
  return url.pathname === "/" && !url.search && !url.hash ? url.origin : url.href;
}

/** A callback as text. A form post's body reads like a query. */
async function callbackText(location: string | URL | URLSearchParams | Request): Promise<string> {
  if (typeof location === "string") return location;
  if (location instanceof URL) return location.href;
  if (location instanceof URLSearchParams) return `?${location}`;
  if (typeof Request === "function" && location instanceof Request) {
    if (location.method !== "POST") return location.url;
    try {
      return `?${await location.text()}`;
    } catch (cause) {
      throw invalidArgument("location", "callback", cause);
    }
  }
  throw invalidArgument("location", "callback");
}
