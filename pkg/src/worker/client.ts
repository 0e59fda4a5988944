/** The client of `grantkit`. In the package it stands over the module that a token handler has anyway: see `xtask/node/package.mjs`. */
export { Client } from "../client.js";
