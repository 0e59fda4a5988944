/**
 * For those who load the module themselves, such as by `fetch("client.wasm")`: `await init(…)` before anything else.
 * @module grantkit/slim
 */
import { initOnce } from "../instantiate.js";
import * as glue from "../wasm/client_bg.js";

/** Makes the module ready: of a module, a response, a promise of one, or bytes. */
export const init = initOnce("client", glue);
export type { ModuleSource } from "../instantiate.js";
export * from "../index.js";
