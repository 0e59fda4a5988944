// What wrangler bundles: the module goes along as a file, and its instance is made once, when the Worker loads.
import * as glue from "./build/grantkit_example_workers_rs_bg.js";
import module from "./build/grantkit_example_workers_rs_bg.wasm";

const { exports } = new WebAssembly.Instance(module, { "./grantkit_example_workers_rs_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

export default { fetch: (request, env, context) => glue.fetch(request, env, context) };
