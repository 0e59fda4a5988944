/** A resource server of ours: access tokens of oidc-provider as JWTs, plain and bound, judged on their way in. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import { Client, parseChallenges, secretBasic, stepUp } from "../../../pkg/dist/entry/client.inline.js";
import { ResourceServer } from "../../../pkg/dist/entry/resource-server.inline.js";
import { RESOURCE, SECRET, coded, start } from "./resources.mjs";

describe("a resource server", { timeout: 30_000 }, () => {
  let server, api, origin, judge, requests;
  const judged = [];

  before(async () => {
    server = await start();
    judge = await ResourceServer.discover(server.issuer);
    // Takes tokens for RESOURCE; a proof takes the nonce of the day.
    api = createServer(async (request, response) => {
      const { method, headers } = request;
      requests.push(method);
      if (request.url === "/redirect") return response.writeHead(302, { location: "https://evil.example/" }).end();
      if (request.url === "/step-up") {
        return response.writeHead(401, { "www-authenticate": 'Bearer error="insufficient_user_authentication", acr_values="gold", max_age="5"' }).end();
      }
      if (request.url === "/.well-known/oauth-protected-resource/api" || request.url === "/metadata") {
        return response.setHeader("content-type", "application/json").end(JSON.stringify({ resource: `${origin}/api`, authorization_servers: [server.issuer] }));
      }
      try {
        const nonce = headers.dpop ? { nonce: "nonce-of-the-day" } : {};
        judged.push(await judge.validateAccessToken({ method, url: `${origin}${request.url}`, headers }, { audience: RESOURCE, scope: "api", ...nonce }));
        response.end("welcome");
      } catch (error) {
        judged.push(error);
        const refusal = error.about === "nonce" ? "use_dpop_nonce" : "invalid_token";
        response.writeHead(401, {
          "dpop-nonce": "nonce-of-the-day",
          "www-authenticate": `Bearer resource_metadata="${origin}/metadata", DPoP algs="ES256", error="${refusal}"`,
        }).end("unread");
      }
    });
    await new Promise((resolve) => api.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${api.address().port}`;
  });
  after(async () => {
    api.close();
    api.closeAllConnections();
    await server.close();
  });

  const open = (options) => {
    requests = [];
    return Client.discover(server.issuer, { clientId: "machine", clientAuth: secretBasic(SECRET), scope: "api", resource: RESOURCE, api: `${origin}/`, ...options });
  };

  test("takes a JWT access token that was issued for it", async () => {
    const client = await open();
    const tokens = await client.clientCredentials();
    const response = await client.fetch(tokens, `${origin}/api/orders`);
    assert.deepEqual([response.status, await response.text()], [200, "welcome"]);
    const { claims, dpop } = judged.at(-1);
    assert.deepEqual([claims.iss, claims.aud, claims.client_id, dpop], [server.issuer, RESOURCE, "machine", undefined]);
    const request = new Request(`${origin}/api`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    await assert.rejects(judge.validateAccessToken(request, { audience: "https://other.example" }), coded("audience_mismatch"));
    await assert.rejects(judge.validateAccessToken(request, { audience: RESOURCE, scope: "admin" }), coded("insufficient_scope"));
    await assert.rejects(judge.validateAccessToken(request, { audience: RESOURCE, requireDpop: true }), coded("token_not_bound"));
    await assert.rejects(judge.validateAccessToken(new Request(origin), { audience: RESOURCE }), coded("missing_access_token"));
  });

  test("takes a bound one with a proof, once it has told its nonce", async () => {
    const client = await open({ dpop: true });
    const tokens = await client.clientCredentials();
    const response = await client.fetch(tokens, `${origin}/api/orders?page=2`, { method: "post", body: "hello" });
    assert.deepEqual([response.status, requests], [200, ["POST", "POST"]]);
    assert.equal(judged.at(-1).claims.cnf.jkt, judged.at(-1).dpop.jkt);
    assert.equal((await client.fetch(tokens, new Request(`${origin}/api`))).status, 200);
    assert.deepEqual(requests, ["POST", "POST", "GET"], "the nonce is remembered");
    // As a thief would show it.
    const stolen = await fetch(`${origin}/api`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.deepEqual([stolen.status, judged.at(-1).code], [401, "token_not_bound"]);
  });

  test("gets a stream once alone, and the refusal comes back unread", async () => {
    const client = await open({ dpop: true });
    const tokens = await client.clientCredentials();
    const body = new Blob(["hello"]).stream();
    const response = await client.fetch(tokens, `${origin}/api`, { method: "POST", body, duplex: "half" });
    assert.deepEqual([response.status, requests, response.bodyUsed, await response.text()], [401, ["POST"], false, "unread"]);
    const [bearer, dpop] = parseChallenges(response);
    assert.deepEqual([bearer.scheme, dpop.scheme, dpop.parameters.error], ["bearer", "dpop", "use_dpop_nonce"]);
    const metadata = await Client.discoverResource(`${origin}/api`);
    assert.deepEqual(metadata.authorization_servers, [server.issuer]);
    assert.deepEqual(await Client.discoverResource(response), metadata, "by the challenge");
    await assert.rejects(Client.discoverResource(`${origin}/metadata`), coded("not_oauth_response"));
  });

  test("leads nobody away, and may ask for more", async () => {
    const client = await open();
    const tokens = await client.clientCredentials();
    const away = await client.fetch(tokens, `${origin}/redirect`);
    assert.equal(away.status, 302);
    await assert.rejects(client.fetch(tokens, "https://evil.example/"), coded("origin_not_allowed"));
    await assert.rejects(client.fetch(tokens, `${origin}/../x`), coded("origin_not_allowed"));
    const response = await client.fetch(tokens, `${origin}/step-up`);
    assert.deepEqual(stepUp(response), { acr_values: "gold", max_age: 5 });
    assert.equal(stepUp(away), undefined);
  });
});
