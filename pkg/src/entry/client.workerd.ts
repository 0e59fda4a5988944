/** For Cloudflare Workers, where a module is compiled at deployment and imported. */
import { instantiate } from "../instantiate.js";
import * as glue from "../wasm/client_bg.js";
import module from "../wasm/client.wasm";

instantiate("client", glue, module);
export * from "../index.js";
