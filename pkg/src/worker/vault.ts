/** Sealing and opening, by SubtleCrypto's AES-256-GCM. What a sealed text looks like, and what it is bound to, is the core's: `src/session/seal.rs`. */

import type { Edge } from "../wasm/edge_bg.js";
import { refused, settle } from "./ask.js";
import { decode, encode } from "./base64url.js";

/** What something is sealed for. */
export interface Place {
  readonly purpose: "session" | "login" | "stored";
  readonly name: string;
  readonly origin: string;
}

/** What was sealed, and whether that was by a key that is to be retired. */
interface Opened {
  readonly text: string;
  readonly old: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of an initialisation vector. */
const IV = 12;

/** The keys of a handler, the one that seals first. */
export class Vault {
  readonly #keys: readonly CryptoKey[];
  readonly #edge: Edge;
  /** What sealed bytes begin with. */
  readonly #head: Uint8Array;
  /** The associated data of the place before, by its purpose: a session's are the same for every request. */
  readonly #bound = new Map<string, { readonly place: Place; readonly data: Uint8Array<ArrayBuffer> }>();

  /** Takes keys that the core has looked at. */
  static async of(keys: readonly string[], edge: Edge): Promise<Vault> {
    const imported = keys.map((k) =>
      crypto.subtle.importKey("jwk", { kty: "oct", k, alg: "A256GCM" }, { name: "AES-GCM" }, false, ["encrypt", "decrypt"]),
    );
    return new Vault(await Promise.all(imported), edge);
  }

  private constructor(keys: readonly CryptoKey[], edge: Edge) {
    this.#keys = keys;
    this.#edge = edge;
    this.#head = edge.head();
  }

  async seal(place: Place, text: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const ciphertext = await crypto.subtle.encrypt(this.#algorithm(place, iv), this.#keys[0] as CryptoKey, encoder.encode(text));
    const sealed = new Uint8Array(this.#head.length + IV + ciphertext.byteLength);
    sealed.set(this.#head);
    sealed.set(iv, this.#head.length);
    sealed.set(new Uint8Array(ciphertext), this.#head.length + IV);
    return encode(sealed);
  }

  /**
   * Opens what was sealed for that place.
   * @throws Refused `session_damaged` for what was altered, cut, or sealed elsewhere.
   */
  async open(place: Place, sealed: string): Promise<Opened> {
    const bytes = decode(sealed);
    const key = this.#edge.key_of(bytes);
    if (key === undefined) throw refused("session_damaged");
    const opens = bytes.subarray(this.#head.length);
    try {
      const algorithm = this.#algorithm(place, opens.subarray(0, IV));
      const text = await crypto.subtle.decrypt(algorithm, this.#keys[key] as CryptoKey, opens.subarray(IV));
      return { text: decoder.decode(text), old: key > 0 };
    } catch (cause) {
      throw refused("session_damaged", undefined, cause);
    }
  }

  /** The session of a `Cookie` header, as {@link open} opens; nothing where there is none. */
  async session(place: Place, cookies: string): Promise<Opened | undefined> {
    const sealed = this.#edge.session(cookies);
    return sealed === undefined ? undefined : this.open(place, settle(sealed));
  }

  #algorithm(place: Place, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: this.#associated(place), tagLength: 128 };
  }

  #associated(place: Place): Uint8Array<ArrayBuffer> {
    const { purpose, name, origin } = place;
    const known = this.#bound.get(purpose);
    if (known?.place.name === name && known.place.origin === origin) return known.data;
    const data = encoder.encode(settle(this.#edge.ask("associated_data", JSON.stringify({ purpose, name, origin }))));
    this.#bound.set(purpose, { place: { purpose, name, origin }, data });
    return data;
  }
}

/** 32 random bytes as text. */
export function randomId(): string {
  return encode(crypto.getRandomValues(new Uint8Array(32)));
}
