/** Revocation, introspection and registration at oidc-provider. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Client, secretBasic } from "../../../pkg/dist/entry/client.inline.js";
import { REDIRECT_URI, SECRET, coded, start } from "./resources.mjs";

describe("tokens and clients at the server", { timeout: 30_000 }, () => {
  let server;
  before(async () => { server = await start(); });
  after(() => server.close());

  const open = (clientId, options) => Client.discover(server.issuer, { clientId, clientAuth: secretBasic(SECRET), scope: "api", ...options });

  test("a token is active until it is revoked", async () => {
    const client = await open("machine");
    const { access_token } = await client.clientCredentials();
    const before = await client.introspect(access_token, { token_type_hint: "access_token" });
    assert.deepEqual([before.active, before.client_id, before.scope], [true, "machine", "api"]);
    assert.equal(await client.revoke(access_token), undefined);
    assert.deepEqual(await client.introspect(access_token), { active: false });
    await client.revoke("never-issued");
    const wrong = await open("machine", { clientAuth: secretBasic("wrong") });
    await assert.rejects(wrong.revoke(access_token), coded("invalid_client"));
    await assert.rejects(wrong.introspect(access_token), coded("invalid_client"));
  });

  test("an answer is signed where the client wants it so, and an unsigned one is refused", async () => {
    const client = await open("asking", { signedIntrospection: true });
    const { access_token } = await client.clientCredentials();
    assert.equal((await client.introspect(access_token)).active, true);
    // Somebody in between asks for JSON, and gets it.
    const plainly = (url, init) => fetch(url, { ...init, headers: { ...init.headers, accept: "application/json" } });
    const downgraded = await open("asking", { signedIntrospection: true, fetch: plainly });
    await assert.rejects(downgraded.introspect(access_token), coded("not_oauth_response"));
  });

  test("a client registers itself, and is then one", async () => {
    const { server: metadata } = await open("machine");
    const made = await Client.register(metadata, { redirect_uris: [], response_types: [], grant_types: ["client_credentials"], scope: "api" });
    assert.deepEqual([typeof made.client_id, made.client_secret_expires_at], ["string", 0]);
    const client = new Client(metadata, { clientId: made.client_id, clientAuth: secretBasic(made.client_secret), scope: "api" });
    assert.equal((await client.clientCredentials()).token_type, "Bearer");
    await assert.rejects(Client.register(metadata, { redirect_uris: ["not a uri"] }), coded("invalid_redirect_uri"));
    await assert.rejects(Client.register(metadata, { redirect_uris: [REDIRECT_URI], grant_types: ["magic"] }), coded("invalid_client_metadata"));
  });
});
