/** The module, for a Worker that may compile WebAssembly. */
import { bytesOf, instantiate } from "../../instantiate.js";
import * as glue from "../../wasm/session_bg.js";
import hex from "../../wasm/session.hex.js";

instantiate("session", glue, new WebAssembly.Module(bytesOf(hex)));
