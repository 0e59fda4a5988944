/** Keycloak, in Java, from Maven Central: unpacked into the cache, on a database in memory. */
import { randomBytes } from "node:crypto";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

import { cached, inScratch, person, REDIRECT_URI, run, serve, whenRun } from "../harness.mjs";
import { keyPair } from "../../servers/keys.mjs";
import { freePort } from "../../servers/ports.mjs";

const VERSION = "26.7.3";
const MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Clients by what they may do. */
export const SERVICE = { id: "service", secret: "a secret: of+loopback/only%" };
export const HMAC = { id: "hmac", secret: "a-secret-of-loopback-that-is-long-enough-for-sha-256" };
export const SIGNER = "signer";
export const SPA = "spa";
export const DEVICE = "device";
export const BOUND = "bound";
export const AFTER_LOGOUT = "http://127.0.0.1:9/bye";

const BOB = { username: "bob", password: "password-of-bob" };
const REALM = "interop";

/** Fetches the distribution, and starts it once: at its first start it builds itself. */
export async function install(say = () => {}) {
  const folder = await cached(`keycloak-${VERSION}`, async (fresh) => {
    say(`mvn dependency:unpack, Keycloak ${VERSION}`);
    const what = [`-Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`, `-DoutputDirectory=${fresh}`];
    const litter = join(fresh, "maven");
    await mkdir(litter);
    await run(["mvn", "--batch-mode", "--quiet", `${MAVEN_PLUGIN}:unpack`, ...what], { cwd: litter, limit: 600_000 });
    await rm(litter, { recursive: true });
    say("the first start of Keycloak, at which it builds itself");
    const { stop } = await inScratch("keycloak", (scratch) => launch(distribution(fresh), scratch, 300_000));
    await stop();
  });
  return distribution(folder);
}

const distribution = (folder) => join(folder, `keycloak-${VERSION}`);

/** A server with a realm of its own, its clients and a person. */
export function start() {
  return inScratch("keycloak", async (scratch) => {
    const server = await launch(await install(), scratch, 180_000);
    const keys = keyPair("ec", { namedCurve: "P-256" });
    try {
      await provision(server, { ...keys.publicKey.export({ format: "jwk" }), kid: "signer-1", alg: "ES256", use: "sig" });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      ...server,
      issuer: `${server.origin}/realms/${REALM}`,
      /** The private half of the key of the client `signer`. */
      signerKey: keys.privateKey,
      /** Bob, with a browser that knows nobody yet. */
      bob: () => person({ ...BOB, accept: "Yes" }),
    };
  });
}

/** What it writes it writes below its home, which is in the scratch folder; what it reads is in the cache. */
async function launch(program, scratch, limit) {
  const [port, management] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${port}`;
  const password = randomBytes(16).toString("hex");
  const home = join(scratch, "home");
  await mkdir(home);
  for (const name of ["conf", "lib", "providers", "themes"]) await symlink(join(program, name), join(home, name));
  const words = [
    "sh", join(program, "bin/kc.sh"), `-Dkc.home.dir=${home}`, "start-dev", "--db=dev-mem", "--http-host=127.0.0.1", `--http-port=${port}`,
    `--http-management-port=${management}`,
  ];
  const server = await serve(words, {
    url: `${origin}/realms/master/.well-known/openid-configuration`, limit, log: join(scratch, "log"), cwd: scratch,
    env: { ...process.env, KC_BOOTSTRAP_ADMIN_USERNAME: "admin", KC_BOOTSTRAP_ADMIN_PASSWORD: password },
  });
  return { ...server, origin, password };
}

/** One realm with all that is in it, over the administrator's API. */
async function provision({ origin, password }, signer) {
  const login = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST", body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password }),
  });
  const { access_token } = await login.json();
  const response = await fetch(`${origin}/admin/realms`, {
    method: "POST", body: JSON.stringify(realm(signer)), headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`Keycloak answered ${response.status}: ${await response.text()}`);
}

function realm(signer) {
  const service = (clientId, more) => ({ clientId, publicClient: false, standardFlowEnabled: false, serviceAccountsEnabled: true, ...more });
  const app = (clientId, attributes) => ({
    clientId, publicClient: true, standardFlowEnabled: true, redirectUris: [REDIRECT_URI],
    attributes: { "pkce.code.challenge.method": "S256", "post.logout.redirect.uris": AFTER_LOGOUT, ...attributes },
  });
  // Without PKCE, which Keycloak would want of the device flow as well.
  const device = { clientId: DEVICE, publicClient: true, standardFlowEnabled: false, attributes: { "oauth2.device.authorization.grant.enabled": "true" } };
  return {
    realm: REALM, enabled: true, revokeRefreshToken: true, refreshTokenMaxReuse: 0, accessTokenLifespan: 60, oauth2DevicePollingInterval: 2,
    users: [{
      username: BOB.username, enabled: true, email: "bob@example.test", emailVerified: true, firstName: "Bob", lastName: "Example",
      credentials: [{ type: "password", value: BOB.password, temporary: false }],
    }],
    clients: [
      service(SERVICE.id, { secret: SERVICE.secret, attributes: { "standard.token.exchange.enabled": "true" } }),
      service(HMAC.id, { secret: HMAC.secret, clientAuthenticatorType: "client-secret-jwt" }),
      service(SIGNER, {
        clientAuthenticatorType: "client-jwt", attributes: { "use.jwks.string": "true", "jwks.string": JSON.stringify({ keys: [signer] }) },
      }),
      app(SPA),
      app(BOUND, { "dpop.bound.access.tokens": "true" }),
      device,
    ],
  };
}

whenRun(import.meta.url, install);
