/** Keys for servers, made anew for each run. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";

/**
 * A key pair, by way of PEM. What makes a key in Node.js 20 shares a lock with it; to write the key down as a JWK takes that lock, and where the maker is
 * collected meanwhile, its end waits for the lock in the same thread: for ever, without a word.
 */
export function keyPair(type, options) {
  const encoded = { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } };
  const { publicKey, privateKey } = generateKeyPairSync(type, { ...options, ...encoded });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}
