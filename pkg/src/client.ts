/** A client at an authorization server. It converts, calls and converts: every judgement is the core's. */

import type { Phase } from "./errors.js";
import { invalidArgument, isObject, look, settle, toJson } from "./settle.js";
import { isKeyPair, plainOptions } from "./sync.js";
import { Core } from "./wasm/client_bg.js";
import type {
  AssertionParameters,
  AuthorizationParameters,
  Backchannel,
  BackchannelParameters,
  CallOptions,
  ClientOptions,
  DeviceAuthorization,
  ExchangeParameters,
  LogoutParameters,
  Pending,
  ServerMetadata,
  TokenParameters,
  Tokens,
} from "./types.js";

/** A client at an authorization server. */
export class Client {
  readonly #core: Core;
  readonly #server: ServerMetadata;

  /**
   * Asks the issuer for its metadata, at the places of OpenID Connect Discovery and RFC 8414.
   * @throws GrantError `issuer_mismatch` where the document speaks for another issuer.
   */
  static async discover(issuer: string | URL, options: ClientOptions, call?: CallOptions): Promise<Client> {
    const core = open({ discover: true, options: plainOptions(options) }, options);
    const asked = look("issuer", "discovery", () => (issuer instanceof URL ? stripSlash(issuer) : issuer));
    await run(core, "discover", { issuer: asked }, "discovery", call);
    return new Client(core as never, options);
  }

  /**
   * A client at a server whose metadata is at hand.
   * @throws GrantError `metadata_invalid` or `invalid_argument`, which name the member.
   */
  constructor(server: ServerMetadata, options: ClientOptions);
  constructor(server: ServerMetadata | Core, options: ClientOptions) {
    const isOpen = (given: unknown): given is Core => look("server", "configuration", () => given instanceof Core);
    this.#core = isOpen(server) ? server : open({ server: server ?? null, options: plainOptions(options) }, options);
    this.#server = JSON.parse(this.#core.server()) as ServerMetadata;
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
    const input = { request, authorization: ping.headers.get("authorization"), body: await ping.text() };
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

  /** Where to send the browser to log out at the server too. [RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout) */
  logoutUrl(parameters?: LogoutParameters): string {
    return settle(this.#core.logout(toJson({ parameters }, "parameters", "authorization")));
  }
}

function open(input: object, options: ClientOptions): Core {
  const text = toJson(input, "options", "configuration");
  const host = look("options", "configuration", () => {
    const { fetch, clientAuth, dpop } = options;
    if (fetch !== undefined && typeof fetch !== "function") throw invalidArgument("fetch", "configuration");
    const key = isObject(clientAuth) && clientAuth.method === "private_key_jwt" ? clientAuth.key : undefined;
    if (key === undefined && isObject(clientAuth) && clientAuth.method === "private_key_jwt") {
      throw invalidArgument("clientAuth", "configuration");
    }
    if (key !== undefined && !(key instanceof CryptoKey)) throw invalidArgument("clientAuth", "configuration");
    return { fetch, key, pair: isKeyPair(dpop) ? dpop : undefined };
  });
  try {
    return new Core(text, host.fetch, host.key, host.pair);
  } catch (thrown) {
    if (typeof thrown === "string") settle(thrown);
    throw thrown;
  }
}

async function run(core: Core, flow: string, input: object, phase: Phase, call?: CallOptions): Promise<string> {
  const { signal, ...plain } = look("call", phase, (): CallOptions => {
    if (call === undefined) return {};
    if (!isObject(call) || call instanceof AbortSignal) throw invalidArgument("call", phase);
    if (call.signal !== undefined && !(call.signal instanceof AbortSignal)) throw invalidArgument("signal", phase);
    return { ...call };
  });
  return settle(await core.run(flow, toJson({ ...input, call: plain }, "parameters", phase), signal));
}

/** `new URL("https://op.example")` writes a slash at the end that the issuer does not have. */
function stripSlash(url: URL): string {
  return url.pathname === "/" && !url.search && !url.hash ? url.origin : url.href;
}

/** A callback as text. A form post's body reads like a query. */
async function callbackText(location: string | URL | URLSearchParams | Request): Promise<string> {
  try {
    if (typeof location === "string") return location;
    if (location instanceof URL) return location.href;
    if (location instanceof URLSearchParams) return `?${location}`;
    if (location.method === "POST") return `?${await location.text()}`;
    if (typeof location.url === "string") return location.url;
  } catch (cause) {
    throw invalidArgument("location", "callback", cause);
  }
  throw invalidArgument("location", "callback");
}
