/** Whole logins: at oidc-provider, a server that others wrote and certified, and at the stage for callbacks in every form. */

export default function (test, { grantkit, facts, same, holds, refused, serverThat, visit }) {
  const { Client, secretBasic, secretPost } = grantkit;
  const options = { clientId: facts.clients.spa, redirectUri: facts.redirectUri, scope: "openid profile offline_access" };
  const confidential = ({ id, secret }, auth, more) => Client.discover(facts.issuer, { clientId: id, clientAuth: auth(secret), scope: "api", ...more });

  async function logIn() {
    const client = await Client.discover(facts.issuer, options);
    const { url, pending } = await client.authorize({ prompt: "consent" });
    return { client, pending, callback: await visit(url) };
  }

  test("a person logs in at a real server, and every check on the way to the tokens is made", async () => {
    const { client, pending, callback } = await logIn();
    // A redirect loses memory: another client finishes the login, with what was kept as text.
    const later = new Client(client.server, options);
    const tokens = await later.callback(callback, JSON.parse(JSON.stringify(pending)));
    same([tokens.token_type, tokens.claims.sub, tokens.claims.name, tokens.claims.nonce, tokens.deviations], ["Bearer", "ada.lovelace", "Ada Lovelace", pending.nonce, []]);
    for (const check of ["state", "issuer_parameter", "pkce", "id_token_issuer", "id_token_audience", "id_token_algorithm", "id_token_signature", "id_token_expiry", "id_token_nonce"]) {
      holds(tokens.checks.includes(check), `${check} among ${tokens.checks}`);
    }
    holds(tokens.expires_in > 0 && Math.abs(tokens.expires_at - tokens.expires_in - Date.now() / 1000) < 60, "it is known when the access token expires");
  });

  test("a refresh brings new tokens; the old refresh token is refused, and may have ended the session", async () => {
    const { client, pending, callback } = await logIn();
    const first = await client.callback(callback, pending);
    const second = await client.refresh(first);
    holds(second.access_token !== first.access_token && second.refresh_token !== first.refresh_token, "both are new");
    same(second.claims.sub, first.claims.sub);
    holds(second.checks.includes("id_token_subject"), "the refreshed ID token speaks of the same person");
    const third = await client.refresh(second.refresh_token, { scope: "openid" });
    holds(typeof third.access_token === "string", "a refresh token alone will do");
    await refused(() => client.refresh(first), { code: "invalid_grant", fault: "refusal", phase: "token", status: 400, error: "invalid_grant", grantMayBeConsumed: true, retryable: false });
    await refused(() => client.refresh(third), { code: "invalid_grant" });
  });

  test("a code is spent once", async () => {
    const { client, pending, callback } = await logIn();
    await client.callback(callback, pending);
    await refused(() => client.callback(callback, pending), { code: "invalid_grant", grantMayBeConsumed: true, retryable: false });
  });

  test("a person who says no is access_denied, and no code is spent", async () => {
    const client = await Client.discover(facts.issuer, options);
    const { url, pending } = await client.authorize({ prompt: "consent" });
    const callback = await visit(url, { answer: "deny" });
    await refused(() => client.callback(callback, pending), { code: "access_denied", fault: "refusal", phase: "callback", grantMayBeConsumed: false, error_description: "The user pressed Deny" });
  });

  test("a service gets a token of its own with its secret in HTTP Basic or in the form", async () => {
    for (const [who, auth] of [[facts.clients.service, secretBasic], [facts.clients.post, secretPost]]) {
      const tokens = await (await confidential(who, auth)).clientCredentials();
      same([tokens.token_type, tokens.scope, tokens.refresh_token, tokens.claims], ["Bearer", "api", undefined, undefined]);
    }
  });

  test("an identifier and a secret with odd characters reach a server that decodes HTTP Basic", async () => {
    holds(typeof (await (await confidential(facts.clients.odd, secretBasic)).clientCredentials()).access_token === "string", "a token");
    await refused(async () => (await confidential(facts.clients.odd, secretBasic, { basicEncoding: "raw" })).clientCredentials(), { fault: "refusal" });
  });

  test("a wrong secret is invalid_client, and spends no grant", async () => {
    const client = await confidential({ ...facts.clients.service, secret: "a-wrong-secret" }, secretBasic);
    await refused(() => client.clientCredentials(), { code: "invalid_client", fault: "refusal", status: 401, grantMayBeConsumed: false });
  });

  test("a grant type that the server does not know is told by the server's own word, and the credential is not spent", async () => {
    const client = await confidential(facts.clients.service, secretBasic);
    await refused(() => client.grant("urn:example:unknown"), { code: "unsupported_grant_type", fault: "refusal", phase: "token", status: 400, grantMayBeConsumed: false });
  });

  // The stage redeems every code, so each form of a callback can be tried.
  const app = "https://app.example/cb";
  const forms = {
    "an address as text": (query) => `${app}?${query}`,
    "an address as a URL": (query) => new URL(`${app}?${query}`),
    "its parameters": (query) => new URLSearchParams(query),
    "its query": (query) => `?${query}`,
    "a fragment": (query) => `${app}#${query}`,
    "a request": (query) => new Request(`${app}?${query}`),
    "a form post": (query) => new Request(app, { method: "POST", body: new URLSearchParams(query) }),
  };
  for (const [name, form] of Object.entries(forms)) {
    test(`a callback is read as ${name}`, async () => {
      const server = await serverThat({ "/token": { json: { access_token: "a", token_type: "Bearer" } } });
      const client = new Client(server.metadata, { clientId: "app", redirectUri: app });
      const { pending } = await client.authorize();
      const tokens = await client.callback(form(`code=c%2B1&state=${pending.state}`), pending);
      same([tokens.access_token, tokens.checks], ["a", ["state", "pkce"]]);
      const [request] = await server.log();
      same([...new URLSearchParams(request.body)], [["grant_type", "authorization_code"], ["code", "c+1"], ["redirect_uri", app], ["code_verifier", pending.code_verifier], ["client_id", "app"]]);
    });
  }

  test("a callback that is too long is refused, and no more of it is read", async () => {
    const server = await serverThat();
    const client = new Client(server.metadata, { clientId: "app", redirectUri: app });
    const { pending } = await client.authorize();
    const query = `code=c&state=${pending.state}`;
    const long = `${query}&x=${"\u{1f600}".repeat(65_536)}`;
    for (const form of Object.values(forms)) await refused(() => client.callback(form(long), pending), { code: "response_too_large", phase: "callback", about: "callback", grantMayBeConsumed: false });
    let given = 0;
    const body = new ReadableStream({ pull(stream) { given++; stream.enqueue(new TextEncoder().encode("x=y&".repeat(1024))); } });
    await refused(() => client.callback(new Request(app, { method: "POST", body, duplex: "half" }), pending), { code: "response_too_large" });
    holds(given < 64, `${given} pieces of 4 KiB were read`);
    const ping = new Request(app, { method: "POST", headers: { authorization: "Bearer n" }, body: "1".repeat(70_000) });
    const request = { auth_req_id: "a", client_notification_token: "n", expires_in: 60, expires_at: 4e9, interval: 5 };
    await refused(() => client.backchannelPing(request, ping), { code: "response_too_large", phase: "callback", about: "body" });
    await refused(() => client.validateLogoutToken("A".repeat(70_000)), { code: "response_too_large", phase: "logout_token", about: "logout_token" });
    same((await server.log()).length, 0);
    const read = new Request(app, { method: "POST", body: query });
    await read.text();
    await refused(() => client.callback(read, pending), { code: "invalid_argument", about: "location" });
  });

  test("where the provider refuses PKCE, no part of a login has it, and no check claims it", async () => {
    const server = await serverThat({ "/token": { json: { access_token: "a", token_type: "Bearer" } } });
    const client = new Client(server.metadata, { clientId: "app", redirectUri: app, provider: { pkce: "unsupported" } });
    const { url, pending } = await client.authorize();
    same([url.includes("code_challenge"), pending.pkce, pending.code_verifier], [false, false, undefined]);
    same((await client.callback(`?code=c&state=${pending.state}`, pending)).checks, ["state"]);
    const [request] = await server.log();
    same([...new URLSearchParams(request.body)], [["grant_type", "authorization_code"], ["code", "c"], ["redirect_uri", app], ["client_id", "app"]]);
  });

  test("a code is redeemed for the resources that its login named, not for those of the options", async () => {
    const server = await serverThat({ "/token": { json: { access_token: "a", token_type: "Bearer" } } });
    const client = new Client(server.metadata, { clientId: "app", redirectUri: app, resource: "https://a.example" });
    const { pending } = await client.authorize({ resource: ["https://b.example", "https://c.example"] });
    await client.callback(`?code=c&state=${pending.state}`, JSON.parse(JSON.stringify(pending)));
    const [request] = await server.log();
    same([pending.resource, new URLSearchParams(request.body).getAll("resource")], [["https://b.example", "https://c.example"], ["https://b.example", "https://c.example"]]);
  });

  test("a callback that is not this login's is refused, and no code is spent", async () => {
    const server = await serverThat();
    const client = new Client({ ...server.metadata, authorization_response_iss_parameter_supported: true }, { clientId: "app", redirectUri: app });
    const { pending } = await client.authorize();
    const good = `code=c&state=${pending.state}`, iss = `&iss=${encodeURIComponent(server.issuer)}`;
    for (const [query, code, about] of [
      ["code=c&state=other", "state_mismatch", "state"], ["code=c", "state_mismatch", "state"], [good, "missing_issuer", "iss"], [`${good}&iss=https%3A%2F%2Fevil.example`, "issuer_mismatch", "iss"],
      [`${good}${iss}&code=d`, "repeated_parameter", "code"], [`state=${pending.state}${iss}`, "missing_code", "code"], [`state=${pending.state}&code=${iss}`, "missing_code", "code"],
    ]) await refused(() => client.callback(`${app}?${query}`, pending), { code, about, phase: "callback", fault: "server", grantMayBeConsumed: false });
    await refused(() => client.callback(`${app}?error=server_error&state=${pending.state}${iss}`, pending), { code: "server_error", fault: "refusal" });
    same(await server.log(), []);
  });

  test("a login that began at another server, or for another client, is not finished here", async () => {
    const [here, there] = [await serverThat(), await serverThat()];
    const { pending } = await new Client(there.metadata, { clientId: "app", redirectUri: app }).authorize();
    for (const [server, clientId] of [[here, "app"], [there, "another"]]) {
      const client = new Client(server.metadata, { clientId, redirectUri: app });
      await refused(() => client.callback(`${app}?code=c&state=${pending.state}`, pending), { code: "invalid_argument", about: "pending" });
    }
    same([await here.log(), await there.log()], [[], []]);
  });

  test("an extension grant is sent with its parameters, and its options' scope and resource", async () => {
    const server = await serverThat({ "/token": { json: { access_token: "a", token_type: "Bearer", issued_token_type: "x" } } });
    const client = new Client(server.metadata, { clientId: "app", scope: "api", resource: "https://a.example" });
    same((await client.grant("urn:example:grant", { ticket: "t" })).issued_token_type, "x");
    const [request] = await server.log();
    same([...new URLSearchParams(request.body)], [["grant_type", "urn:example:grant"], ["ticket", "t"], ["scope", "api"], ["resource", "https://a.example"], ["client_id", "app"]]);
  });

  test("a refresh token that the server does not replace is carried forward", async () => {
    const server = await serverThat({ "/token": { json: { access_token: "a", token_type: "Bearer" } } });
    const client = new Client(server.metadata, { clientId: "app", scope: "api" });
    same((await client.refresh("kept")).refresh_token, "kept");
    const [request] = await server.log();
    same([...new URLSearchParams(request.body)], [["grant_type", "refresh_token"], ["refresh_token", "kept"], ["client_id", "app"]], "no scope of the options: it narrows nothing");
    await refused(() => client.refresh({ access_token: "a" }), { code: "missing_refresh_token", fault: "caller" });
  });
}
