/** For Node, Deno and Bun: the modules as text. */
import "./client.inline.js";
import { bytesOf, instantiate } from "../instantiate.js";
import * as glue from "../wasm/edge_bg.js";
import hex from "../wasm/edge.hex.js";

instantiate("edge", glue, new WebAssembly.Module(bytesOf(hex)));
export * from "../worker/index.js";
