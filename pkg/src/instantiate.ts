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
 * The module that a text stands for: which bytes are one character each, in hex, and behind them all of its bytes; the others are two characters.
 * `xtask/src/inline.rs` writes it and says why.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const numbers = new Uint8Array(127);
  let characters = 0;
  for (let code = 32; code < 127; code++) if (!'"$<\\`'.includes(String.fromCharCode(code))) numbers[code] = characters++;
  const single = characters - 2;
  const known = new Set<number>();
  for (let at = 0; at < 2 * single; at += 2) known.add(Number.parseInt(text.slice(at, at + 2), 16));
  for (let byte = 0; byte < 256; byte++) known.add(byte);
  const order = [...known];
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 2 * single; at < text.length; ) {
    let number = numbers[text.charCodeAt(at++)] as number;
    if (number >= single) number = single + (number - single) * characters + (numbers[text.charCodeAt(at++)] as number);
    bytes[length++] = order[number] as number;
  }
  return bytes.subarray(0, length);
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
