/** grantkit against django-oauth-toolkit. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { checked, grantkit, REDIRECT_URI, refused } from "../harness.mjs";
import { SERVICE, SPA, start } from "./server.mjs";

const { Client, secretBasic, secretPost } = grantkit;

describe("django-oauth-toolkit", { timeout: 180_000 }, () => {
  let server;
  before(async () => { server = await start(); }, { timeout: 420_000 });
  after(() => server?.stop());

  const options = { clientId: SPA, redirectUri: REDIRECT_URI, scope: "openid api" };
  const service = (clientAuth, more) => Client.discover(server.issuer, { clientId: SERVICE.id, clientAuth, scope: "api", ...more });

  async function logIn() {
    const client = await Client.discover(server.issuer, options);
    const { url, pending } = await client.authorize();
    const callback = await server.logIn(url);
    return { client, pending, callback, tokens: await client.callback(callback, pending) };
  }

  test("is discovered at an issuer with a path, and its endpoints end in a slash", async () => {
    const client = await Client.discover(server.issuer, options);
    assert.equal(client.server.issuer, server.issuer);
    assert.equal(client.server.token_endpoint, `${server.issuer}/token/`);
    assert.equal(client.server.authorization_endpoint, `${server.issuer}/authorize/`);
  });

  test("gives a service a token, for a secret with odd characters in HTTP Basic or in the form", async () => {
    for (const auth of [secretBasic, secretPost]) {
      const tokens = await (await service(auth(SERVICE.secret))).clientCredentials();
      assert.deepEqual([tokens.token_type, tokens.scope, tokens.expires_in, tokens.refresh_token, tokens.deviations], ["Bearer", "api", 60, undefined, []]);
    }
  });

  test("refuses a wrong secret, and a scope that it does not know", async () => {
    const wrong = await service(secretBasic("wrong"));
    await refused(() => wrong.clientCredentials(), { code: "invalid_client", fault: "refusal", phase: "token", status: 401, retryable: false });
    const right = await service(secretBasic(SERVICE.secret));
    await refused(() => right.clientCredentials({ scope: "nonsense" }), { code: "invalid_scope", fault: "refusal", status: 400, retryable: false });
  });

  test("logs a person in, and every check is made but that of iss, which it does not send", async () => {
    const { callback, tokens } = await logIn();
    assert.equal(new URL(callback).searchParams.has("iss"), false);
    checked(tokens);
    assert.equal(tokens.checks.includes("issuer_parameter"), false);
    assert.deepEqual([tokens.claims.iss, tokens.claims.aud, tokens.claims.sub], [server.issuer, SPA, "1"]);
  });

  test("spends a code once", async () => {
    const { client, callback, pending } = await logIn();
    await refused(() => client.callback(callback, pending), { code: "invalid_grant", fault: "refusal", grantMayBeConsumed: true, retryable: false });
  });

  test("rotates refresh tokens; one that comes twice is refused, and has ended the session", async () => {
    const { client, tokens: first } = await logIn();
    const second = await client.refresh(first);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.notEqual(second.access_token, first.access_token);
    const refusal = { code: "invalid_grant", fault: "refusal", phase: "token", status: 400, grantMayBeConsumed: true, retryable: false };
    await refused(() => client.refresh(first), refusal);
    await refused(() => client.refresh(second), refusal);
  });

  test("of two refreshes at once one brings tokens that fit together, and the other's caller is told that the refresh token may be spent", async () => {
    const { client, tokens } = await logIn();
    const ends = await Promise.allSettled([client.refresh(tokens), client.refresh(tokens)]);
    const won = ends.filter(({ status }) => status === "fulfilled");
    assert.equal(won.length, 1, JSON.stringify(ends.map(({ reason }) => reason)));
    const { reason } = ends.find(({ status }) => status === "rejected");
    const ways = {
      // The database was locked: a page of HTML.
      not_oauth_response: { fault: "server", phase: "token", status: 500, retryable: false },
      // A success that holds the winner's access token beside an ID token made for another, which never went out.
      access_token_hash_mismatch: { fault: "server", phase: "id_token", retryable: false },
      // One came after the other.
      invalid_grant: { fault: "refusal", phase: "token", status: 400, retryable: false },
    };
    assert.ok(Object.hasOwn(ways, reason.code), JSON.stringify(reason));
    await refused(() => Promise.reject(reason), { code: reason.code, grantMayBeConsumed: true, ...ways[reason.code] });
    if (reason.status === 500) assert.match(reason.body, /<html/i);
    if (reason.code !== "invalid_grant") assert.equal(typeof (await client.refresh(won[0].value)).access_token, "string", "the winner's session goes on");
  });
});
