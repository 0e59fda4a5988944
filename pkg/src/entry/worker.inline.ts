/**
 * For Node, Deno and Bun: the module as text.
 * @module grantkit/worker
 */
import { instantiate, moduleOf } from "../instantiate.js";
import * as glue from "../wasm/edge_bg.js";
import text from "../wasm/edge.text.js";

instantiate("edge", glue, moduleOf(text));
export * from "../worker/index.js";
