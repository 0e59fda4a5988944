/** The grants that wait for a decision, at oidc-provider. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Client, GrantError, randomState, secretBasic } from "../../../pkg/dist/entry/client.inline.js";
import { browser, SECRET, startHost } from "./host.mjs";

const code = (expected) => (error) => error instanceof GrantError && error.code === expected;

describe("oidc-provider grants", { timeout: 120_000, concurrency: true }, () => {
  let host;
  before(async () => { host = await startHost(); });
  after(() => host.close());

  const device = () => Client.discover(host.issuer, { clientId: "device", scope: "openid profile" });

  test("tokens to a device whose user allows it", async () => {
    const client = await device();
    const shown = await client.deviceAuthorization();
    assert.match(shown.user_code, /^[A-Z]{4}-[A-Z]{4}$/);
    assert.equal(shown.verification_uri, `${host.issuer}/device`);
    const polled = client.pollDevice(JSON.parse(JSON.stringify({ ...shown, interval: 1 })));
    await browser({ user_code: shown.user_code })(shown.verification_uri);
    const tokens = await polled;
    assert.equal(tokens.claims.sub, "ada");
    assert.ok(tokens.checks.includes("id_token_signature"));
  });

  test("none to a device whose user denies it", async () => {
    const client = await device();
    const shown = await client.deviceAuthorization();
    const polled = assert.rejects(client.pollDevice({ ...shown, interval: 1 }), code("access_denied"));
    await browser({ user_code: shown.user_code, answer: "deny" })(shown.verification_uri_complete);
    await polled;
  });

  test("a poll that is ended, and one whose time is over", async () => {
    const client = await device();
    const shown = await client.deviceAuthorization();
    const signal = AbortSignal.timeout(1500);
    await assert.rejects(client.pollDevice({ ...shown, interval: 1 }, { signal }), code("aborted"));
    const over = { ...shown, interval: 1, expires_at: Math.floor(Date.now() / 1000) + 1 };
    await assert.rejects(client.pollDevice(over), code("expired_token"));
  });

  test("CIBA, polled and pinged, allowed and denied", async () => {
    const poll = await Client.discover(host.issuer, { clientId: "poll", clientAuth: secretBasic(SECRET), scope: "openid" });
    const allowed = await poll.backchannelAuthentication({ login_hint: "ada", binding_message: "W4SCT" });
    assert.ok(allowed.expires_at > Date.now() / 1000);
    const polled = poll.pollBackchannel({ ...allowed, interval: 1 });
    await new Promise((done) => setTimeout(done, 1500));
    await host.decide();
    const tokens = await polled;
    assert.equal(tokens.claims.sub, "ada");

    const denied = await poll.backchannelAuthentication({ login_hint: "ada" });
    const { errors } = await import("oidc-provider");
    await host.decide(new errors.AccessDenied());
    await assert.rejects(poll.pollBackchannel({ ...denied, interval: 1 }), code("access_denied"));
    await assert.rejects(poll.backchannelAuthentication({ login_hint: "nobody" }), (error) => error.error === "unknown_user_id");
    await assert.rejects(poll.backchannelAuthentication({ login_hint: "ada", id_token_hint: "x" }), code("invalid_argument"));

    const ping = await Client.discover(host.issuer, { clientId: "ping", clientAuth: secretBasic(SECRET), scope: "openid" });
    const request = await ping.backchannelAuthentication({ login_hint: "grace", client_notification_token: randomState() });
    await host.decide();
    const [arrived] = host.seen.pings;
    const forged = new Request(arrived.url, { method: "POST", headers: { authorization: `Bearer ${randomState()}` }, body: "{}" });
    await assert.rejects(ping.backchannelPing(request, forged), code("state_mismatch"));
    assert.equal((await ping.backchannelPing(request, arrived)).claims.sub, "grace");
  });

  test("one token for another (RFC 8693), also one that is no access token", async () => {
    const service = await Client.discover(host.issuer, { clientId: "backend", clientAuth: secretBasic(SECRET) });
    const subject_token_type = "urn:ietf:params:oauth:token-type:access_token";
    const whole = { subject_token: "st", subject_token_type, actor_token: "at", actor_token_type: subject_token_type, audience: ["a", "b"] };
    const tokens = await service.exchangeToken(whole);
    assert.equal(tokens.issued_token_type, subject_token_type);
    const { grant_type, ...sent } = JSON.parse(tokens.access_token);
    assert.deepEqual([grant_type, sent.subject_token, sent.actor_token, sent.audience], ["urn:ietf:params:oauth:grant-type:token-exchange", "st", "at", ["a", "b"]]);
    const jwt = await service.exchangeToken({ subject_token: "st", subject_token_type, requested_token_type: "urn:ietf:params:oauth:token-type:jwt" });
    assert.equal(jwt.token_type, "N_A");
    await assert.rejects(service.exchangeToken({ subject_token: "st", subject_token_type, actor_token: "at" }), code("invalid_argument"));
    await assert.rejects((await device()).exchangeToken({ subject_token: "st", subject_token_type }), code("invalid_request")); // this server's word for a grant that is not the client's;
  });

  test("assertions (RFC 7523, RFC 7522)", async () => {
    const service = await Client.discover(host.issuer, { clientId: "backend", clientAuth: secretBasic(SECRET), scope: "api" });
    for (const [type, assertion] of [["jwt", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"], ["saml2", "PHNhbWxwOlJlc3BvbnNlLz4"]]) {
      const sent = JSON.parse((await service.assertion({ type, assertion })).access_token);
      assert.deepEqual([sent.assertion, sent.scope, sent.type], [assertion, "api", undefined]);
    }
    await assert.rejects(service.assertion({ type: "saml2", assertion: "<saml:Assertion/>" }), code("invalid_argument"));
    await assert.rejects(service.assertion({ type: "xml", assertion: "e30" }), code("invalid_argument"));
  });
});
