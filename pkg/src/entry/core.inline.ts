/**
 * For bundlers, browsers, Node, Deno and Bun: the module as text.
 * @module grantkit/core
 */
import { bytesOf, instantiate } from "../instantiate.js";
import * as glue from "../wasm/core_bg.js";
import text from "../wasm/core.text.js";

instantiate("core", glue, new WebAssembly.Module(bytesOf(text)));
export * from "../core.js";
