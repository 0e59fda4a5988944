/** For bundlers, browsers, Node, Deno and Bun: the module as text. */
import { bytesOf, instantiate } from "../instantiate.js";
import * as glue from "../wasm/client_bg.js";
import hex from "../wasm/client.hex.js";

instantiate("client", glue, new WebAssembly.Module(bytesOf(hex)));
export * from "../index.js";
