/** The specifications that harden a login, at oidc-provider, which insists on each. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Client, GrantError, privateKeyJwt, secretJwt } from "../../../pkg/dist/entry/client.inline.js";
import { browser, REDIRECT_URI, SECRET, startHost } from "./host.mjs";

const code = (expected) => (error) => error instanceof GrantError && error.code === expected;

describe("oidc-provider hardening", { timeout: 120_000 }, () => {
  let host;
  before(async () => { host = await startHost(); });
  after(() => host.close());

  const discover = (clientId, options) => Client.discover(host.issuer, { clientId, redirectUri: REDIRECT_URI, scope: "openid", ...options });
  const key = () => ({ clientAuth: privateKeyJwt(host.signer.key, host.signer.kid) });

  /** From leaving to tokens. */
  async function login(client, parameters) {
    const { url, pending } = await client.authorize(parameters);
    const arrived = await browser()(url);
    assert.ok(arrived.url.startsWith(REDIRECT_URI), `${arrived.url} ${arrived.page ?? ""}`);
    const callback = arrived.body ?? arrived.url;
    const tokens = await client.callback(callback, JSON.parse(JSON.stringify(pending)));
    assert.equal(tokens.claims.sub, "ada");
    return { url: new URL(url), callback: String(callback), tokens };
  }

  test("pushed requests (RFC 9126), which the server insists on", async () => {
    const { url } = await login(await discover("par", { par: true }));
    assert.deepEqual([...url.searchParams.keys()], ["client_id", "request_uri"]);
    const open = await (await discover("par")).authorize();
    const arrived = await browser()(open.url);
    await assert.rejects((await discover("par")).callback(arrived.url, open.pending), code("invalid_request"));
  });

  test("signed requests (RFC 9101)", async () => {
    const { url } = await login(await discover("jar", { ...key(), jar: true }));
    assert.deepEqual([...url.searchParams.keys()], ["client_id", "request"]);
    await login(await discover("jar", { ...key(), jar: true, par: true }));
  });

  test("signed responses (JARM), by query and by form", async () => {
    const client = await discover("jarm");
    for (const response_mode of ["jwt", "form_post.jwt"]) {
      const { callback } = await login(client, { response_mode });
      assert.match(callback, /response=/);
      assert.doesNotMatch(callback, /[?&]code=/);
    }
  });

  test("DPoP (RFC 9449) with nonces that the server insists on", async () => {
    const client = await discover("dpop", { dpop: true, scope: "openid offline_access" });
    const { tokens } = await login(client, { prompt: "consent" });
    assert.equal(tokens.token_type, "DPoP");
    assert.ok(tokens.checks.includes("dpop_binding"));
    const again = await client.refresh(tokens);
    assert.notEqual(again.refresh_token, tokens.refresh_token);
    const stranger = await discover("dpop", { dpop: true, scope: "openid offline_access" });
    await assert.rejects(stranger.refresh(again), code("invalid_grant"));
    const unbound = await discover("dpop");
    await assert.rejects(login(unbound), (error) => error instanceof GrantError && error.fault === "refusal");
  });

  test("DPoP with a key that outlives the redirect binds the code too", async () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
    const { url } = await login(await discover("dpop", { dpop: pair }));
    assert.equal(url.searchParams.get("dpop_jkt").length, 43);
  });

  test("clients that sign: client_secret_jwt and private_key_jwt", async () => {
    const options = { redirectUri: undefined, scope: undefined };
    for (const [id, auth] of [["secret-jwt", { clientAuth: secretJwt(SECRET) }], ["key-jwt", key()]]) {
      const client = await discover(id, { ...options, ...auth });
      assert.equal((await client.clientCredentials()).token_type, "Bearer", id);
    }
    const wrong = await discover("secret-jwt", { ...options, clientAuth: secretJwt(`${SECRET}!`) });
    await assert.rejects(wrong.clientCredentials(), code("invalid_client"));
  });

  test("rich authorization requests (RFC 9396), asked for and granted", async () => {
    const authorization_details = [{ type: "payment", amount: "12.30", actions: ["initiate"] }];
    for (const par of [false, true]) {
      const { tokens } = await login(await discover("public", { par, resource: "https://api.example" }), { authorization_details });
      assert.deepEqual(tokens.authorization_details, authorization_details);
    }
    const client = await discover("public");
    await assert.rejects(client.authorize({ authorization_details: [{ amount: "12.30" }] }), code("invalid_argument"));
    const { url, pending } = await client.authorize({ authorization_details: [{ type: "unknown" }] });
    const arrived = await browser()(url);
    await assert.rejects(client.callback(arrived.url, pending), code("invalid_authorization_details"));
  });

  test("a claims parameter that is an object", async () => {
    const { tokens } = await login(await discover("public"), { claims: { id_token: { auth_time: { essential: true } } } });
    assert.equal(typeof tokens.claims.auth_time, "number");
  });

  test("a login within FAPI 2.0", async () => {
    const client = await discover("fapi", { ...key(), dpop: true, fapi2: true });
    const { tokens, url } = await login(client);
    assert.equal(tokens.token_type, "DPoP");
    assert.ok(url.searchParams.has("request_uri"));
    for (const check of ["issuer_parameter", "pkce", "dpop_binding", "id_token_signature"]) assert.ok(tokens.checks.includes(check), check);
    assert.deepEqual(tokens.deviations, []);
    await assert.rejects(client.grant("password", { username: "ada", password: "x" }), code("profile_violation"));
    await assert.rejects(client.deviceAuthorization(), code("profile_violation"));
    for (const less of [{ clientAuth: undefined }, { dpop: undefined }, { dangerouslyAllowHttp: true }]) {
      await assert.rejects(discover("fapi", { ...key(), dpop: true, fapi2: true, ...less }), code("profile_violation"));
    }
  });
});
