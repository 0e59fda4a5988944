// What the host does, asked for by `host.rs`. It converts and passes on; what an answer means is judged in Rust. Each promise brings bytes.
// Everything is looked up when it is used: at load, Workers forbid most of it.

const encode = (text) => new TextEncoder().encode(text);

/** What ends each call when its time is over: `read` takes it back. A signal of `AbortSignal.timeout` would live on until then, and costs as much as the request. */
const timers = new WeakMap();

/** What `fetch` is told, beside the URL. */
export function init(text, milliseconds, signal) {
  const end = new AbortController();
  const init = { ...JSON.parse(text), signal: signal ? AbortSignal.any([signal, end.signal]) : end.signal };
  timers.set(init, { end, running: setTimeout(() => end.abort(), milliseconds) });
  return init;
}

/** What came back: status and headers in a line of JSON, and behind it the body, which is cut off beyond so many bytes. Of what failed: whether time was over. */
export async function read(returned, limit, init) {
  const timer = timers.get(init);
  try {
    const { status, redirected, headers, body } = await returned;
    const head = { status, redirected };
    for (const name of ["content-type", "retry-after", "dpop-nonce", "www-authenticate", "date"]) head[name] = headers.get(name);
    const parts = [];
    let length = 0;
    if (body !== null) {
      const reader = body.getReader();
      for (let part; !head.cut && !(part = await reader.read()).done; ) {
        if (!(part.value instanceof Uint8Array)) throw new TypeError("body");
        parts.push(part.value);
        length += part.value.length;
        head.cut = length > limit;
      }
      if (head.cut) await reader.cancel();
    }
    return joined([encode(JSON.stringify(head) + "\n"), ...(head.cut ? [] : parts)]);
  } catch {
    return Uint8Array.of(timer.end.signal.aborted);
  } finally {
    clearTimeout(timer.running);
  }
}

/** Bytes behind bytes. */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether there is a SubtleCrypto: in secure contexts alone. */
export const secure = () => !!globalThis.crypto?.subtle;

/** Keys kept: a server has two or three, and importing one again for each token would be work for nothing. */
const KEYS = 8;

/** Whether a signature is right: one byte. */
export async function verify(host, algorithm, key, signature, signed) {
  const { subtle } = crypto;
  const proof = signature.slice();
  const parameters = JSON.parse(algorithm);
  const keys = (host.keys ??= new Map());
  const name = algorithm + key;
  let imported = keys.get(name);
  if (!imported) {
    imported = await subtle.importKey("jwk", JSON.parse(key), parameters, false, ["verify"]);
    if (keys.size === KEYS) keys.delete(keys.keys().next().value);
    keys.set(name, imported);
  }
  return Uint8Array.of(await subtle.verify(parameters, imported, proof, encode(signed)));
}

/** Our own private key: the client's, or the one of the pair that tokens are bound to. */
const own = (host, bound) => (bound ? host.pair?.privateKey : host.key);

/** What a key of our own says of itself, as JSON. */
export function algorithm(host, bound) {
  const { name, hash, namedCurve } = own(host, bound).algorithm;
  return JSON.stringify({ name, hash: hash?.name, namedCurve });
}

/** A signature by a key of our own. */
export const sign = async (host, bound, algorithm, text) =>
  new Uint8Array(await crypto.subtle.sign(JSON.parse(algorithm), own(host, bound), encode(text)));

/** Makes sure that there is a pair, and tells its public half, a JWK. Where the caller gave none, it is made here and cannot be taken out. */
export async function pair(host, algorithm) {
  const { subtle } = crypto;
  const made = host.pair ?? (await subtle.generateKey(JSON.parse(algorithm), false, ["sign", "verify"]));
  // Another call may have made one in the meantime: the first stays, because tokens may be bound to it.
  host.pair ??= made;
  return encode(JSON.stringify(await subtle.exportKey("jwk", host.pair.publicKey)));
}

/** Lets time pass, a second longer at most than the call, so that no timer has to be cancelled. */
export async function wait(seconds, signal) {
  while (seconds-- > 0 && !signal?.aborted) await new Promise((done) => setTimeout(done, 1000));
  return new Uint8Array();
}
