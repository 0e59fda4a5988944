/** What `grantkit/core` exports: everything that needs no network. */

import { sync } from "./sync.js";
import * as module from "./wasm/core_bg.js";

export const { pkcePair, randomCodeVerifier, codeChallenge, randomState, randomNonce, buildTokenRequest, parseTokenResponse } = sync(module);
export { none, privateKeyJwt, secretBasic, secretJwt, secretPost, tls } from "./auth.js";
export { GrantError } from "./errors.js";
export type * from "./errors.js";
export type * from "./types.js";
