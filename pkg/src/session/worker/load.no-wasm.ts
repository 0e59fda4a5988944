/** The module as plain JavaScript, for a Worker that may not compile WebAssembly. */
import * as glue from "../../wasm/session_bg.js";
import * as module from "../../wasm/plain.js";

glue.__wbg_set_wasm(module as unknown as WebAssembly.Exports);
