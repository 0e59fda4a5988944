/** For Cloudflare Workers, where a module is compiled at deployment and imported. */
import { instantiate } from "../instantiate.js";
import * as glue from "../wasm/resource_bg.js";
import module from "../wasm/resource.wasm";

instantiate("resource", glue, module);
export * from "../resource-server.js";
