/**
 * For bundlers, Node, Deno and Bun: the module as text.
 * @module grantkit/resource-server
 */
import { instantiate, moduleOf } from "../instantiate.js";
import * as glue from "../wasm/resource_bg.js";
import text from "../wasm/resource.text.js";

instantiate("resource", glue, moduleOf(text));
export * from "../resource-server.js";
