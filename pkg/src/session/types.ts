/** The words of `grantkit/session`. No type here has a place for a token. */

import type { GrantError } from "../errors.js";
import type { AuthorizationParameters, ClientOptions, IdTokenClaims, ServerMetadata } from "../types.js";

/** What of a client's options means something in a page: it is a public client, and its requests are the Worker's. */
type PageClient = Pick<
  ClientOptions,
  | "clientId" | "scope" | "resource" | "api" | "provider" | "par" | "strict" | "leeway" | "timeout" | "idTokenSignature" | "idTokenSignedResponseAlg"
  | "dangerouslyPlainPkce" | "dangerouslyAllowHttp" | "dangerouslySkipIssuerCheck"
>;

/** What a session is: with whom, as whom, and where its tokens may live and go. */
export interface SessionOptions extends PageClient {
  /** Whom to ask for metadata. This or {@link server}. */
  readonly issuer?: string | URL;
  /** The server's metadata, where it is at hand: nothing is asked then. */
  readonly server?: ServerMetadata;
  /** Where the authorization server sends the user back to, [RFC 6749 §3.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.1.2): a page of this origin that calls `createSession()`. */
  readonly redirectUri: string | URL;
  /**
   * Bind tokens to a key by DPoP, [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html), made in the Worker and never extractable. Default `false`.
   * Where there is no `crypto.subtle`: `crypto_unavailable`.
   */
  readonly dpop?: boolean;
  /**
   * `"memory"` (default): tokens are gone with the last tab, and a reload asks the server again by `prompt=none`. `"device"`: sealed in IndexedDB by a key that
   * cannot be extracted, shared by all tabs. Where there is no `crypto.subtle`, or no Web Locks: `crypto_unavailable`.
   */
  readonly persistence?: "memory" | "device";
  /** Seconds without a `fetch()` after which the session ends. Default: never. */
  readonly idle?: number;
  /** Seconds after the login at which the session ends. Default: never. */
  readonly absolute?: number;
  /** Whether a session is continued by `prompt=none` in a hidden frame, where there is no refresh token to do it with. Default `true`. */
  readonly silent?: boolean;
  /** Where such a frame comes back to: best an empty page, which the server must know too, and which this origin may frame. Default: `redirectUri`. */
  readonly silentRedirectUri?: string | URL;
  /** Where you serve `grantkit/session/worker.js` yourself, on this origin. Default: the script is carried along and started from a `blob:` URL; `grantkit/session/slim` carries none. */
  readonly worker?: string | URL;
  /** Where the server sends the user to after a logout there. Default: nowhere, the user stays at the server's page. */
  readonly postLogoutRedirectUri?: string | URL;
  /** Show the ID token to the server at logout, in the URL: it ends up in histories and logs. For servers that do not log out without it. */
  readonly dangerouslySendIdTokenHint?: boolean;
}

/** How a session is, as plain data. */
export interface SessionState {
  /** `offline`: the server was out of reach; the session is kept, and goes on when the server is back. */
  readonly status: "signed_in" | "signed_out" | "offline";
  /** The claims of the ID token, which passed every check; `null` without a user, and without `openid` in the scope. */
  readonly user: IdTokenClaims | null;
  /** What was granted, separated by spaces; `null` where nobody is signed in or the server did not say. */
  readonly scope: string | null;
  /** When the access token expires, in seconds since 1970 by this machine's clock. It is renewed by itself. */
  readonly expiresAt?: number;
}

/** How to log in, beside [parameters of the authorization request](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest) by their wire names. */
export interface LoginOptions extends AuthorizationParameters {
  /** The session's own, from its options. Not by `Omit`, which forgets every name beside an index signature. */
  readonly redirect_uri?: never;
  /** Where to be afterwards: an address of this origin. Default: where the page is now. */
  readonly returnTo?: string | URL;
  /** In a window of its own. Call it in the click, without an `await` before it. Default `false`. */
  readonly popup?: boolean;
}

/** How to log out. */
export interface LogoutOptions {
  /** Where to be after the server has sent the user back to `postLogoutRedirectUri`: an address of this origin. */
  readonly returnTo?: string | URL;
  /** Here and in this browser's other tabs alone; the user stays logged in at the server. Default `false`. */
  readonly local?: boolean;
}

/** What a listener is told. */
export interface SessionEvents {
  /** Status, user, scope or expiry are another. */
  readonly change: Session;
  /** Something went wrong that no call was waiting for, too: a callback, a refresh, another tab. */
  readonly error: GrantError;
}

/** A login, as a page may know it: who, and answers to requests. It holds no token, and knows nobody in the page who does. */
export interface Session extends SessionState {
  /** What went wrong last, until something goes right. */
  readonly error: GrantError | null;
  /**
   * Logs in. By redirect the page is left, and the promise stays open; in a popup it is fulfilled when somebody is signed in.
   * @throws GrantError `popup_blocked`, `popup_closed`; whatever the server refuses in a popup; `not_signed_in` where a logout came first; `network` where the server cannot be asked for its metadata.
   */
  login(options?: LoginOptions): Promise<void>;
  /**
   * Forgets the tokens, here and in every tab, gives the refresh token back ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)), and leaves for the server's logout
   * ([RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)), where it has one. The promise is fulfilled where the page stays.
   */
  logout(options?: LogoutOptions): Promise<void>;
  /**
   * Fetches with the access token, which the Worker adds, from URLs under a prefix in `api` and from nowhere else. Redirects are not followed.
   * A body that is a stream is read whole before it is sent. May be called without its object.
   * @throws GrantError `origin_not_allowed`, `not_signed_in`, `session_ended`, `redirect_refused`, `network`; what ended a refresh that was due;
   * `worker_unavailable` where a shared Worker died over it. The signal's reason where it was aborted. What reads the body is rejected in the same way.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Gets new tokens now, such as for other claims. Otherwise that happens by itself.
   * @throws GrantError what ended it; `not_signed_in` where a logout came first. A token that is good stays good.
   */
  refresh(): Promise<void>;
  /** Listens; what it gives back stops that. */
  on<Name extends keyof SessionEvents>(event: Name, listener: (detail: SessionEvents[Name]) => void): () => void;
  /** Ends the Worker, for this page. It is no logout. */
  close(): void;
  /** All that may be logged or sent elsewhere. */
  toJSON(): SessionState & { readonly error: ReturnType<GrantError["toJSON"]> | null };
}
