/** The `Cookie` header of a session, as each worker in `workers` takes it. */
import { sealData } from "iron-session";
import { EncryptJWT } from "jose";

import { JWE_KEY, PASSWORD } from "./password.mjs";
import { cookieOf } from "./sessions.mjs";

const key = () => crypto.subtle.importKey("jwk", { kty: "oct", k: JWE_KEY }, "AES-GCM", false, ["encrypt", "decrypt"]);

export const COOKIES = {
  iron: async (session) => `__Host-session=${await sealData(session, { password: PASSWORD })}`,
  jose: async (session) => `__Host-session=${await new EncryptJWT(session).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(await key())}`,
  grantkit: cookieOf,
};
