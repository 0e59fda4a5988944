/** glewlwyd, in C, from Debian's packages: unpacked into the cache, never installed. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { cached, inScratch, person, REDIRECT_URI, run, serve, whenRun } from "../harness.mjs";
import { keyPair } from "../../servers/keys.mjs";
import { freePort } from "../../servers/ports.mjs";

/** Clients by what they may do. */
export const SERVICE = { id: "service", secret: "a-secret-of-loopback-only" };
export const ODD = { id: "odd", secret: "p+ss word/with%signs" };
export const SPA = "spa";
export const SIGNER = "signer";

const BOB = { username: "bob", password: "password-of-bob" };

/** Fetches the packages that this system lacks, unpacked under `root`. */
export async function install(say = () => {}) {
  const version = /^Version: (?:\d+:)?([\w.~+-]+)$/m.exec(await run(["apt-cache", "show", "--no-all-versions", "glewlwyd"]).catch(() => ""))?.[1];
  if (!version) throw new Error("apt knows no package glewlwyd: type `sudo apt-get update`");
  return cached(`glewlwyd-${version}`, async (folder) => {
    const plan = await run(["apt-get", "install", "--simulate", "--no-install-recommends", "glewlwyd"]);
    const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
    const packages = [...new Set([...missing, "glewlwyd", "glewlwyd-common"])];
    const debs = join(folder, "debs");
    await mkdir(debs);
    say(`apt-get download, ${packages.length} packages`);
    await run(["apt-get", "download", ...packages], { cwd: debs, limit: 300_000 });
    for (const deb of await readdir(debs)) await run(["dpkg", "--extract", join(debs, deb), join(folder, "root")]);
  });
}

/** A server with its clients and users, on a database of its own. */
export function start() {
  return inScratch("glewlwyd", async (scratch) => {
    const root = join(await install(), "root");
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const api = `${origin}/api`;
    const schema = gunzipSync(await readFile(join(root, "usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")));
    const database = join(scratch, "glewlwyd.db");
    await run(["python3", "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())", database], { input: schema });
    const settings = join(scratch, "glewlwyd.conf");
    // The packages have no folder for what they have no module of, and the server insists on it.
    const none = join(scratch, "none");
    await mkdir(none);
    await writeFile(settings, configuration({ root, port, origin, database, none }));
    const libraries = (await readdir(join(root, "usr/lib"))).map((name) => join(root, "usr/lib", name)).filter((path) => existsSync(join(path, "libulfius.so.2.7")));
    const server = await serve([join(root, "usr/bin/glewlwyd"), `--config-file=${settings}`], {
      url: `${origin}/config`, limit: 20_000, log: join(scratch, "log"),
      env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") },
    });
    const keys = keyPair("rsa", { modulusLength: 2048 });
    try {
      await provision(api, keys.publicKey.export({ type: "spki", format: "pem" }));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      ...server,
      issuer: `${api}/oidc`,
      /** The private half of the key of the client `signer`. */
      signerKey: keys.privateKey,
      logIn: (url) => logIn(api, url),
    };
  });
}

function configuration({ root, port, origin, database, none }) {
  const modules = join(root, "usr/lib/glewlwyd");
  return `port=${port}
bind_address="127.0.0.1"
external_url="${origin}"
login_url="login.html"
api_prefix="api"
static_files_path="${join(root, "usr/share/glewlwyd/webapp")}/"
allow_origin="*"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${modules}/user"
user_middleware_module_path="${none}"
client_module_path="${modules}/client"
user_auth_scheme_module_path="${modules}/scheme"
plugin_module_path="${modules}/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "${database}"; };
`;
}

/** Everything over its own API, as its administrator: the seeded one, whose password is the documented one. */
async function provision(api, signer) {
  const admin = person();
  const put = async (path, value, method = "POST") => {
    const response = await admin.ask(api + path, { method, body: JSON.stringify(value), headers: { "content-type": "application/json" } });
    if (!response.ok) throw new Error(`glewlwyd answered ${response.status} at ${path}: ${await response.text()}`);
  };
  await put("/auth/", { username: "admin", password: "password" });
  await put("/mod/plugin/", { module: "oidc", name: "oidc", display_name: "OIDC", parameters: plugin(`${api}/oidc`) });
  // The store of clients is there, but keeps nothing of what OpenID Connect registers of a client.
  await put("/mod/client/database", { module: "database", name: "database", display_name: "clients", readonly: false, parameters: CLIENT_STORE }, "PUT");
  await put("/mod/client/database/reset", {}, "PUT");
  await put("/scope/", { name: "api", display_name: "api", password_required: true, scheme: {} });
  await put("/user/", { ...BOB, name: "Bob", email: "bob@example.test", scope: ["g_profile", "openid", "api"], enabled: true });
  for (const { id, secret } of [SERVICE, ODD]) {
    await put("/client/?source=database", {
      client_id: id, name: id, confidential: true, password: secret, client_secret: secret, enabled: true, scope: ["api"], redirect_uri: [REDIRECT_URI],
      authorization_type: ["client_credentials"], token_endpoint_auth_method: ["client_secret_basic", "client_secret_post", "client_secret_jwt"],
    });
  }
  await put("/client/?source=database", {
    client_id: SIGNER, name: SIGNER, confidential: true, enabled: true, scope: ["api"], redirect_uri: [REDIRECT_URI],
    authorization_type: ["client_credentials"], token_endpoint_auth_method: ["private_key_jwt"],
    pubkey: signer,
  });
  await put("/client/?source=database", {
    client_id: SPA, name: SPA, confidential: false, enabled: true, redirect_uri: [REDIRECT_URI],
    authorization_type: ["code", "refresh_token"], token_endpoint_auth_method: ["none"],
  });
}

const CLIENT_STORE = {
  "use-glewlwyd-connection": true,
  "data-format": {
    redirect_uri: { multiple: true, read: true, write: true },
    authorization_type: { multiple: true, read: true, write: true },
    token_endpoint_auth_method: { multiple: true, read: true, write: true },
    client_secret: { read: true, write: true },
    pubkey: { read: true, write: true },
  },
};

/**
 * Its OpenID Connect plugin: each refresh token once, PKCE with S256, PAR, and DPoP whose proofs need the server's nonce. Not strict about
 * request objects, because it would want their `typ` of a client's JWT as well.
 */
function plugin(iss) {
  const { privateKey, publicKey } = keyPair("rsa", { modulusLength: 2048 });
  return {
    iss, "jwt-type": "rsa", "jwt-key-size": "256", key: privateKey.export({ type: "pkcs8", format: "pem" }), cert: publicKey.export({ type: "spki", format: "pem" }), "jwks-show": true,
    "code-duration": 600, "refresh-token-duration": 3600, "access-token-duration": 60, "allow-non-oidc": true,
    "auth-type-client-enabled": true, "auth-type-code-enabled": true, "auth-type-code-revoke-replayed": true, "auth-type-token-enabled": false,
    "auth-type-id-token-enabled": false, "auth-type-password-enabled": false, "auth-type-refresh-enabled": true, "auth-type-device-enabled": false,
    "auth-type-none-enabled": false, "refresh-token-rolling": true, "refresh-token-one-use": "always", "pkce-allowed": true,
    "pkce-method-plain-allowed": false, "oauth-as-iss-id": true, "oauth-par-allowed": true,
    "oauth-par-request_uri-prefix": "urn:ietf:params:oauth:request_uri:", "oauth-par-duration": 90, "oauth-dpop-allowed": true,
    "oauth-dpop-iat-duration": 30, "oauth-dpop-nonce-mandatory": true, "oauth-dpop-nonce-counter": 5, "request-parameter-allow": true,
    "request-parameter-ietf-strict": false, "request-maximum-exp": 600, "session-management-allowed": true,
    "session-cookie-name": "GLEWLWYD2_OIDC_SID", "session-cookie-expiration": 3600, "client-pubkey-parameter": "pubkey", "subject-type": "public",
    "resource-allowed": true, "resource-scope": {}, "scope-claim": "on-demand", "name-claim": "on-demand", "email-claim": "on-demand",
  };
}

/** Its pages are a single-page app over its API: the person does what the app would. */
async function logIn(api, url) {
  const bob = person();
  const json = { "content-type": "application/json" };
  await bob.ask(`${api}/auth/`, { method: "POST", body: JSON.stringify(BOB), headers: json });
  await bob.ask(`${api}/auth/grant/${SPA}`, { method: "PUT", body: JSON.stringify({ scope: "openid api" }), headers: json });
  return bob.visit(`${url}&g_continue`);
}

whenRun(import.meta.url, install);
