/**
 * Making the module's instance. Which of these an entry uses is decided by `exports` conditions alone, never by looking at
 * the runtime. Nothing here draws randomness, reads the clock or starts I/O.
 */

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

/**
 * Text as bytes: two characters each, of which the lower halves count. Not base64: where bytes keep their places, compression still finds what repeats in them;
 * and two sets of sixteen characters, because it then knows the halves apart.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (text.charCodeAt(2 * i) << 4) | (text.charCodeAt(2 * i + 1) & 15);
  return bytes;
}

/** A module. For the compiler that type is empty, and so would take a path or an address, which is to be fetched first. */
type Module = WebAssembly.Module & object & { readonly href?: never };

/** What a slim entry can be started with. */
export type ModuleSource = Module | Response | Promise<Response> | BufferSource;

/** The module of whatever the caller has at hand. */
async function moduleOf(source: ModuleSource): Promise<WebAssembly.Module> {
  const given = await source;
  if ("arrayBuffer" in given) return WebAssembly.compile(await given.arrayBuffer());
  if ("byteLength" in given) return WebAssembly.compile(given);
  return given;
}

/** Makes an instance when it is called first; later calls wait for that one, because clients hold on to the instance they were made with. */
export function initOnce(name: string, glue: Glue): (source: ModuleSource) => Promise<void> {
  let ready: Promise<void> | undefined;
  return (source) => {
    ready ??= moduleOf(source)
      .then((module) => instantiate(name, glue, module))
      .catch((cause) => {
        ready = undefined;
        throw cause;
      });
    return ready;
  };
}
