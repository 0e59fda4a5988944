/** Base64url without padding, by the runtime where it can: a session is most of what a request brings, and the core takes several times as long. */

import { from_base64url, to_base64url } from "../wasm/edge_bg.js";

/** What runtimes have since 2025, and the types of the language's year do not. */
interface Writes {
  toBase64?(options: object): string;
}
interface Reads {
  fromBase64?(text: string, options: object): Uint8Array;
}

const OPTIONS = { alphabet: "base64url", omitPadding: true };

/** Bytes as text. */
export function encode(bytes: Uint8Array): string {
  return (bytes as Writes).toBase64?.(OPTIONS) ?? to_base64url(bytes);
}

/** Text as bytes; none for what is not base64url as {@link encode} writes it. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  return (read(text) ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;
}

function read(text: string): Uint8Array | undefined {
  const { fromBase64 } = Uint8Array as Reads;
  if (!fromBase64) return from_base64url(text);
  try {
    const bytes = fromBase64(text, OPTIONS);
    // A runtime also reads what is padded, has spaces in it or stray bits at its end.
    return encode(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
