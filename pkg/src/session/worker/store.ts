/**
 * What outlives a page: IndexedDB, which a Worker has and where a key can lie that cannot be taken out. Secrets are sealed by AES-GCM under such a
 * key, so what reads storage alone reads nothing; a script of this origin could still use the key while it runs.
 */

import { problem } from "./policy.js";

const DATABASE = "grantkit";
const PLACES = ["keys", "sessions", "pending"] as const;
type Place = (typeof PLACES)[number];

/** Bytes under a key. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => PLACES.forEach((place) => request.result.createObjectStore(place));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(request.error);
  }).then((base) => {
    base.onclose = base.onversionchange = () => {
      base.close();
      opened = undefined;
    };
    return base;
  });
  opened.catch(() => { opened = undefined; });
  return opened;
}

/** One transaction: `work` looks and writes, and what it leaves is there when the transaction is complete. */
async function transact<T>(place: Place, mode: IDBTransactionMode, work: (store: IDBObjectStore, leave: (value: T) => void) => void): Promise<T> {
  try {
    const base = await database();
    return await new Promise<T>((resolve, reject) => {
      let left: T;
      const transaction = base.transaction(place, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve(left);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work(transaction.objectStore(place), (value) => { left = value; });
    });
  } catch {
    throw problem("storage_unavailable", "configuration");
  }
}

const reading = <T>(request: IDBRequest, then: (value: T) => void): void => { request.onsuccess = () => then(request.result as T); };

export const get = <T>(place: Place, name: string): Promise<T | undefined> =>
  transact<T | undefined>(place, "readonly", (store, leave) => reading(store.get(name), leave));

export const put = (place: Place, name: string, value: unknown): Promise<void> =>
  transact<void>(place, "readwrite", (store) => void store.put(value, name));

export const remove = (place: Place, name: string): Promise<void> =>
  transact<void>(place, "readwrite", (store) => void store.delete(name));

/** Puts what `change` makes of what is there; gives what was there. Nobody comes in between. */
export const exchange = <T>(place: Place, name: string, change: (before: T | undefined) => T | undefined): Promise<T | undefined> =>
  transact<T | undefined>(place, "readwrite", (store, leave) => reading<T | undefined>(store.get(name), (before) => {
    leave(before);
    const after = change(before);
    if (after !== undefined) store.put(after, name);
  }));

/** Removes what `keep` does not want, by all the names and values there are. */
export const prune = <T>(place: Place, keep: (all: [string, T][]) => ReadonlySet<string>): Promise<void> =>
  transact<void>(place, "readwrite", (store) => reading<string[]>(store.getAllKeys(), (names) => reading<T[]>(store.getAll(), (values) => {
    const kept = keep(names.map((name, at) => [name, values[at] as T]));
    names.filter((name) => !kept.has(name)).forEach((name) => store.delete(name));
  })));

/** A key that is made once; who comes second gets the first one's. */
async function made<T>(name: string, make: () => Promise<T>): Promise<T> {
  const known = await get<T>("keys", name);
  if (known) return known;
  const fresh = await make();
  return (await exchange<T>("keys", name, (before) => before ?? fresh)) ?? fresh;
}

const sealingKey = (): Promise<CryptoKey> =>
  made("seal", () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));

/** The key pair that tokens are bound to. RFC 9449 §4.3 knows ES256 everywhere. */
export const bindingKeys = (session: string): Promise<CryptoKeyPair> =>
  made(`dpop ${session}`, () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]));

/** Seals a value for the place that it is put to: it opens nowhere else. */
export async function seal(place: string, value: unknown): Promise<Sealed> {
  const [key, iv] = [await sealingKey(), crypto.getRandomValues(new Uint8Array(12))];
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) }, key, text) };
}

/** Opens what was sealed; nothing where it was altered, moved, or its key is gone. */
export async function unseal<T>(place: string, sealed: Sealed): Promise<T | undefined> {
  try {
    const additionalData = new TextEncoder().encode(place);
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData }, await sealingKey(), sealed.data);
    return JSON.parse(new TextDecoder().decode(text)) as T;
  } catch {
    return undefined;
  }
}
