/** For those who load the module themselves, such as by `fetch("client.wasm")`: `await init(…)` before anything else. */
import { instantiate, type ModuleSource, moduleOf } from "../instantiate.js";
import * as glue from "../wasm/client_bg.js";

/** Makes the module ready. */
export async function init(source: ModuleSource): Promise<void> {
  instantiate("client", glue, await moduleOf(source));
}
export type { ModuleSource };
export * from "../index.js";
