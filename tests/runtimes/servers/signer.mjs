/**
 * Signs ID tokens as a server would, with Node's own cryptography: another implementation than the one that verifies.
 * One key for each algorithm, named after it; `next` is the key that a server takes into use while a client is running.
 */
import { constants, createHash, createHmac, sign as signature } from "node:crypto";

import { keyPair } from "../../servers/keys.mjs";

const rsa = () => keyPair("rsa", { modulusLength: 2048 });
const ec = (namedCurve) => keyPair("ec", { namedCurve });
const pss = (bytes) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bytes });

const shared = rsa();
const ALGORITHMS = {
  RS256: { hash: "sha256", pair: shared }, RS384: { hash: "sha384", pair: shared }, RS512: { hash: "sha512", pair: shared },
  PS256: { hash: "sha256", pair: shared, ...pss(32) }, PS384: { hash: "sha384", pair: shared, ...pss(48) }, PS512: { hash: "sha512", pair: shared, ...pss(64) },
  ES256: { hash: "sha256", pair: ec("P-256"), dsaEncoding: "ieee-p1363" },
  ES384: { hash: "sha384", pair: ec("P-384"), dsaEncoding: "ieee-p1363" },
  ES512: { hash: "sha512", pair: ec("P-521"), dsaEncoding: "ieee-p1363" },
  EdDSA: { hash: null, pair: keyPair("ed25519") },
};
const NEXT = { ...ALGORITHMS.ES256, pair: ec("P-256") };

/** What the server publishes: every key but `next`, and all of them. */
export const keys = { keys: Object.entries(ALGORITHMS).map(([alg, { pair }]) => publish(alg, alg, pair)) };
export const laterKeys = { keys: [...keys.keys, publish("next", "ES256", NEXT.pair)] };

/**
 * A token. `kid` chooses the key where it names one; `accessToken` adds its `at_hash`; `secret` is for HS256; `header` adds to the header.
 */
export function sign({ alg = "RS256", kid = alg, claims, accessToken, secret, header = {} }) {
  const known = kid === "next" ? NEXT : ALGORITHMS[alg];
  const all = accessToken === undefined ? claims : { ...claims, at_hash: half(known?.hash ?? (alg === "HS256" ? "sha256" : "sha512"), accessToken) };
  const signed = `${part(JSON.stringify({ typ: "JWT", alg, kid, ...header }))}.${part(JSON.stringify(all))}`;
  return `${signed}.${seal(alg, known, signed, secret).toString("base64url")}`;
}

function seal(alg, known, signed, secret) {
  if (alg === "none") return Buffer.alloc(0);
  if (alg === "HS256") return createHmac("sha256", secret).update(signed).digest();
  const { hash, pair, ...options } = known;
  return signature(hash, Buffer.from(signed), { key: pair.privateKey, ...options });
}

/** `at_hash`: the left half of the hash, OpenID Connect Core §3.1.3.6. */
function half(hash, text) {
  const digest = createHash(hash).update(text).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

function publish(kid, alg, { publicKey }) {
  return { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" };
}

function part(text) {
  return Buffer.from(text).toString("base64url");
}
