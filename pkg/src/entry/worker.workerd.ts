/** For Cloudflare Workers, where a module is compiled at deployment and imported. */
import { instantiate } from "../instantiate.js";
import * as glue from "../wasm/edge_bg.js";
import module from "../wasm/edge.wasm";

instantiate("edge", glue, module);
export * from "../worker/index.js";
