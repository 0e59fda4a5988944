/** `authorize` and `logoutUrl`: the addresses that a browser is sent to. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1. */

const SERVER = {
  issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize?tenant=7", token_endpoint: "https://op.example/token",
  jwks_uri: "https://op.example/keys", end_session_endpoint: "https://op.example/logout",
};

export default function (test, { grantkit, same, holds, refused }) {
  const { Client, codeChallenge } = grantkit;
  const client = (options, server) => new Client({ ...SERVER, ...server }, { clientId: "app", redirectUri: "https://app.example/cb", scope: "openid email", ...options });
  const query = ({ url }) => Object.fromEntries(new URL(url).searchParams);

  test("the URL has everything that a login needs, and keeps the endpoint's own query", async () => {
    const { url, pending } = await client().authorize();
    holds(url.startsWith("https://op.example/authorize?tenant=7&"), url);
    same(query({ url }), {
      tenant: "7", response_type: "code", client_id: "app", redirect_uri: "https://app.example/cb", scope: "openid email",
      state: pending.state, nonce: pending.nonce, code_challenge: codeChallenge(pending.code_verifier), code_challenge_method: "S256",
    });
  });

  test("what is kept until the browser is back is plain data: it survives JSON", async () => {
    const { pending } = await client().authorize({ max_age: 60 });
    same(JSON.parse(JSON.stringify(pending)), pending);
    const { issuer, client_id, redirect_uri, scope, max_age } = pending;
    same({ issuer, client_id, redirect_uri, scope, max_age }, { issuer: SERVER.issuer, client_id: "app", redirect_uri: "https://app.example/cb", scope: "openid email", max_age: 60 });
    for (const name of ["state", "nonce", "code_verifier"]) holds(/^[\w-]{43}$/.test(pending[name]), name);
    same(new Set([pending.state, pending.nonce, pending.code_verifier]).size, 3, "three different secrets");
  });

  test("no two logins share a secret", async () => {
    const one = client();
    const all = await Promise.all(Array.from({ length: 10 }, () => one.authorize()));
    same(new Set(all.flatMap(({ pending }) => [pending.state, pending.nonce, pending.code_verifier])).size, 30);
  });

  test("parameters of the call go out under their own names, and win over the options", async () => {
    const parameters = {
      scope: "openid", redirect_uri: new URL("https://app.example/other"), prompt: "login consent", login_hint: "ada@example.test", max_age: 0, acr_values: "a b",
      ui_locales: "de ja", response_mode: "form_post", resource: ["https://a.example", "https://b.example"], custom: "ü&=",
    };
    const { url } = await client({ resource: "https://c.example" }).authorize(parameters);
    const { response_type, client_id, state, nonce, code_challenge, code_challenge_method, tenant, resource, ...rest } = query({ url });
    same(rest, { ...parameters, redirect_uri: "https://app.example/other", max_age: "0", resource: undefined });
    same(new URL(url).searchParams.getAll("resource"), parameters.resource);
  });

  test("without openid there is no nonce, because no ID token is due", async () => {
    const { url, pending } = await client({ scope: "api" }, { jwks_uri: undefined }).authorize();
    same([query({ url }).nonce, pending.nonce], [undefined, undefined]);
  });

  test("what the protocol sets itself cannot be set by a caller", async () => {
    for (const name of ["response_type", "client_id", "state", "nonce", "code_challenge", "code_challenge_method", "request", "request_uri", "client_secret"]) {
      await refused(() => client().authorize({ [name]: "x" }), { code: "reserved_parameter", fault: "caller", phase: "authorization", about: name });
    }
  });

  test("a login that could not be finished is not begun", async () => {
    const cases = [
      [{ redirectUri: undefined }, {}, "missing_redirect_uri"], [{ redirectUri: "/cb" }, {}, "invalid_argument"], [{ redirectUri: "https://app.example/cb#x" }, {}, "invalid_argument"],
      [{}, { authorization_endpoint: undefined }, "unsupported_by_server"], [{}, { authorization_endpoint: "http://op.example/a" }, "insecure_url"],
      [{}, { jwks_uri: undefined }, "unsupported_by_server"], [{}, { code_challenge_methods_supported: ["plain"] }, "unsupported_by_server"],
    ];
    for (const [options, server, code] of cases) await refused(() => client(options, server).authorize(), { code, fault: "caller", phase: "authorization" });
    await refused(() => client().authorize({ max_age: -1 }), { code: "invalid_argument", about: "max_age" });
  });

  test("logging out at the server has an address too", async () => {
    const url = new URL(client().logoutUrl({ id_token_hint: "h", post_logout_redirect_uri: new URL("https://app.example/bye"), state: "s" }));
    same([url.origin + url.pathname, Object.fromEntries(url.searchParams)], [
      "https://op.example/logout", { client_id: "app", id_token_hint: "h", post_logout_redirect_uri: "https://app.example/bye", state: "s" },
    ]);
    same(client().logoutUrl(), "https://op.example/logout?client_id=app");
    await refused(() => client({}, { end_session_endpoint: undefined }).logoutUrl(), { code: "unsupported_by_server", about: "end_session_endpoint" });
    await refused(() => client().logoutUrl({ client_id: "x" }), { code: "reserved_parameter" });
  });
}
