/** grantkit against glewlwyd. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { CHECKS, checked, grantkit, overheard, REDIRECT_URI, refused } from "../harness.mjs";
import { ODD, SERVICE, SIGNER, SPA, start } from "./server.mjs";

const { Client, privateKeyJwt, secretBasic, secretJwt, secretPost } = grantkit;

/** Where RFC 6749 §5.2 wants an error in JSON, this server often answers with no body at all. */
const NOTHING_SAID = { code: "not_oauth_response", fault: "server", phase: "token", body: "", retryable: false };

describe("glewlwyd", { timeout: 180_000 }, () => {
  let server;
  before(async () => { server = await start(); }, { timeout: 420_000 });
  after(() => server?.stop());

  const options = { clientId: SPA, redirectUri: REDIRECT_URI, scope: "openid api" };

  async function logIn(more) {
    const client = await Client.discover(server.issuer, { ...options, ...more });
    const { url, pending } = await client.authorize();
    return { client, url, tokens: await client.callback(await server.logIn(url), pending) };
  }

  test("is discovered at an issuer with a path", async () => {
    const client = await Client.discover(server.issuer, options);
    assert.match(client.server.issuer, /\/api\/oidc$/);
    assert.equal(client.server.token_endpoint, `${server.issuer}/token`);
  });

  test("gives a service a token, for a secret in HTTP Basic or in the form", async () => {
    for (const [id, auth] of [[SERVICE, secretBasic], [SERVICE, secretPost], [ODD, secretPost]]) {
      const client = await Client.discover(server.issuer, { clientId: id.id, clientAuth: auth(id.secret), scope: "api" });
      const tokens = await client.clientCredentials();
      assert.deepEqual([tokens.token_type.toLowerCase(), tokens.scope, tokens.refresh_token, tokens.deviations], ["bearer", "api", undefined, []]);
    }
  });

  test("does not decode HTTP Basic: a secret with odd characters needs basicEncoding raw", async () => {
    const client = (more) => Client.discover(server.issuer, { clientId: ODD.id, clientAuth: secretBasic(ODD.secret), scope: "api", ...more });
    await refused(async () => (await client()).clientCredentials(), { ...NOTHING_SAID, status: 403, grantMayBeConsumed: false });
    assert.equal((await (await client({ basicEncoding: "raw" })).clientCredentials()).scope, "api");
  });

  test("refuses a wrong secret, and says nothing", async () => {
    const client = await Client.discover(server.issuer, { clientId: SERVICE.id, clientAuth: secretBasic("wrong"), scope: "api" });
    await refused(() => client.clientCredentials(), { ...NOTHING_SAID, status: 403, grantMayBeConsumed: false });
  });

  test("takes a client's JWT for its token endpoint, and none for its issuer", async () => {
    const der = server.signerKey.export({ type: "pkcs8", format: "der" });
    const key = await webcrypto.subtle.importKey("pkcs8", der, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["sign"]);
    for (const [clientId, clientAuth] of [[SIGNER, privateKeyJwt(key)], [SERVICE.id, secretJwt(SERVICE.secret)]]) {
      const client = await Client.discover(server.issuer, { clientId, clientAuth, scope: "api" });
      await refused(() => client.clientCredentials(), { ...NOTHING_SAID, status: 403, grantMayBeConsumed: false });
      const provider = { assertionAudience: "token_endpoint" };
      const known = await Client.discover(server.issuer, { clientId, clientAuth, scope: "api", provider });
      assert.equal((await known.clientCredentials()).scope, "api");
    }
  });

  test("logs a person in, and every check is made", async () => {
    const { tokens } = await logIn();
    checked(tokens, [...CHECKS, "issuer_parameter"]);
    assert.equal(tokens.claims.iss, server.issuer);
    assert.equal(tokens.claims.aud, SPA);
    assert.equal(tokens.token_type.toLowerCase(), "bearer");
  });

  test("rotates refresh tokens; one that comes twice is answered with nothing at all, and has ended the session", async () => {
    const { client, tokens: first } = await logIn();
    const second = await client.refresh(first);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.notEqual(second.access_token, first.access_token);
    await refused(() => client.refresh(first), { ...NOTHING_SAID, status: 400, grantMayBeConsumed: true });
    await refused(() => client.refresh(second), { ...NOTHING_SAID, status: 400, grantMayBeConsumed: true });
  });

  test("binds tokens to a key, with proofs that carry its nonce", async () => {
    const { fetch, log } = overheard();
    const { client, tokens } = await logIn({ dpop: true, fetch });
    assert.equal(tokens.token_type, "DPoP");
    checked(tokens, [...CHECKS, "dpop_binding"]);
    const asked = log.filter(({ url }) => url.endsWith("/token"));
    assert.deepEqual(asked.map(({ status }) => status), [400, 200], "asked once, and again with the nonce");
    const refreshed = await client.refresh(tokens);
    assert.equal(refreshed.token_type, "DPoP");
  });

  test("takes a pushed authorization request", async () => {
    const { url, tokens } = await logIn({ par: true });
    assert.deepEqual([...new URL(url).searchParams.keys()].sort(), ["client_id", "request_uri"]);
    checked(tokens);
  });
});
