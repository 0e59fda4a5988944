/** grantkit against Keycloak. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { CHECKS, checked, grantkit, overheard, pause, REDIRECT_URI, refused } from "../harness.mjs";
import { AFTER_LOGOUT, BOUND, DEVICE, HMAC, SERVICE, SIGNER, SPA, start } from "./server.mjs";

const { Client, privateKeyJwt, secretBasic, secretJwt, secretPost } = grantkit;

const SPENT = { code: "invalid_grant", fault: "refusal", phase: "token", status: 400, grantMayBeConsumed: true, retryable: false };

describe("Keycloak", { timeout: 420_000 }, () => {
  let server;
  before(async () => { server = await start(); }, { timeout: 1_200_000 });
  after(() => server?.stop());

  const options = { clientId: SPA, redirectUri: REDIRECT_URI, scope: "openid profile email" };
  const service = (clientId, clientAuth, more) => Client.discover(server.issuer, { clientId, clientAuth, ...more });

  async function logIn(more) {
    const client = await Client.discover(server.issuer, { ...options, ...more });
    const { url, pending } = await client.authorize();
    const bob = server.bob();
    const callback = await bob.visit(url);
    return { client, url, pending, callback, bob, tokens: await client.callback(callback, pending) };
  }

  async function signer() {
    const der = server.signerKey.export({ type: "pkcs8", format: "der" });
    return webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  }

  test("is discovered at an issuer with a path", async () => {
    const client = await Client.discover(server.issuer, options);
    assert.equal(client.server.issuer, server.issuer);
    assert.equal(client.server.authorization_response_iss_parameter_supported, true);
  });

  test("gives a service a token, for a secret with odd characters in HTTP Basic or in the form", async () => {
    for (const auth of [secretBasic, secretPost]) {
      const tokens = await (await service(SERVICE.id, auth(SERVICE.secret))).clientCredentials();
      assert.deepEqual([tokens.token_type, tokens.refresh_token, tokens.deviations], ["Bearer", undefined, []]);
      // Keycloak counts the seconds that are left: 59 where one began while it worked.
      assert.ok([59, 60].includes(tokens.expires_in), `expires_in: ${tokens.expires_in}`);
    }
  });

  test("takes a client's JWT, by a private key or by the secret", async () => {
    const signed = await service(SIGNER, privateKeyJwt(await signer(), "signer-1"));
    assert.equal((await signed.clientCredentials()).token_type, "Bearer");
    assert.equal((await signed.clientCredentials()).token_type, "Bearer", "each JWT is one of its own");
    assert.equal((await (await service(HMAC.id, secretJwt(HMAC.secret))).clientCredentials()).token_type, "Bearer");
  });

  test("refuses a wrong secret, a strange key and an unknown scope", async () => {
    const refusal = { code: "unauthorized_client", fault: "refusal", phase: "token", status: 401, grantMayBeConsumed: false, retryable: false };
    const wrong = await service(SERVICE.id, secretBasic("wrong"));
    await refused(() => wrong.clientCredentials(), refusal);
    const { privateKey } = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const stranger = await service(SIGNER, privateKeyJwt(privateKey, "signer-1"));
    await refused(() => stranger.clientCredentials(), { code: "invalid_client", fault: "refusal", phase: "token", status: 400, retryable: false });
    const right = await service(SERVICE.id, secretBasic(SERVICE.secret));
    await refused(() => right.clientCredentials({ scope: "nonsense" }), { code: "invalid_scope", fault: "refusal", status: 400, retryable: false });
  });

  test("logs a person in, and every check is made", async () => {
    const { tokens } = await logIn();
    checked(tokens, [...CHECKS, "issuer_parameter", "id_token_access_token_hash"]);
    assert.deepEqual([tokens.claims.iss, tokens.claims.aud, tokens.claims.preferred_username], [server.issuer, SPA, "bob"]);
    assert.deepEqual([tokens.token_type, tokens.deviations], ["Bearer", []]);
  });

  test("spends a code once", async () => {
    const { client, callback, pending } = await logIn();
    await refused(() => client.callback(callback, pending), SPENT);
  });

  test("rotates refresh tokens; one that comes twice is refused, and has ended the session", async () => {
    const { client, tokens: first } = await logIn();
    const second = await client.refresh(first);
    assert.notEqual(second.refresh_token, first.refresh_token);
    checked(second, ["id_token_signature", "id_token_subject"]);
    await refused(() => client.refresh(first), SPENT);
    await refused(() => client.refresh(second), SPENT);
  });

  test("of two refreshes at once at most one goes well, and the other's caller is told that the refresh token may be spent", async () => {
    const { client, tokens } = await logIn();
    const ends = await Promise.allSettled([client.refresh(tokens), client.refresh(tokens)]);
    const lost = ends.filter(({ status }) => status === "rejected");
    assert.ok(lost.length >= 1, "both went well");
    for (const { reason } of lost) await refused(() => Promise.reject(reason), SPENT);
  });

  test("binds tokens to a key", async () => {
    const { client, tokens } = await logIn({ clientId: BOUND, dpop: true });
    assert.equal(tokens.token_type, "DPoP");
    checked(tokens, [...CHECKS, "dpop_binding"]);
    const claims = JSON.parse(Buffer.from(tokens.access_token.split(".")[1], "base64url"));
    assert.equal(typeof claims.cnf.jkt, "string");
    assert.equal((await client.refresh(tokens)).token_type, "DPoP");
  });

  test("refuses a client without the key that it must have", async () => {
    await refused(() => logIn({ clientId: BOUND }), { fault: "refusal", phase: "token", status: 400, retryable: false });
  });

  test("takes a pushed authorization request", async () => {
    const { fetch, log } = overheard();
    const { url, tokens } = await logIn({ par: true, fetch });
    assert.deepEqual([...new URL(url).searchParams.keys()].sort(), ["client_id", "request_uri"]);
    assert.equal(log.find((entry) => entry.url.endsWith("/par/request")).status, 201);
    checked(tokens);
  });

  test("logs a device in: pending, until the person has said yes elsewhere", async () => {
    const client = await Client.discover(server.issuer, { ...options, clientId: DEVICE });
    const response = await fetch(client.server.device_authorization_endpoint, {
      method: "POST", body: new URLSearchParams({ client_id: DEVICE, scope: "openid" }),
    });
    const { device_code, verification_uri_complete, interval } = await response.json();
    const poll = () => client.grant("urn:ietf:params:oauth:grant-type:device_code", { device_code });
    await refused(poll, { code: "authorization_pending", fault: "refusal", phase: "token", status: 400 });
    await refused(poll, { code: "slow_down", fault: "refusal", phase: "token", status: 400 });
    await server.bob().visit(verification_uri_complete, null);
    await pause((interval + 1) * 1_000);
    const tokens = await poll();
    assert.equal(tokens.token_type, "Bearer");
    assert.equal(tokens.claims.aud, DEVICE);
  });

  test("exchanges a token", async () => {
    const client = await service(SERVICE.id, secretBasic(SERVICE.secret));
    const { access_token } = await client.clientCredentials();
    const tokens = await client.grant("urn:ietf:params:oauth:grant-type:token-exchange", {
      subject_token: access_token, subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    });
    assert.equal(tokens.issued_token_type, "urn:ietf:params:oauth:token-type:access_token");
    assert.notEqual(tokens.access_token, access_token);
  });

  test("logs a person out at the server, and back to the client", async () => {
    const { client, tokens, bob } = await logIn();
    const url = client.logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: AFTER_LOGOUT, state: "42" });
    const home = new URL(await bob.visit(url, AFTER_LOGOUT));
    assert.equal(home.searchParams.get("state"), "42");
    await refused(() => client.refresh(tokens), SPENT);
  });
});
