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

async function save(session, response) {
  const sealed = await new EncryptJWT(session).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(await key());
  response.headers.append("set-cookie", `__Host-session=${sealed}; Path=/; Secure; HttpOnly; SameSite=Strict`);
}

export default { fetch: (request) => answer(request, open, save) };
