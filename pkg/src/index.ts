/** What `grantkit` exports. */

import { sync } from "./sync.js";
import * as module from "./wasm/client_bg.js";

export const { pkcePair, randomCodeVerifier, codeChallenge, randomState, randomNonce, buildTokenRequest, parseTokenResponse } = sync(module);
export { none, privateKeyJwt, secretBasic, secretJwt, secretPost, tls } from "./auth.js";
export { Client } from "./client.js";
export { parseChallenges, stepUp } from "./resource.js";
export { GrantError } from "./errors.js";
export type * from "./errors.js";
export type * from "./types.js";
