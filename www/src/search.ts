/**
 * What a hostile script does first: it looks at everything that it can reach, for anything that looks like a token.
 *
 * It runs with all the rights of the page's own scripts, since that is what an injected script has.
 */

/** Something that looks like a token, and where it was. */
export interface Find {
  readonly where: string;
  readonly value: string;
}

/** What was looked at, and what was found. */
export interface Loot {
  readonly objects: number;
  readonly characters: number;
  readonly finds: readonly Find[];
}

const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}/g;
const OPAQUE = /(?<![\w%.-])[\w-]{40,512}(?![\w.-])/g;

/** What looks like a token: a JWT, or a long word as only random bytes make it. */
export function tokensIn(text: string): string[] {
  const random = (word: string): boolean => /[A-Z]/.test(word) && /[a-z]/.test(word) && /\d/.test(word) && new Set(word).size >= 18;
  return [...(text.match(JWT) ?? []), ...(text.match(OPAQUE) ?? []).filter(random)];
}

/** Searches from `roots` on; what is in `known` is no secret. */
export class Search {
  readonly #todo: [where: string, value: unknown][] = [];
  readonly #seen = new Set<unknown>();
  readonly #texts = new Set<string>();
  readonly #finds = new Map<string, string>();
  #characters = 0;

  constructor(readonly known: ReadonlySet<string>) {}

  add(where: string, value: unknown): void {
    this.#todo.push([where, value]);
  }

  /** Looks until there is nothing left, or at `limit` objects; lets the page breathe. */
  async run(limit = 60_000): Promise<Loot> {
    for (let at = 0; at < this.#todo.length && this.#seen.size < limit; at++) {
      const [where, value] = this.#todo[at]!;
      this.#todo[at] = ["", undefined];
      this.#look(where, value);
      if (at % 4_000 === 3_999) await new Promise((resolve) => setTimeout(resolve));
    }
    return { objects: this.#seen.size, characters: this.#characters, finds: [...this.#finds].map(([value, where]) => ({ where, value })) };
  }

  #look(where: string, value: unknown): void {
    if (typeof value === "string") return this.#read(where, value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null || value === this || this.#seen.has(value)) return;
    this.#seen.add(value);
    if (value instanceof ArrayBuffer) return this.#read(where, new TextDecoder("latin1").decode(value));
    if (ArrayBuffer.isView(value)) return this.#read(where, new TextDecoder("latin1").decode(value));
    if (value instanceof Map || value instanceof Set) for (const one of [...value].flat()) this.add(`${where}[…]`, one);
    if (value instanceof Promise) value.then((it) => this.#look(`await ${where}`, it), (it) => this.#look(`await ${where}`, it));
    // Every member of every name, by getters too, also those that an object inherits.
    for (let level: object | null = value; level; level = Object.getPrototypeOf(level) as object | null) {
      for (const name of Reflect.ownKeys(level)) {
        try {
          const member = (value as Record<PropertyKey, unknown>)[name];
          if (member instanceof Promise) member.catch(() => {});
          this.add(where.length < 120 ? `${where}.${String(name)}` : where, member);
        } catch { /* a getter that wants another object */ }
      }
    }
  }

  #read(where: string, text: string): void {
    if (this.#texts.has(text)) return;
    if (text.length < 4_096) this.#texts.add(text);
    this.#characters += text.length;
    for (const token of tokensIn(text)) {
      // The engine keeps pieces of what an expression was last tried on: of what is known, in RegExp.input and its like.
      const isKnown = [...this.known].some((it) => it.includes(token));
      if (!isKnown && !this.#finds.has(token)) this.#finds.set(token, where);
    }
  }
}

/** Everything that is stored for this origin, by where it is stored. Keys that no script can read are counted. */
export async function stored(): Promise<{ readonly places: readonly (readonly [where: string, value: unknown])[]; readonly sealedKeys: number; readonly exported: number }> {
  const places: [string, unknown][] = [
    ["document.cookie", document.cookie], ["location", location.href], ["history.state", history.state], ["window.name", window.name], ["document", document.documentElement.outerHTML],
    ...Object.entries({ ...localStorage }).map(([name, value]): [string, unknown] => [`localStorage.${name}`, value]),
    ...Object.entries({ ...sessionStorage }).map(([name, value]): [string, unknown] => [`sessionStorage.${name}`, value]),
    // The navigation's own entry may name the callback: its code is spent, and was worth nothing without the verifier.
    ...performance.getEntries().filter((it) => it.entryType !== "navigation").map((it): [string, unknown] => ["performance", it.name]),
  ];
  const keys: CryptoKey[] = [];
  for (const { name } of await indexedDB.databases?.() ?? []) {
    if (!name) continue;
    const base = await asked(indexedDB.open(name));
    for (const store of base.objectStoreNames) {
      for (const value of await asked(base.transaction(store).objectStore(store).getAll()) as unknown[]) {
        places.push([`indexedDB ${name}/${store}`, value]);
        for (const one of [value, ...Object.values(Object(value) as object)]) if (globalThis.CryptoKey && one instanceof CryptoKey && one.type !== "public") keys.push(one);
      }
    }
    base.close();
  }
  for (const name of await globalThis.caches?.keys() ?? []) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) places.push([`cache ${name}`, await (await cache.match(request))?.text()]);
  }
  const out = await Promise.all(keys.flatMap((key) => (["raw", "jwk", "pkcs8"] as const).map((form) => crypto.subtle.exportKey(form, key).then(() => true, () => false))));
  return { places, sealedKeys: keys.length, exported: out.filter(Boolean).length };
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
