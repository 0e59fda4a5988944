/** For Cloudflare Workers, where a module is compiled at deployment and imported. */
import { instantiate } from "../instantiate.js";
import * as glue from "../wasm/core_bg.js";
import module from "../wasm/core.wasm";

instantiate("core", glue, module);
export * from "../core.js";
