/** What goes wrong on the way: told apart by name, and never sent a second time. Each fault meets a grant that is spent once and one that is not. */

const MEBIBYTE = 1 << 20;
const TOKENS = { access_token: "a", token_type: "Bearer" };
const REFRESH = "a-refresh-token-as-servers-make-them";
const HTML = "<!doctype html><h1>Bad gateway</h1>";

export default function (test, { grantkit, facts, same, holds, refused, serverThat }) {
  const { Client, secretBasic } = grantkit;
  const client = (server, options) => new Client(server.metadata, { clientId: "app", clientAuth: secretBasic("a secret of some length"), ...options });

  /** Meets the same fault with client credentials, which may be sent again, and with a refresh token, which may be gone. */
  async function met(answer, fields, { passing = false, intact = false, options, call } = {}) {
    const server = await serverThat({ "/token": answer, "/elsewhere": { json: TOKENS } });
    const one = client(server, options);
    const common = { phase: "token", ...fields };
    await refused(() => one.clientCredentials({}, call?.()), { ...common, grantMayBeConsumed: false, retryable: passing });
    await refused(() => one.refresh(REFRESH, {}, call?.()), { ...common, grantMayBeConsumed: !intact, retryable: passing && intact });
    return server;
  }

  test("a page with status 200 is not_oauth_response, and shown", async () => {
    await met({ body: HTML }, { code: "not_oauth_response", fault: "server", status: 200, body: HTML });
  });

  test("an empty answer is not_oauth_response", async () => {
    await met({ body: "" }, { code: "not_oauth_response", status: 200 });
    await met({ status: 204, body: "" }, { code: "not_oauth_response", status: 204 });
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`a redirect by ${status} is redirect_refused, and where it leads gets no request`, async () => {
      const server = await met({ status, headers: { location: "./elsewhere" } }, { code: "redirect_refused", fault: "transport" });
      same((await server.log()).map((request) => request.path), ["/token", "/token"]);
    });
  }

  test("a redirect to another server is refused too, also for metadata and keys", async () => {
    const target = await serverThat({ "/token": { json: TOKENS } });
    await met({ status: 307, headers: { location: `${target.issuer}/token` } }, { code: "redirect_refused" });
    const moved = { status: 302, headers: { location: `${target.issuer}/any` } };
    const server = await serverThat({ "/.well-known/openid-configuration": moved, "/.well-known/oauth-authorization-server": moved, "/keys": moved });
    await refused(() => Client.discover(server.issuer, { clientId: "app" }), { code: "redirect_refused", phase: "discovery" });
    const login = client(server, { redirectUri: "https://app.example/cb", scope: "openid" });
    const { pending } = await login.authorize();
    await refused(() => login.callback(`?code=c&state=${pending.state}`, pending), { code: "redirect_refused", phase: "jwks", grantMayBeConsumed: false });
    same(await target.log(), []);
  });

  test("a server that does not answer in time is timeout, by the client's limit or the call's", async () => {
    await met({ wait: 5_000 }, { code: "timeout", fault: "transport" }, { passing: true, options: { timeout: 150 } });
    await met({ wait: 5_000 }, { code: "timeout", fault: "transport" }, { passing: true, call: () => ({ timeout: 150 }) });
  });

  test("a body that never ends is timeout", async () => {
    await met({ stall: true }, { code: "timeout" }, { passing: true, options: { timeout: 300 } });
  });

  test("a call that is ended while the server is slow is aborted", async () => {
    const call = () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("the reader went away")), 150);
      return { signal: controller.signal };
    };
    const began = Date.now();
    await met({ wait: 5_000 }, { code: "aborted", fault: "transport" }, { call });
    await met({ stall: true }, { code: "aborted", fault: "transport" }, { call });
    holds(Date.now() - began < 3_000, "it ends at once");
  });

  test("a call that was ended before it began sends nothing, and spends nothing", async () => {
    const server = await serverThat({ "/token": { json: TOKENS } });
    const call = { signal: AbortSignal.abort() };
    await refused(() => client(server).clientCredentials({}, call), { code: "aborted", phase: "token" });
    await refused(() => client(server).refresh(REFRESH, {}, call), { code: "aborted", phase: "token", grantMayBeConsumed: false });
    await refused(() => Client.discover(server.issuer, { clientId: "app" }, call), { code: "aborted", phase: "discovery" });
    same(await server.log(), []);
  });

  test("a signal that ends later harms no call that has ended before", async () => {
    const server = await serverThat({ "/token": { json: TOKENS } });
    const controller = new AbortController();
    same((await client(server).clientCredentials({}, { signal: controller.signal })).access_token, "a");
    controller.abort();
    same((await client(server).clientCredentials()).access_token, "a");
  });

  test("a body of one mebibyte is read, and one byte more is response_too_large, also when it comes compressed", async () => {
    const server = await serverThat({ "/token": { json: TOKENS, pad: MEBIBYTE } });
    same((await client(server).clientCredentials()).access_token, "a");
    await met({ json: TOKENS, pad: MEBIBYTE + 1 }, { code: "response_too_large", fault: "server" });
    await met({ json: TOKENS, pad: 8 * MEBIBYTE, gzip: true }, { code: "response_too_large", fault: "server" });
  });

  test("a connection that is reset, or ends in the middle of the body, is network", async () => {
    await met({ reset: true }, { code: "network", fault: "transport" }, { passing: true });
    await met({ cut: true }, { code: "network", fault: "transport" }, { passing: true });
  });

  test("a server that is not there is network", async () => {
    const metadata = { issuer: facts.nobody, token_endpoint: `${facts.nobody}/token` };
    await refused(() => client({ metadata }).clientCredentials(), { code: "network", phase: "token", retryable: true, grantMayBeConsumed: false });
  });

  test("an error page with status 500 is not_oauth_response: worth another try, unless the grant may be gone", async () => {
    await met({ status: 500, body: HTML }, { code: "not_oauth_response", fault: "server", status: 500, body: HTML }, { passing: true });
  });

  test("a server that asks to wait did not look at the grant", async () => {
    await met({ status: 429, headers: { "retry-after": "3" } }, { status: 429, retryAfter: 3 }, { passing: true, intact: true });
    await met({ status: 503, headers: { "retry-after": "3" } }, { status: 503, retryAfter: 3 }, { passing: true, intact: true });
    await met({ status: 503, json: { error: "temporarily_unavailable" } }, { code: "temporarily_unavailable", fault: "refusal" }, { passing: true, intact: true });
  });

  test("a refusal in the server's own words is told by its code, at any status", async () => {
    for (const status of [200, 400, 401, 403, 500]) await met({ status, json: { error: "invalid_grant" } }, { code: "invalid_grant", fault: "refusal", status, error: "invalid_grant" }, { passing: status >= 500 });
    await met({ status: 401, json: { error: "invalid_client" } }, { code: "invalid_client", status: 401 }, { intact: true });
  });

  test("a parameter as short as a letter is no secret: the server's own words stay as they are", async () => {
    const words = { error: "invalid_scope", error_description: "scope 1 of 11 is unknown" };
    const server = await serverThat({ "/token": { status: 400, json: words } });
    await refused(() => client(server).clientCredentials({ attempt: 1, tenant: "a" }), { code: "invalid_scope", ...words });
  });

  test("broken JSON is malformed_json", async () => {
    await met({ body: '{"access_token":"a",', headers: { "content-type": "application/json" } }, { code: "malformed_json", fault: "server", status: 200 });
  });

  test("strict refuses a departure by name, and interop names it in the tokens", async () => {
    const answer = { json: { access_token: "a" } };
    const server = await met(answer, { code: "deviation_refused", fault: "server" }, { options: { strict: true } });
    same((await client(server).clientCredentials()).deviations, ["missing_token_type"]);
  });

  test("calls at the same time each get their own answer", async () => {
    const server = await serverThat({ "/token": [{ json: { ...TOKENS, access_token: "0" }, wait: 200 }, { status: 500, wait: 100 }, { json: { ...TOKENS, access_token: "2" } }, { body: HTML }] });
    const one = client(server, { timeout: 5_000 });
    const begun = [];
    for (let i = 0; i < 4; i++) {
      begun.push(one.clientCredentials().then((tokens) => tokens.access_token, (error) => error.status));
      while ((await server.log()).length <= i) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    same(await Promise.all(begun), ["0", 500, "2", 200]);
  });
}
