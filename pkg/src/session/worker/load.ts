/** The module, for a Worker that may compile WebAssembly. */
import { instantiate, moduleOf } from "../../instantiate.js";
import * as glue from "../../wasm/session_bg.js";
import text from "../../wasm/session.text.js";

instantiate("session", glue, moduleOf(text));
