/** A logout that oidc-provider tells of behind the browser's back. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { Client } from "../../../pkg/dist/entry/client.inline.js";
import { REDIRECT_URI, coded, logIn, start } from "./resources.mjs";

test("a back-channel logout token is received and judged", { timeout: 30_000 }, async () => {
  let received;
  const listener = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    received = new URLSearchParams(text).get("logout_token");
    response.writeHead(200).end();
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const uri = `http://127.0.0.1:${listener.address().port}/logout`;
  const told = {
    client_id: "told", token_endpoint_auth_method: "none", redirect_uris: [REDIRECT_URI], grant_types: ["authorization_code"], response_types: ["code"],
    backchannel_logout_uri: uri, backchannel_logout_session_required: true,
  };
  const server = await start({ clients: [told] });
  try {
    const client = await Client.discover(server.issuer, { clientId: "told", redirectUri: REDIRECT_URI, scope: "openid" });
    const tokens = await logIn(client);
    await (await server.provider.Client.find("told")).backchannelLogout("ada", "a-session");
    const claims = await client.validateLogoutToken(received);
    assert.deepEqual([claims.iss, claims.sid, typeof claims.jti, typeof claims.iat], [server.issuer, "a-session", "string", "number"]);
    // oidc-provider leaves sub out where the session is named.
    assert.ok(claims.sub === undefined || claims.sub === "ada");
    await assert.rejects(client.validateLogoutToken(tokens.id_token), coded("invalid_member"), "an ID token is none");
    const other = await Client.discover(server.issuer, { clientId: "plain" });
    await assert.rejects(other.validateLogoutToken(received), coded("audience_mismatch"));
    await assert.rejects(client.validateLogoutToken(`${received.slice(0, -8)}AAAAAAAA`), coded("signature_invalid"));
  } finally {
    listener.close();
    listener.closeAllConnections();
    await server.close();
  }
});
