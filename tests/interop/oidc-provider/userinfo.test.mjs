/** Userinfo at oidc-provider: JSON, signed, bound to a key. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Client } from "../../../pkg/dist/entry/client.inline.js";
import { REDIRECT_URI, coded, logIn, start } from "./resources.mjs";

describe("userinfo", { timeout: 30_000 }, () => {
  let server;
  before(async () => { server = await start(); });
  after(() => server.close());

  const open = (clientId, options) => Client.discover(server.issuer, { clientId, redirectUri: REDIRECT_URI, scope: "openid profile", ...options });

  test("comes as JSON, of the user who logged in", async () => {
    const client = await open("plain");
    const tokens = await logIn(client);
    const claims = await client.userinfo(tokens);
    assert.deepEqual([claims.sub, claims.name], ["ada", "Ada"]);
    assert.ok(Math.abs(client.clockOffset) <= 2, "one machine, one clock");
    await assert.rejects(client.userinfo({ ...tokens, claims: { ...tokens.claims, sub: "mallory" } }), coded("subject_mismatch"));
    const { claims: _, ...nobody } = tokens;
    await assert.rejects(client.userinfo(nobody), coded("invalid_argument"));
    await assert.rejects(client.userinfo({ ...tokens, access_token: "made-up" }), (error) => {
      assert.deepEqual([error.code, error.status, error.error, error.phase], ["invalid_token", 401, "invalid_token", "userinfo"]);
      return true;
    });
  });

  test("comes signed where the client is registered so, and the signature is verified", async () => {
    const client = await open("signed");
    const claims = await client.userinfo(await logIn(client));
    assert.deepEqual([claims.sub, claims.name, claims.aud, claims.iss], ["ada", "Ada", "signed", server.issuer]);
  });

  test("of a bound token takes a proof with a nonce, asked for once", async () => {
    const seen = [];
    const client = await open("bound", {
      dpop: true,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        seen.push(`${new URL(url).pathname} ${response.status}`);
        return response;
      },
    });
    const tokens = await logIn(client);
    assert.equal(tokens.token_type, "DPoP");
    assert.equal((await client.userinfo(tokens)).sub, "ada");
    assert.deepEqual(seen.slice(2), ["/token 400", "/token 200", "/me 200"], "the nonce of the token endpoint serves here too");
    await assert.rejects(client.userinfo({ ...tokens, token_type: "Bearer" }), coded("invalid_token"));
  });

  test("is a resource like any other for fetch(), with nonce and all", async () => {
    const client = await open("bound", { dpop: true, api: `${server.issuer}/me` });
    const tokens = await logIn(client);
    const elsewhere = await open("bound", { dpop: true, api: "https://rs.example" });
    await assert.rejects(elsewhere.fetch(tokens, `${server.issuer}/me`), coded("origin_not_allowed"));
    const response = await client.fetch(tokens, `${server.issuer}/me`);
    assert.deepEqual([response.status, (await response.json()).sub], [200, "ada"]);
  });
});
