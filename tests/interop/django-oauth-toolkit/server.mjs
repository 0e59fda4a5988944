/** django-oauth-toolkit, in Python, from the Python package index into a virtual environment in the cache. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cached, inScratch, person, REDIRECT_URI, run, serve, whenRun } from "../harness.mjs";
import { keyPair } from "../../servers/keys.mjs";
import { freePort } from "../../servers/ports.mjs";

export const SERVICE = { id: "service", secret: "a secret: of+loopback/only%" };
export const SPA = "spa";

const BOB = { username: "bob", password: "password-of-bob" };
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const SITE = fileURLToPath(new URL("site", import.meta.url));

/** An environment that has the packages. Its own programs would look for the place where it was made, so only its interpreter is run. */
export async function install(say = () => {}) {
  const pins = await readFile(REQUIREMENTS, "utf8");
  const version = /^django-oauth-toolkit==(.+)$/m.exec(pins)[1];
  const folder = await cached(`django-oauth-toolkit-${version}`, async (packages) => {
    say("pip install django-oauth-toolkit");
    const environment = join(packages, "venv");
    await run(["python3", "-m", "venv", environment]);
    await run([join(environment, "bin/python"), "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], { limit: 300_000 });
  });
  return join(folder, "venv");
}

/** A server with its clients and users, on a database of its own. */
export function start() {
  return inScratch("dot", async (scratch) => {
    const python = join(await install(), "bin/python");
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const key = join(scratch, "key.pem");
    await writeFile(key, keyPair("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const env = {
      ...process.env, DOT_KEY: key, DOT_DATABASE: join(scratch, "db.sqlite3"), DOT_SECRET_KEY: randomBytes(32).toString("hex"),
      DJANGO_SETTINGS_MODULE: "settings", PYTHONPATH: SITE, PYTHONDONTWRITEBYTECODE: "1",
    };
    const seed = {
      person: { ...BOB, email: "bob@example.test" },
      clients: [
        { client_id: SPA, client_type: "public", authorization_grant_type: "authorization-code", algorithm: "RS256", skip_authorization: true, redirect_uris: REDIRECT_URI },
        { client_id: SERVICE.id, client_secret: SERVICE.secret, client_type: "confidential", authorization_grant_type: "client-credentials" },
      ],
    };
    await run([python, join(SITE, "seed.py")], { env, input: JSON.stringify(seed) });
    const server = await serve([python, "-m", "django", "runserver", "--noreload", `127.0.0.1:${port}`], {
      url: `${origin}/o/.well-known/openid-configuration`, limit: 30_000, log: join(scratch, "log"), env,
    });
    return { ...server, issuer: `${origin}/o`, logIn: (url) => person(BOB).visit(url) };
  });
}

whenRun(import.meta.url, install);
