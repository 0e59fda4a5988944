/** By hand, with oauth4webapi and iron-session. */
import { sealData, unsealData } from "iron-session";

import { PASSWORD } from "../password.mjs";
import { answer } from "./by-hand.mjs";

const NAME = "__Host-session";

async function open(request) {
  const sealed = request.headers.get("cookie")?.match(/(?:^|; )__Host-session=([^;]*)/)?.[1];
  return sealed && unsealData(sealed, { password: PASSWORD });
}

/** The cookie of a session. */
export async function cookieOf(session) {
  return `${NAME}=${await sealData(session, { password: PASSWORD })}`;
}

async function save(session, response) {
  response.headers.append("set-cookie", `${await cookieOf(session)}; Path=/; Secure; HttpOnly; SameSite=Strict`);
}

export default { fetch: (request) => answer(request, open, save) };
