/**
 * The words of the API. Protocol objects keep their snake_case wire names and every member that the server sent;
 * our own words are camelCase.
 */

import type { Code } from "./codes.js";

export type { Code };

/**
 * Authorization server metadata: [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414.html#section-2) and
 * [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata).
 */
export interface ServerMetadata {
  readonly issuer: string;
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  readonly jwks_uri?: string;
  readonly end_session_endpoint?: string;
  readonly userinfo_endpoint?: string;
  readonly revocation_endpoint?: string;
  readonly introspection_endpoint?: string;
  readonly registration_endpoint?: string;
  readonly authorization_response_iss_parameter_supported?: boolean;
  readonly code_challenge_methods_supported?: readonly string[];
  readonly id_token_signing_alg_values_supported?: readonly string[];
  readonly token_endpoint_auth_methods_supported?: readonly string[];
  readonly grant_types_supported?: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly [member: string]: unknown;
}

/** How the client proves who it is. Made by {@link none}, {@link secretBasic}, {@link privateKeyJwt} and their like. */
export type ClientAuth =
  | { readonly method: "none" }
  | { readonly method: "client_secret_basic"; readonly client_secret: string }
  | { readonly method: "client_secret_post"; readonly client_secret: string }
  | { readonly method: "client_secret_jwt"; readonly client_secret: string }
  | { readonly method: "private_key_jwt"; readonly key: CryptoKey; readonly kid?: string }
  | { readonly method: "tls_client_auth" };

/** What a provider does in its own way. `grantkit/providers` has some; write your own for others. */
export interface ProviderPreset {
  /** Whom it is about, for people. */
  readonly name?: string;
  /** Where to discover its metadata. */
  readonly issuer?: string;
  /** Its metadata, where it publishes none. */
  readonly server?: ServerMetadata;
  /** The client authentication that it takes, its favourite first. For people: `clientAuth` decides. */
  readonly clientAuthMethods?: readonly string[];
  /** Separates scopes in requests, in place of a space. */
  readonly scopeSeparator?: string;
  /** Its names for parameters, by their standard names. */
  readonly parameterNames?: Readonly<Record<string, string>>;
  /** The member of a token response that holds the tokens. */
  readonly envelope?: string;
  /** `"unsupported"`: requests with PKCE parameters are refused there, so a stolen code can be redeemed by the thief. */
  readonly pkce?: "unsupported";
  /** `"token_endpoint"`: it wants its token endpoint, not its issuer, as the audience of the client's JWTs. */
  readonly assertionAudience?: "token_endpoint";
  /** Other issuers that its documents and ID tokens may name; `{tenantid}` stands for the token's `tid`. */
  readonly issuers?: readonly string[];
  /** Parameters of every authorization request, unless the call gives them. */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** Parameters of every token request. */
  readonly tokenParameters?: Readonly<Record<string, string>>;
}

/** What a client is: to whom it speaks, as whom, and how careful it is. */
export interface ClientOptions {
  /** The identifier that the authorization server issued, RFC 6749 §2.2. */
  readonly clientId: string;
  /** How the client authenticates, RFC 6749 §2.3. Default: `none()`, a public client. */
  readonly clientAuth?: ClientAuth;
  /** Where the authorization server sends the user back to, RFC 6749 §3.1.2. */
  readonly redirectUri?: string | URL;
  /** The default `scope` of `authorize()`, `clientCredentials()` and extension grants. */
  readonly scope?: string;
  /** The default `resource` indicators, RFC 8707. */
  readonly resource?: string | readonly string[];
  /** Refuse every departure from RFC 6749 §5.1 in a token response, instead of reading it and saying so. Default `false`. */
  readonly strict?: boolean;
  /** How identifier and secret are encoded in HTTP Basic: form-encoded as RFC 6749 §2.3.1 says, or as they are. Default `"rfc6749"`. */
  readonly basicEncoding?: "rfc6749" | "raw";
  /** How far clocks may differ when an ID token's times are judged, in seconds. Default 30, at most 300. */
  readonly leeway?: number;
  /** How long one HTTP exchange may take, body included, in milliseconds. Default 10,000. */
  readonly timeout?: number;
  /** The `fetch` to use. Default: the global one, looked up at each call. */
  readonly fetch?: typeof fetch;
  /**
   * Who vouches for an ID token. `"required"` (default): its signature. `"tls"`: the TLS connection to the token
   * endpoint, as OpenID Connect Core §3.1.3.7 step 6 allows; for origins where `crypto.subtle` is missing.
   */
  readonly idTokenSignature?: "required" | "tls";
  /** The one `alg` an ID token may have. Default: what the server's metadata lists, or RS256. HS256 only when named here. */
  readonly idTokenSignedResponseAlg?: string;
  /**
   * Bind tokens to a key by DPoP, [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html): `true` makes a key pair that cannot be taken out and lives
   * as long as this client; a pair of your own (non-extractable, in IndexedDB) outlives a reload, and the code is bound to it too.
   */
  readonly dpop?: true | CryptoKeyPair;
  /** What is known of the provider beforehand: one of `grantkit/providers`, or your own. */
  readonly provider?: ProviderPreset;
  /** Push authorization requests, [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126.html), also where the server does not insist. */
  readonly par?: boolean;
  /** Sign authorization requests with the key of `privateKeyJwt`, [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101.html). */
  readonly jar?: boolean;
  /**
   * Refuse everything outside of the [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html) before it is sent
   * (`profile_violation`). Asks for `privateKeyJwt` or `tls`, and for `dpop` or `tls`; requests are pushed, `iss` must come back, `strict` is on. Default `false`.
   */
  readonly fapi2?: boolean;
  /** The `plain` method of PKCE, for servers that know no other: whoever sees the authorization request can redeem the code. */
  readonly dangerouslyPlainPkce?: boolean;
  /**
   * URL prefixes that `fetch()` may send access tokens to, such as `"https://api.example/v1"`: scheme, host and port are compared, and the path up to
   * the end of a segment. Without this option it sends them nowhere.
   */
  readonly api?: string | readonly string[];
  /** Have `introspect()` ask for answers that the server signed, [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701.html), and take no others. */
  readonly signedIntrospection?: boolean;
  /** Take userinfo of whichever user it speaks: whoever swaps the access token swaps the user. For tokens without an ID token. */
  readonly dangerouslySkipSubjectCheck?: boolean;
  /** Allow endpoints on `http:` that are not on this machine: everyone on the way can read the tokens. */
  readonly dangerouslyAllowHttp?: boolean;
  /** Accept metadata and ID tokens of an issuer other than the one asked for: opens the way for mix-up attacks. */
  readonly dangerouslySkipIssuerCheck?: boolean;
}

/** Options of one call. */
export interface CallOptions {
  /** Ends the call: the promise is rejected with code `aborted`. */
  readonly signal?: AbortSignal;
  /** Overrides {@link ClientOptions.timeout}, in milliseconds. */
  readonly timeout?: number;
  /** Headers to add; none of those that the protocol sets. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Values that may stand in a request: a list sends the parameter once for each of its items. */
export type ParameterValue = string | number | boolean | readonly string[] | undefined;

/** One of the `authorization_details`, [RFC 9396 §2](https://www.rfc-editor.org/rfc/rfc9396.html#section-2). */
export interface AuthorizationDetail {
  readonly type: string;
  readonly locations?: readonly string[];
  readonly actions?: readonly string[];
  readonly datatypes?: readonly string[];
  readonly identifier?: string;
  readonly privileges?: readonly string[];
  readonly [member: string]: unknown;
}

/** The `claims` parameter, [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter). */
export interface ClaimsParameter {
  readonly userinfo?: object;
  readonly id_token?: object;
}

/** Two parameters are JSON; objects become it. */
type JsonValue = readonly AuthorizationDetail[] | ClaimsParameter;

/** Parameters of a token request, by their wire names. */
export interface TokenParameters {
  readonly scope?: string;
  readonly resource?: string | readonly string[];
  /** [RFC 9396](https://www.rfc-editor.org/rfc/rfc9396.html): objects, or their JSON. */
  readonly authorization_details?: readonly AuthorizationDetail[] | string;
  readonly [parameter: string]: ParameterValue | URL | JsonValue;
}

/** Parameters of a token exchange, [RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693.html#section-2.1). */
export interface ExchangeParameters extends TokenParameters {
  readonly subject_token: string;
  /** Such as `urn:ietf:params:oauth:token-type:access_token`. */
  readonly subject_token_type: string;
  /** With `actor_token_type`, or neither. */
  readonly actor_token?: string;
  readonly actor_token_type?: string;
  readonly requested_token_type?: string;
  readonly audience?: string | readonly string[];
}

/** An assertion as a grant: [RFC 7523 §2.1](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.1), [RFC 7522 §2.1](https://www.rfc-editor.org/rfc/rfc7522.html#section-2.1). */
export interface AssertionParameters extends TokenParameters {
  /** A JWT, or SAML 2.0 in base64url without padding. */
  readonly assertion: string;
  readonly type: "jwt" | "saml2";
}

/** What a device shows and keeps, [RFC 8628 §3.2](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.2). Plain data; `device_code` is for this device alone. */
export interface DeviceAuthorization {
  readonly device_code: string;
  /** To be shown. */
  readonly user_code: string;
  /** To be shown beside it. */
  readonly verification_uri: string;
  /** The same with the code in it: for a QR code. */
  readonly verification_uri_complete?: string;
  readonly expires_in: number;
  /** When that is, in seconds since 1970, by this machine's clock. */
  readonly expires_at: number;
  /** Seconds between two tries. */
  readonly interval: number;
  readonly [member: string]: unknown;
}

/**
 * Parameters of a backchannel authentication request, [CIBA §7.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request).
 * Exactly one of the three hints says who is asked.
 */
export interface BackchannelParameters extends TokenParameters {
  readonly login_hint?: string;
  readonly login_hint_token?: string;
  readonly id_token_hint?: string;
  /** Shown to the user on both sides. */
  readonly binding_message?: string;
  readonly user_code?: string;
  readonly requested_expiry?: number;
  readonly acr_values?: string;
  /** For ping: fresh and random, as `randomState()` makes it. */
  readonly client_notification_token?: string;
}

/** A login that the user was asked for elsewhere. Plain data, for this client alone. */
export interface Backchannel {
  readonly auth_req_id: string;
  readonly client_notification_token?: string;
  readonly expires_in: number;
  /** When that is, in seconds since 1970, by this machine's clock. */
  readonly expires_at: number;
  /** Seconds between two tries. */
  readonly interval: number;
  readonly [member: string]: unknown;
}

/** Parameters of an authorization request, by their wire names: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1. */
export interface AuthorizationParameters {
  readonly scope?: string;
  readonly redirect_uri?: string | URL;
  readonly resource?: string | readonly string[];
  readonly prompt?: string;
  readonly login_hint?: string;
  readonly max_age?: number;
  readonly acr_values?: string;
  readonly ui_locales?: string;
  readonly response_mode?: "query" | "form_post" | "fragment" | "jwt" | "query.jwt" | "form_post.jwt" | "fragment.jwt";
  /** [RFC 9396](https://www.rfc-editor.org/rfc/rfc9396.html): objects, or their JSON. */
  readonly authorization_details?: readonly AuthorizationDetail[] | string;
  /** [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter): an object, or its JSON. */
  readonly claims?: ClaimsParameter | string;
  readonly [parameter: string]: ParameterValue | URL | JsonValue;
}

/**
 * A login that is under way: plain data, to be kept where the page (or the edge) will find it when the browser comes back,
 * and read by nobody else: it holds the PKCE code verifier.
 */
export interface Pending {
  readonly issuer: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly state: string;
  readonly code_verifier?: string;
  /** `false`: the request went without PKCE, and so does the code, because the {@link ProviderPreset} says so. */
  readonly pkce?: false;
  readonly nonce?: string;
  readonly scope?: string;
  readonly max_age?: number;
  /** The `resource` indicators that the request named; the token request names the same. */
  readonly resource?: readonly string[];
  readonly jarm?: boolean;
}

/** A new PKCE pair, by the names that its parameters have. [RFC 7636 §4](https://www.rfc-editor.org/rfc/rfc7636.html#section-4) */
export interface PkcePair {
  /** Stays here until the code is redeemed: 43 characters, 32 random bytes. */
  readonly code_verifier: string;
  /** Leaves with the authorization request. */
  readonly code_challenge: string;
  readonly code_challenge_method: "S256";
}

/** A request for the token endpoint, as plain data. */
export interface HttpRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A response, as plain data. Header names in any case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>> | Headers;
  readonly body: string | Uint8Array;
}

/** What to ask the token endpoint for, by the wire names of RFC 6749 §4: `grant_type` and its parameters. */
export interface GrantParameters {
  readonly grant_type: string;
  readonly code?: string;
  readonly redirect_uri?: string | URL;
  readonly code_verifier?: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly resource?: string | readonly string[];
  readonly [parameter: string]: ParameterValue | URL | JsonValue;
}

/** A departure from the specification that was seen and read anyway. `strict` refuses each of them. */
export type Deviation =
  | "byte_order_mark"
  | "content_type"
  | "error_shape"
  | "error_status"
  | "expires_in_type"
  | "form_encoded"
  | "missing_token_type"
  | "nested_response"
  | "scope_separator"
  | "scope_type"
  | "success_status"
  | "token_type_alias";

/** A check that was made on the way to the tokens. */
export type Check =
  | "state"
  | "issuer_parameter"
  | "id_token_issuer"
  | "id_token_audience"
  | "id_token_authorized_party"
  | "id_token_signature"
  | "id_token_tls"
  | "id_token_algorithm"
  | "id_token_expiry"
  | "id_token_issued_at"
  | "id_token_nonce"
  | "id_token_auth_time"
  | "id_token_access_token_hash"
  | "id_token_subject"
  | "pkce"
  | "dpop_binding";

/** A successful token response, RFC 6749 §5.1, read but without an ID token's claims. */
export interface TokenResponse {
  readonly access_token: string;
  /** `N_A` where a token exchange brought a token that is no access token, [RFC 8693 §2.2.1](https://www.rfc-editor.org/rfc/rfc8693.html#section-2.2.1). */
  readonly token_type: string;
  /** What a token exchange brought. */
  readonly issued_token_type?: string;
  /** What was granted, as the server said it: [RFC 9396 §7](https://www.rfc-editor.org/rfc/rfc9396.html#section-7). */
  readonly authorization_details?: readonly AuthorizationDetail[];
  /** Lifetime in seconds, from when the response was received. */
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly id_token?: string;
  /** Separated by spaces, whatever the server used. */
  readonly scope?: string;
  /** Departures from the specification that were read anyway. */
  readonly deviations: readonly Deviation[];
  readonly [member: string]: unknown;
}

/** Claims of an ID token that passed its checks: OpenID Connect Core §2. */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nonce?: string;
  readonly [claim: string]: unknown;
}

/** Tokens that passed every check. */
export interface Tokens extends TokenResponse {
  /** When the access token expires, in seconds since 1970 by this machine's clock. */
  readonly expires_at?: number;
  /** The ID token's claims. Its signature (or, on request, the TLS connection) vouches for them. */
  readonly claims?: IdTokenClaims;
  /** The checks that were made. */
  readonly checks: readonly Check[];
}

/** Claims of a user, [OpenID Connect Core §5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse). */
export interface UserInfo {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly [claim: string]: unknown;
}

/** Parameters of a request about a token: [RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009.html#section-2.1), [RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662.html#section-2.1). */
export interface TokenHint {
  readonly token_type_hint?: "access_token" | "refresh_token" | (string & {});
  readonly [parameter: string]: ParameterValue;
}

/** What a token is worth, [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662.html#section-2.2). */
export interface Introspection {
  readonly active: boolean;
  readonly scope?: string;
  readonly client_id?: string;
  readonly username?: string;
  readonly token_type?: string;
  readonly exp?: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly iss?: string;
  readonly jti?: string;
  readonly cnf?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A client's metadata, [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591.html#section-2). */
export interface ClientMetadata {
  readonly redirect_uris?: readonly string[];
  readonly token_endpoint_auth_method?: string;
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly client_name?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly scope?: string;
  readonly contacts?: readonly string[];
  readonly tos_uri?: string;
  readonly policy_uri?: string;
  readonly jwks_uri?: string;
  readonly jwks?: { readonly keys: readonly object[] };
  readonly software_id?: string;
  readonly software_version?: string;
  readonly software_statement?: string;
  readonly [member: string]: unknown;
}

/** What the server made of it, [RFC 7591 §3.2.1](https://www.rfc-editor.org/rfc/rfc7591.html#section-3.2.1). */
export interface ClientInformation extends ClientMetadata {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly client_id_issued_at?: number;
  /** When the secret expires, in seconds since 1970; 0: never. There where there is a secret. */
  readonly client_secret_expires_at?: number;
  /** RFC 7592 */
  readonly registration_access_token?: string;
  /** RFC 7592 */
  readonly registration_client_uri?: string;
}

/** What one scheme of a `WWW-Authenticate` header asks for, [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `dpop`. */
  readonly scheme: string;
  readonly token68?: string;
  /** Names in lower case: RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1. */
  readonly parameters: {
    readonly realm?: string;
    readonly scope?: string;
    readonly error?: "invalid_request" | "invalid_token" | "insufficient_scope" | "insufficient_user_authentication" | (string & {});
    readonly error_description?: string;
    readonly resource_metadata?: string;
    readonly [name: string]: string | undefined;
  };
}

/** What a resource says of itself, [RFC 9728 §2](https://www.rfc-editor.org/rfc/rfc9728.html#section-2). */
export interface ResourceMetadata {
  readonly resource: string;
  /** Issuers, for `Client.discover()`. */
  readonly authorization_servers?: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: boolean;
  readonly resource_name?: string;
  readonly [member: string]: unknown;
}

/** What a resource server may set. */
export type ResourceServerOptions = Pick<ClientOptions, "fetch" | "timeout" | "leeway" | "provider" | "dangerouslyAllowHttp" | "dangerouslySkipIssuerCheck">;

/** The request that an access token came with, or as much of it as counts. */
export type RequestToJudge =
  | Request
  | { readonly method: string; readonly url: string | URL; readonly headers: Headers | Readonly<Record<string, string>> };

/** What `validateAccessToken()` expects of a request's token. */
export interface AccessTokenExpectations {
  /** This resource's own identifier: the token's `aud` must name it. */
  readonly audience: string;
  /** Scopes that the token must have, separated by spaces. */
  readonly scope?: string;
  /** The algorithms it may be signed by. Default: what the server's metadata lists for ID tokens, or RS256. Never HMAC. */
  readonly algorithms?: readonly string[];
  /** Take only tokens that are bound to a key. A bound one is never taken without its proof. */
  readonly requireDpop?: boolean;
  /** The nonce that DPoP proofs must have, [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9). */
  readonly nonce?: string;
}

/** An access token that passed every check, [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068.html#section-4). */
export interface ValidatedAccessToken {
  readonly claims: {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string | readonly string[];
    readonly exp: number;
    readonly iat: number;
    readonly jti: string;
    readonly client_id: string;
    readonly scope?: string;
    readonly [claim: string]: unknown;
  };
  /** The proof, where the token is bound. Whether its `jti` was seen before is yours to know: RFC 9449 §11.1. */
  readonly dpop?: { readonly jti: string; readonly iat: number; readonly jkt: string };
}

/** Claims of a logout token that passed every check, [Back-Channel Logout §2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken). */
export interface LogoutTokenClaims {
  readonly iss: string;
  readonly sub?: string;
  readonly sid?: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly [claim: string]: unknown;
}

/** What `logoutUrl()` may say: OpenID Connect RP-Initiated Logout 1.0 §2. */
export interface LogoutParameters {
  readonly id_token_hint?: string;
  readonly post_logout_redirect_uri?: string | URL;
  readonly state?: string;
  readonly [parameter: string]: ParameterValue | URL;
}
