/** For those who load the module themselves, such as by `fetch("core.wasm")`: `await init(…)` before anything else. */
import { initOnce } from "../instantiate.js";
import * as glue from "../wasm/core_bg.js";

/** Makes the module ready: of a module, a response, a promise of one, or bytes. */
export const init = initOnce("core", glue);
export type { ModuleSource } from "../instantiate.js";
export * from "../core.js";
