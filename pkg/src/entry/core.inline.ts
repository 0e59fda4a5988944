/** For bundlers, browsers, Node, Deno and Bun: the module as text. */
import { bytesOf, instantiate } from "../instantiate.js";
import * as glue from "../wasm/core_bg.js";
import hex from "../wasm/core.hex.js";

instantiate("core", glue, new WebAssembly.Module(bytesOf(hex)));
export * from "../core.js";
