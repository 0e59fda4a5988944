/** By hand, with oauth4webapi and jose: a JWE by `dir` and `A256GCM`, its key imported once. */
import { EncryptJWT, jwtDecrypt } from "jose";

import { JWE_KEY } from "../password.mjs";
import { answer } from "./by-hand.mjs";

let imported;
const key = () => (imported ??= crypto.subtle.importKey("jwk", { kty: "oct", k: JWE_KEY }, "AES-GCM", false, ["encrypt", "decrypt"]));

async function open(request) {
  const sealed = request.headers.get("cookie")?.match(/(?:^|; )__Host-session=([^;]*)/)?.[1];
  return sealed && (await jwtDecrypt(sealed, await key()).catch(() => undefined))?.payload;
}

/** The cookie of a session. */
export async function cookieOf(session) {
  return `__Host-session=${await new EncryptJWT(session).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(await key())}`;
}

async function save(session, response) {
  response.headers.append("set-cookie", `${await cookieOf(session)}; Path=/; Secure; HttpOnly; SameSite=Strict`);
}

export default { fetch: (request) => answer(request, open, save) };
