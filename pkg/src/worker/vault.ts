/** Sealing and opening, by SubtleCrypto's AES-256-GCM. What a sealed text looks like, and what it is bound to, is the core's: `src/session/seal.rs`. */

import { refused } from "./ask.js";

/** What something is sealed for. */
export interface Place {
  readonly purpose: "session" | "login" | "stored";
  readonly name: string;
  readonly origin: string;
}

/** Asks the core. */
type Ask = (what: string, input: object) => string;

/** The keys of a handler, the one that seals first. */
export class Vault {
  readonly #keys: readonly CryptoKey[];
  readonly #ask: Ask;

  /** Takes keys that the core has looked at. */
  static async of(keys: readonly string[], ask: Ask): Promise<Vault> {
    const imported = keys.map((k) =>
      crypto.subtle.importKey("jwk", { kty: "oct", k, alg: "A256GCM" }, { name: "AES-GCM" }, false, ["encrypt", "decrypt"]),
    );
    return new Vault(await Promise.all(imported), ask);
  }

  private constructor(keys: readonly CryptoKey[], ask: Ask) {
    this.#keys = keys;
    this.#ask = ask;
  }

  async seal(place: Place, text: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(this.#algorithm(place, iv), this.#keys[0] as CryptoKey, new TextEncoder().encode(text));
    return this.#ask("sealed", { iv: base64url(iv), ciphertext: base64url(new Uint8Array(sealed)) });
  }

  /**
   * What was sealed, and whether that was by a key that is to be retired.
   * @throws Refused `session_damaged` for what was altered, cut, or sealed elsewhere.
   */
  async open(place: Place, sealed: string): Promise<{ text: string; old: boolean }> {
    const { key, iv, ciphertext } = JSON.parse(this.#ask("unsealed", { sealed })) as { key: number; iv: string; ciphertext: string };
    try {
      const text = await crypto.subtle.decrypt(this.#algorithm(place, bytes(iv)), this.#keys[key] as CryptoKey, bytes(ciphertext));
      return { text: new TextDecoder().decode(text), old: key > 0 };
    } catch (cause) {
      throw refused("session_damaged", undefined, cause);
    }
  }

  #algorithm(place: Place, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.#ask("associated_data", place)), tagLength: 128 };
  }
}

/** 32 random bytes as text. */
export function randomId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
