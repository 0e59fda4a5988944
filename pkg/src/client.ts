/** A client at an authorization server. It converts, calls and converts: every judgement is the core's. */

import { open, run, stripSlash } from "./flow.js";
import { invalidArgument, isObject, look, settle, shortened, textOf, toJson } from "./settle.js";
import { plainOptions } from "./sync.js";
import { Core } from "./wasm/client_bg.js";
import type {
  AssertionParameters,
  AuthorizationParameters,
  Backchannel,
  BackchannelParameters,
  CallOptions,
  ClientInformation,
  ClientMetadata,
  ClientOptions,
  DeviceAuthorization,
  ExchangeParameters,
  Introspection,
  LogoutParameters,
  LogoutTokenClaims,
  Pending,
  ResourceMetadata,
  ServerMetadata,
  TokenHint,
  TokenParameters,
  Tokens,
  UserInfo,
} from "./types.js";

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
    const core = open(Core, { discover: true, options: plainOptions(options) }, options);
    const asked = look("issuer", "discovery", () => (issuer instanceof URL ? stripSlash(issuer) : issuer));
    await run(core, "discover", { issuer: asked }, "discovery", call);
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
    const { initialAccessToken, ...rest } = look("options", "registration", () => ({ ...options }));
    const own = { ...rest, clientId: "unregistered" };
    const core = open(Core, { server: server ?? null, options: plainOptions(own) }, own);
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
    const core = open(Core, { discover: true, options: plainOptions(own) }, own);
    const input = look("resource", "resource", () =>
      resource instanceof Response
        ? { resource: resource.url, challenge: resource.headers.get("www-authenticate") }
        : { resource: resource instanceof URL ? stripSlash(resource) : resource },
    );
    return JSON.parse(await run(core, "discover_resource", input, "resource", call));
  }

  /**
   * A client at a server whose metadata is at hand.
   * @throws GrantError `metadata_invalid` or `invalid_argument`, which name the member.
   */
  constructor(server: ServerMetadata, options: ClientOptions);
  constructor(server: ServerMetadata | Core, options: ClientOptions) {
    const isOpen = (given: unknown): given is Core => look("server", "configuration", () => given instanceof Core);
    this.#core = isOpen(server) ? server : open(Core, { server: server ?? null, options: plainOptions(options) }, options);
    this.#server = JSON.parse(this.#core.server()) as ServerMetadata;
    this.#fetch = look("options", "configuration", () => options.fetch);
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
    const callback = shortened(await callbackText(location));
    return JSON.parse(await run(this.#core, "callback", { callback, pending }, "callback", call));
  }

  /**
   * Spends a refresh token, once. The tokens that come back hold the one to use next.
   * [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
   */
  async refresh(tokens: Tokens | string, parameters?: TokenParameters, call?: CallOptions): Promise<Tokens> {
    const held = look("tokens", "token", () => {
      if (typeof tokens === "string") return { refresh_token: tokens };
      if (!isObject(tokens)) throw invalidArgument("tokens", "token");
      return { refresh_token: tokens.refresh_token, claims: tokens.claims };
    });
    return JSON.parse(await run(this.#core, "refresh", { ...held, parameters }, "token", call));
  }

  /** Asks for a token of the client's own. [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4) */
  async clientCredentials(parameters?: TokenParameters, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "client_credentials", { parameters }, "token", call));
  }

  /**
   * Asks for a code to show on a device that has no browser; {@link pollDevice} goes on.
   * [RFC 8628 §3.1](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.1)
   */
  async deviceAuthorization(parameters?: TokenParameters, call?: CallOptions): Promise<DeviceAuthorization> {
    return JSON.parse(await run(this.#core, "device_authorization", { parameters }, "authorization", call));
  }

  /**
   * Asks until the user has decided elsewhere, as often as the server wants; `signal` ends it.
   * [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4)
   * @throws GrantError `access_denied`; `expired_token` where the time is over.
   */
  async pollDevice(device: DeviceAuthorization, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "poll_device", { device }, "token", call));
  }

  /**
   * Has the server ask a user on the user's own device; {@link pollBackchannel} or {@link backchannelPing} goes on.
   * [CIBA §7.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request)
   */
  async backchannelAuthentication(parameters: BackchannelParameters, call?: CallOptions): Promise<Backchannel> {
    return JSON.parse(await run(this.#core, "backchannel_authentication", { parameters }, "authorization", call));
  }

  /** Asks until the user has decided: the poll mode. [CIBA §10.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_request) */
  async pollBackchannel(request: Backchannel, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "poll_backchannel", { request }, "token", call));
  }

  /**
   * Takes the server's ping at the notification endpoint, and asks once: the ping mode.
   * [CIBA §10.2](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.10.2)
   * @throws GrantError `state_mismatch` for a ping that does not belong to this request.
   */
  async backchannelPing(request: Backchannel, ping: Request, call?: CallOptions): Promise<Tokens> {
    const input = { request, authorization: ping.headers.get("authorization"), body: shortened(await textOf(ping)) };
    return JSON.parse(await run(this.#core, "ping", input, "callback", call));
  }

  /** Exchanges a token for another. [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html) */
  async exchangeToken(parameters: ExchangeParameters, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "exchange_token", { parameters }, "token", call));
  }

  /** Spends a JWT or SAML 2.0 assertion. [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523.html), [RFC 7522](https://www.rfc-editor.org/rfc/rfc7522.html) */
  async assertion(parameters: AssertionParameters, call?: CallOptions): Promise<Tokens> {
    return JSON.parse(await run(this.#core, "assertion", { parameters }, "token", call));
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
    return JSON.parse(await run(this.#core, "userinfo", shown(tokens, "userinfo"), "userinfo", call));
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
    const { request, url, method, replayable } = look("input", "resource", () => {
      const request = input instanceof Request ? input : undefined;
      const method = String(init?.method ?? request?.method ?? "GET").toUpperCase();
      return { request, url: request ? request.url : String(input), method, replayable: isReplayable(init?.body ?? request?.body) };
    });
    const send = this.#fetch ?? fetch;
    for (let first = true; ; first = false) {
      const shows = JSON.parse(await run(this.#core, "show", { ...shown(tokens, "resource"), method, url }, "resource")) as Record<string, string>;
      const headers = new Headers(init?.headers ?? request?.headers);
      for (const name in shows) headers.set(name, shows[name] as string);
      const response = await send.call(undefined, request ?? url, { ...init, method, headers, redirect: "manual" });
      const [nonce, challenge] = ["dpop-nonce", "www-authenticate"].map((name) => response.headers.get(name));
      if (!nonce || !this.#core.learn(url, response.status, challenge, nonce, first && replayable ? shows.dpop : undefined)) return response;
      await response.body?.cancel();
    }
  }

  /**
   * Judges the `logout_token` that the server posted when a user logged out there. Whether its `jti` was seen before is yours to know.
   * [OpenID Connect Back-Channel Logout §2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)
   */
  async validateLogoutToken(token: string, call?: CallOptions): Promise<LogoutTokenClaims> {
    return JSON.parse(await run(this.#core, "validate_logout_token", { token: shortened(token) }, "logout_token", call));
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

/** What the core is told of tokens that are to be shown; with the claims where the answer must be of the same user. */
function shown(tokens: Tokens, phase: "userinfo" | "resource"): object {
  return look("tokens", phase, () => ({
    access_token: tokens.access_token, token_type: tokens.token_type, claims: phase === "userinfo" ? tokens.claims : undefined,
  }));
}

/** A stream is gone once it was sent. */
function isReplayable(body: unknown): boolean {
  return (
    body === undefined || body === null || typeof body === "string" || body instanceof ArrayBuffer || ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams || body instanceof Blob
  );
}

/** A callback as text. A form post's body reads like a query. */
async function callbackText(location: string | URL | URLSearchParams | Request): Promise<string> {
  try {
    if (typeof location === "string") return location;
    if (location instanceof URL) return location.href;
    if (location instanceof URLSearchParams) return `?${location}`;
    if (location.method === "POST") return `?${await textOf(location)}`;
    if (typeof location.url === "string") return location.url;
  } catch (cause) {
    throw invalidArgument("location", "callback", cause);
  }
  throw invalidArgument("location", "callback");
}
