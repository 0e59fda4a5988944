/**
 * For bundlers, browsers, Node, Deno and Bun: the module as text.
 * @module grantkit/core
 */
import { instantiate, moduleOf } from "../instantiate.js";
import * as glue from "../wasm/core_bg.js";
import text from "../wasm/core.text.js";

instantiate("core", glue, moduleOf(text));
export * from "../core.js";
