/**
 * Making the module's instance. Which of these an entry uses is decided by `exports` conditions alone, never by looking at
 * the runtime. Nothing here draws randomness, reads the clock or starts I/O.
 */

import unpacker from "./wasm/unpack.js";

/** What wasm-bindgen's glue exports besides the API. */
interface Glue {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** Makes an instance, synchronously, so that an entry needs no top-level await. */
export function instantiate(name: string, glue: Glue, module: WebAssembly.Module): void {
  const { exports } = new WebAssembly.Instance(module, { [`./${name}_bg.js`]: glue as unknown as WebAssembly.ModuleImports });
  glue.__wbg_set_wasm(exports);
  (exports["__wbindgen_start"] as (() => void) | undefined)?.();
}

/** The module that a text stands for. */
export function moduleOf(text: string): WebAssembly.Module {
  return new WebAssembly.Module(bytesOf(text));
}

/** The bytes that a text stands for. `xtask/src/inline.rs` writes it; a small module, itself in base64, reads it. @internal */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const reader = new WebAssembly.Module(Uint8Array.from(atob(unpacker), (character) => character.charCodeAt(0)));
  const { memory, room, unpack } = new WebAssembly.Instance(reader).exports as unknown as Unpacker;
  const at = room(text.length);
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, at));
  return new Uint8Array(memory.buffer, at + text.length, unpack(at, text.length));
}

/** `xtask/unpack`. */
interface Unpacker {
  readonly memory: { readonly buffer: ArrayBuffer };
  room(length: number): number;
  unpack(at: number, length: number): number;
}

/** A module. For the compiler that type is empty, and so would take a path or an address, which is to be fetched first. */
type Module = WebAssembly.Module & object & { readonly href?: never };

/** What a slim entry can be started with. */
export type ModuleSource = Module | Response | Promise<Response> | BufferSource;

/** The module of whatever the caller has at hand. */
async function compiled(source: ModuleSource): Promise<WebAssembly.Module> {
  const given = await source;
  if ("arrayBuffer" in given) return WebAssembly.compile(await given.arrayBuffer());
  if ("byteLength" in given) return WebAssembly.compile(given);
  return given;
}

/** Makes an instance when it is called first; later calls wait for that one, because clients hold on to the instance they were made with. */
export function initOnce(name: string, glue: Glue): (source: ModuleSource) => Promise<void> {
  let ready: Promise<void> | undefined;
  return (source) => {
    ready ??= compiled(source)
      .then((module) => instantiate(name, glue, module))
      .catch((cause) => {
        ready = undefined;
        throw cause;
      });
    return ready;
  };
}
