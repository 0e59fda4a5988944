/** What `grantkit/resource-server` exports: whether a request to an API may pass. */

import { open, run, stripSlash } from "./flow.js";
import { look } from "./settle.js";
import { header, plainOptions } from "./sync.js";
import type { AccessTokenExpectations, CallOptions, RequestToJudge, ResourceServerOptions, ServerMetadata, ValidatedAccessToken } from "./types.js";
import { Core } from "./wasm/resource_bg.js";

/** An API that takes the access tokens of an authorization server. The server's keys are fetched once, and again where a token names one that is new. */
export class ResourceServer {
  readonly #core: Core;

  /**
   * Asks the issuer for its metadata, at the places of OpenID Connect Discovery and RFC 8414.
   * @throws GrantError `issuer_mismatch` where the document speaks for another issuer.
   */
  static async discover(issuer: string | URL, options?: ResourceServerOptions, call?: CallOptions): Promise<ResourceServer> {
    const core = opened({ discover: true }, options);
    const asked = look("issuer", "discovery", () => (issuer instanceof URL ? stripSlash(issuer) : issuer));
    await run(core, "discover", { issuer: asked }, "discovery", call);
    return new ResourceServer(core as never);
  }

  /**
   * An API at a server whose metadata is at hand.
   * @throws GrantError `metadata_invalid` or `invalid_argument`, which name the member.
   */
  constructor(server: ServerMetadata, options?: ResourceServerOptions);
  constructor(server: ServerMetadata | Core, options?: ResourceServerOptions) {
    const isOpen = (given: unknown): given is Core => look("server", "configuration", () => given instanceof Core);
    this.#core = isOpen(server) ? server : opened({ server: server ?? null }, options);
  }

  /** The server's metadata, as it came. */
  get server(): ServerMetadata {
    return JSON.parse(this.#core.server()) as ServerMetadata;
  }

  /**
   * Judges the access token of a request, a JWT of this server's, and its DPoP proof. `url` is what the client asked for, before any proxy.
   * [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068.html#section-4), [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449.html#section-4.3)
   * @throws GrantError `missing_access_token`, `audience_mismatch`, `token_expired`, `insufficient_scope` and their like.
   */
  async validateAccessToken(request: RequestToJudge, expected: AccessTokenExpectations, call?: CallOptions): Promise<ValidatedAccessToken> {
    const input = look("request", "access_token", () => {
      const { method, url, headers } = request;
      return { ...expected, method, url, authorization: header(headers, "authorization", "access_token"), dpop: header(headers, "dpop", "access_token") };
    });
    return JSON.parse(await run(this.#core, "validate_access_token", input, "access_token", call));
  }
}

/** It asks for no tokens, so it needs no identifier of its own. */
function opened(input: object, options?: ResourceServerOptions): Core {
  const own = look("options", "configuration", () => ({ ...options, clientId: "none" }));
  return open(Core, { ...input, options: plainOptions(own) }, own);
}

export { GrantError } from "./errors.js";
export type * from "./errors.js";
export type { AccessTokenExpectations, CallOptions, Code, RequestToJudge, ResourceServerOptions, ServerMetadata, ValidatedAccessToken } from "./types.js";
