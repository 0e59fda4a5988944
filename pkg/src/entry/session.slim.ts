/**
 * `grantkit/session/slim`: as `grantkit/session`, without the Worker's script, which you serve.
 * @module grantkit/session/slim
 */
import { sessionsBy } from "../session/session.js";
import type { Session, SessionOptions } from "../session/types.js";

/**
 * The session of this page: signed in or not, resumed where that can be done without the user. A callback in the page's address is finished, and the address
 * cleaned. A second call with the same issuer, client and redirect URI gives the same session.
 * @throws GrantError for misuse: `invalid_argument`, `crypto_unavailable`, `worker_unavailable`. What else goes wrong is in `session.error`.
 */
export const createSession: (options: SessionOptions & { readonly worker: string | URL }) => Promise<Session> = sessionsBy();
export { GrantError } from "../errors.js";
export type * from "../errors.js";
export type { Code, IdTokenClaims, ServerMetadata } from "../types.js";
export type * from "../session/types.js";
