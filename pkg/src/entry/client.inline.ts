/**
 * For bundlers, browsers, Node, Deno and Bun: the module as text.
 * @module grantkit
 */
import { instantiate, moduleOf } from "../instantiate.js";
import * as glue from "../wasm/client_bg.js";
import text from "../wasm/client.text.js";

instantiate("client", glue, moduleOf(text));
export * from "../index.js";
