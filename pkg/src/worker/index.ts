/** What `grantkit/worker` exports. */

export { tokenHandler } from "./handler.js";
export { relayFormPost } from "./relay.js";
export { RefreshCoordinator } from "./turns.js";
export { none, privateKeyJwt, secretBasic, secretJwt, secretPost, tls } from "../auth.js";
export { GrantError } from "../errors.js";
export type { Action, HandlerCode, Problem } from "./ask.js";
export type * from "./types.js";
export type { Listed } from "./turns.js";
