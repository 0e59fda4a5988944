/** The module, for a Worker that may compile WebAssembly. */
import { bytesOf, instantiate } from "../../instantiate.js";
import * as glue from "../../wasm/session_bg.js";
import text from "../../wasm/session.text.js";

instantiate("session", glue, new WebAssembly.Module(bytesOf(text)));
