/** `grantkit/no-wasm`: for pages and extensions whose policy forbids WebAssembly. The module is plain JavaScript here. */
import * as glue from "../wasm/client_bg.js";
import * as module from "../wasm/plain.js";

glue.__wbg_set_wasm(module as unknown as WebAssembly.Exports);
export * from "../index.js";
