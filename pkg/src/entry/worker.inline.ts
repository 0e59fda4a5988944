/**
 * For Node, Deno and Bun: the modules as text.
 * @module grantkit/worker
 */
import "./client.inline.js";
import { bytesOf, instantiate } from "../instantiate.js";
import * as glue from "../wasm/edge_bg.js";
import text from "../wasm/edge.text.js";

instantiate("edge", glue, new WebAssembly.Module(bytesOf(text)));
export * from "../worker/index.js";
