/** `buildTokenRequest`: every grant and parameter, and every way to say who the client is. RFC 6749 §2.3, §4, §6. */

const SERVER = { issuer: "https://op.example", token_endpoint: "https://op.example/token" };
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

export default function (test, { grantkit, same, refused }) {
  const { buildTokenRequest, none, secretBasic, secretPost } = grantkit;
  const build = (grant, options, server = SERVER) => buildTokenRequest(server, { clientId: "app", ...options }, grant);
  const form = (request) => [...new URLSearchParams(request.body)];
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };

  test("a code is redeemed with its redirect URI and verifier, RFC 6749 §4.1.3", () => {
    const request = build({ grant_type: "authorization_code", code: "c/o+d e", redirect_uri: "https://app.example/cb?a=1", code_verifier: VERIFIER });
    same({ method: request.method, url: request.url, headers: request.headers }, { method: "POST", url: SERVER.token_endpoint, headers });
    same(form(request), [
      ["grant_type", "authorization_code"], ["code", "c/o+d e"], ["redirect_uri", "https://app.example/cb?a=1"], ["code_verifier", VERIFIER], ["client_id", "app"],
    ]);
  });

  test("a redirect URI may be a URL", () => {
    const request = build({ grant_type: "authorization_code", code: "c", redirect_uri: new URL("https://app.example/cb") });
    same(new URLSearchParams(request.body).get("redirect_uri"), "https://app.example/cb");
  });

  test("a refresh token is spent with the scope that is asked for, RFC 6749 §6", () => {
    const request = build({ grant_type: "refresh_token", refresh_token: "r=&", scope: "openid email" });
    same(form(request), [["grant_type", "refresh_token"], ["refresh_token", "r=&"], ["scope", "openid email"], ["client_id", "app"]]);
  });

  test("client credentials go out with every parameter, a list as one parameter each, RFC 6749 §4.4, RFC 8707", () => {
    const request = build({
      grant_type: "client_credentials", scope: "api", resource: ["https://a.example", "https://b.example"], audience: "ü & ö", ttl: 60, fresh: true, absent: undefined,
    });
    same(form(request), [
      ["grant_type", "client_credentials"], ["scope", "api"], ["resource", "https://a.example"], ["resource", "https://b.example"],
      ["audience", "ü & ö"], ["ttl", "60"], ["fresh", "true"], ["client_id", "app"],
    ]);
  });

  test("any other grant is named by its URI, RFC 6749 §4.5", () => {
    const request = build({ grant_type: "urn:example:grant", ticket: "t" });
    same(form(request), [["grant_type", "urn:example:grant"], ["ticket", "t"], ["client_id", "app"]]);
  });

  test("a public client says its identifier in the form, also by name", () => {
    same(build({ grant_type: "client_credentials" }, { clientAuth: none() }), build({ grant_type: "client_credentials" }));
  });

  // RFC 6749 §2.3.1: form-encoded, then base64. The texts between were encoded by hand.
  const id = "an id:é", secret = "p+ss%w/ord ~";
  const basic = (text) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
  for (const [how, options, pair] of [
    ["form-encoded, as RFC 6749 §2.3.1 says", {}, "an+id%3A%C3%A9:p%2Bss%25w%2Ford+%7E"],
    ["form-encoded when asked for by name", { basicEncoding: "rfc6749" }, "an+id%3A%C3%A9:p%2Bss%25w%2Ford+%7E"],
    ["as they are, for servers that do not decode", { basicEncoding: "raw" }, `${id}:${secret}`],
  ]) {
    test(`HTTP Basic holds identifier and secret ${how}`, () => {
      const request = build({ grant_type: "client_credentials" }, { clientId: id, clientAuth: secretBasic(secret), ...options });
      same(request.headers, { ...headers, authorization: basic(pair) });
      same(form(request), [["grant_type", "client_credentials"]], "no second authentication in the form");
    });
  }

  test("a posted secret stands in the form and nowhere else", () => {
    const request = build({ grant_type: "client_credentials" }, { clientId: id, clientAuth: secretPost(secret) });
    same(form(request), [["grant_type", "client_credentials"], ["client_id", id], ["client_secret", secret]]);
    same(request.headers, headers);
  });

  test("what the protocol sets itself cannot be given a second time", async () => {
    for (const name of ["client_id", "client_secret", "client_assertion", "client_assertion_type"]) {
      await refused(() => build({ grant_type: "client_credentials", [name]: "x" }), { code: "reserved_parameter", fault: "caller", about: name });
    }
  });

  test("a grant without its credential is refused", async () => {
    for (const [grant, about] of [
      [{}, "grant_type"], [{ grant_type: "" }, "grant_type"], [{ grant_type: "authorization_code" }, "code"], [{ grant_type: "authorization_code", code: "" }, "code"],
      [{ grant_type: "refresh_token" }, "refresh_token"], [{ grant_type: "authorization_code", code: "c", code_verifier: "short" }, "code_verifier"],
    ]) await refused(() => build(grant), { code: "invalid_argument", about });
  });

  test("a secret is not sent where others can read it, except to this machine or on request", async () => {
    const at = (token_endpoint) => ({ ...SERVER, token_endpoint });
    const grant = { grant_type: "client_credentials" };
    await refused(() => build(grant, {}, at("http://op.example/token")), { code: "insecure_url", fault: "caller", about: "token_endpoint" });
    for (const url of ["http://localhost:1/token", "http://127.0.0.1:1/token", "http://[::1]:1/token"]) same(build(grant, {}, at(url)).url, url);
    same(build(grant, { dangerouslyAllowHttp: true }, at("http://op.example/token")).url, "http://op.example/token");
  });

  test("a server without a token endpoint cannot be asked", async () => {
    await refused(() => build({ grant_type: "client_credentials" }, {}, { issuer: "https://op.example" }), { code: "unsupported_by_server", about: "token_endpoint" });
  });

  test("an option that nobody knows is refused, because it may be a misspelt one", async () => {
    await refused(() => build({ grant_type: "client_credentials" }, { strcit: true }), { code: "invalid_argument", fault: "caller", about: "strcit" });
  });
}
