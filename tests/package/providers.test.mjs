/**
 * `grantkit/providers`: each preset sends what its provider documents, and reads the answer that its documentation shows
 * (`tests/vectors/providers.json`). Run against a `fetch` that answers so: the providers themselves are not asked.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Client, secretPost } from "../../pkg/dist/entry/client.inline.js";
import * as providers from "../../pkg/dist/providers.js";

const fixtures = JSON.parse(readFileSync(new URL("../vectors/providers.json", import.meta.url), "utf8"));

/** A client by a preset, at a server that answers so; `sent` gets each form. */
function clientOf(preset, answers, sent, options = {}) {
  const endpoints = { authorization_endpoint: `${preset.issuer}/authorize`, token_endpoint: `${preset.issuer}/token` };
  const server = preset.server ?? { issuer: preset.issuer, ...endpoints };
  const answer = async (_url, init) => {
    sent.push(new URLSearchParams(init.body));
    return Response.json(answers.shift());
  };
  const redirectUri = "https://app.example/cb";
  return new Client(server, { provider: preset, clientId: "app", clientAuth: secretPost("secret"), redirectUri, fetch: answer, ...options });
}

describe("providers", () => {
  it("every preset has a fixture, and every fixture a preset", () => {
    assert.deepEqual(Object.keys(providers).sort(), Object.keys(fixtures).sort());
  });

  for (const [name, fixture] of Object.entries(fixtures)) {
    const preset = fixture.args ? providers[name](...fixture.args) : providers[name];
    const plain = name === "myanimelist" ? { dangerouslyPlainPkce: true } : {};

    it(`${name}: the answer of its documentation is read`, async () => {
      const sent = [];
      const client = clientOf(preset, [fixture.response], sent, plain);
      const { url, pending } = await client.authorize({ scope: "a b" });
      const asked = new URL(url).searchParams;
      const id = fixture.client_id_sent_as ?? "client_id";
      assert.equal(asked.get(id), "app");
      assert.equal(asked.get("scope"), fixture.scope_sent ?? "a b");
      for (const [parameter, value] of Object.entries(fixture.authorization ?? {})) assert.equal(asked.get(parameter), value);

      const tokens = await client.callback(`?code=c&state=${pending.state}`, pending);
      assert.equal(sent[0].get(id), "app");
      for (const [parameter, value] of Object.entries(fixture.token ?? {})) assert.equal(sent[0].get(parameter), value);
      for (const [member, value] of Object.entries(fixture.tokens)) assert.deepEqual(tokens[member], value, member);
      assert.deepEqual([...tokens.deviations], fixture.deviations ?? []);
    });

    it(`${name}: its issuer is what it says`, () => {
      assert.equal(preset.issuer ?? preset.server.issuer, fixture.issuer ?? preset.issuer ?? preset.server.issuer);
      const urls = preset.server ? [preset.server.authorization_endpoint, preset.server.token_endpoint] : [preset.issuer];
      for (const url of urls) assert.equal(new URL(url).protocol, "https:");
      assert.ok(preset.name.length > 0 && preset.clientAuthMethods.length > 0);
    });

    if (fixture.refresh_omits_refresh_token) {
      it(`${name}: the refresh token is carried forward where a refresh brings none`, async () => {
        const client = clientOf(preset, [{ access_token: "new", token_type: "Bearer" }], [], plain);
        assert.equal((await client.refresh("old-refresh-token")).refresh_token, "old-refresh-token");
      });
    }
  }
});
