/** Bad input to every exported function and method, argument by argument: a GrantError, nothing sent, the module still usable. */
import { ABSENT, NUMBERS, TEXTS } from "./bad_values.mjs";
import { besiege } from "./besiege.mjs";

const SERVER = { issuer: "https://op.example", authorization_endpoint: "https://op.example/a", token_endpoint: "https://op.example/token", end_session_endpoint: "https://op.example/bye" };
const APP = "https://app.example/cb";

/** Parameters are texts, numbers, flags or lists of texts, and may be left out. */
const PARAMETER = [...ABSENT, ...TEXTS, ...NUMBERS, "true", "empty text", "an empty list", "a list of words"];
const PARAMETERS = [...ABSENT, "an empty object"];

export default function (test, { grantkit, same, stillUsable }) {
  const { Client, GrantError, buildTokenRequest, codeChallenge, parseTokenResponse, secretBasic, secretPost } = grantkit;
  const options = { clientId: "app", redirectUri: APP };
  const grant = { grant_type: "client_credentials" };
  const response = { status: 200, headers: { "content-type": "application/json" }, body: '{"access_token":"a","token_type":"Bearer"}' };
  const client = new Client(SERVER, options);

  function target(name, call, fine) {
    test(`bad input to ${name} is a GrantError, sends nothing and harms nothing`, async () => {
      const { pending } = await client.authorize();
      try {
        await besiege(grantkit, (value) => call(value, pending), fine);
      } finally {
        stillUsable();
        same((await client.authorize()).url.startsWith(SERVER.authorization_endpoint), true, "the client is still usable");
      }
    });
  }
  const member = (name, call, fine, ...names) => {
    for (const one of names) target(`${name}.${one}`, (value, pending) => call({ [one]: value }, pending), fine);
  };

  target("codeChallenge", codeChallenge);

  target("buildTokenRequest, the server", (value) => buildTokenRequest(value, options, grant));
  target("buildTokenRequest, the client", (value) => buildTokenRequest(SERVER, value, grant));
  target("buildTokenRequest, the grant", (value) => buildTokenRequest(SERVER, options, value));
  member("buildTokenRequest, server", (part) => buildTokenRequest({ ...SERVER, ...part }, options, grant), [], "issuer", "token_endpoint");
  member("buildTokenRequest, grant", (part) => buildTokenRequest(SERVER, options, { ...grant, ...part }), [...TEXTS, ...NUMBERS, "true", "a list of words"], "grant_type");
  member("buildTokenRequest, grant", (part) => buildTokenRequest(SERVER, options, { ...grant, ...part }), PARAMETER, "scope", "resource", "extra");

  target("parseTokenResponse, the response", (value) => parseTokenResponse(value));
  target("parseTokenResponse, the options", (value) => parseTokenResponse(response, value), PARAMETERS);
  member("parseTokenResponse, response", (part) => parseTokenResponse({ ...response, ...part }), [], "status", "body");
  member("parseTokenResponse, response", (part) => parseTokenResponse({ ...response, ...part }), ["an empty object"], "headers");
  member("parseTokenResponse, headers", (part) => parseTokenResponse({ ...response, headers: part }), [...ABSENT, ...TEXTS, ...NUMBERS, "empty text"], "content-type", "retry-after");
  member("parseTokenResponse, options", (part) => parseTokenResponse(response, part), [...ABSENT, "true"], "strict");

  for (const [name, auth] of Object.entries({ secretBasic, secretPost })) {
    target(`${name}, at the latest where the client is made`, (value) => new Client(SERVER, { ...options, clientAuth: auth(value) }), TEXTS);
  }

  target("new Client, the server", (value) => new Client(value, options));
  target("new Client, the options", (value) => new Client(SERVER, value));
  member("new Client, server", (part) => new Client({ ...SERVER, ...part }, options), [], "issuer");
  member("new Client, server", (part) => new Client({ ...SERVER, ...part }, options), ABSENT, "authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint");
  member("new Client, server", (part) => new Client({ ...SERVER, ...part }, options), [...ABSENT, "an empty list", "a list of words"], "code_challenge_methods_supported", "id_token_signing_alg_values_supported");

  target("Client.discover, the issuer", (value) => Client.discover(value, options));
  target("Client.discover, the options", (value) => Client.discover(SERVER.issuer, value));
  target("Client.discover, the call", (value) => Client.discover(SERVER.issuer, options, value), ["undefined", "null", "an empty object"]);

  target("authorize", (value) => client.authorize(value), PARAMETERS);
  member("authorize, parameters", (part) => client.authorize(part), PARAMETER, "scope", "prompt", "resource", "extra");
  member("authorize, parameters", (part) => client.authorize(part), [...ABSENT, "0", "an empty list"], "max_age");
  member("authorize, parameters", (part) => client.authorize(part), [...ABSENT, "an empty list"], "redirect_uri");

  target("callback, the location", (value, pending) => client.callback(value, pending));
  target("callback, the pending login", (value, pending) => client.callback(`?code=c&state=${pending.state}`, value));
  target("callback, the call", (value, pending) => client.callback(`?code=c&state=${pending.state}`, pending, value), ["undefined", "null", "an empty object"]);
  const callback = (part, pending) => client.callback(`?code=c&state=${pending.state}`, { ...pending, ...part });
  member("callback, pending", callback, [], "issuer", "client_id", "state", "code_verifier");
  member("callback, pending", callback, TEXTS, "redirect_uri");
  member("callback, pending", callback, [...ABSENT, ...TEXTS, "empty text"], "nonce");
  member("callback, pending", callback, [...ABSENT, ...NUMBERS], "max_age");

  target("refresh, the tokens", (value) => client.refresh(value), TEXTS);
  member("refresh, tokens", (part) => client.refresh(part), TEXTS, "refresh_token");
  member("refresh, tokens", (part) => client.refresh({ refresh_token: "r", ...part }), [...ABSENT, "an empty object"], "claims");
  member("refresh, claims", (part) => client.refresh({ refresh_token: "r", claims: part }), [...ABSENT, ...TEXTS], "sub");
  target("refresh, the parameters", (value) => client.refresh("r", value), PARAMETERS);
  target("refresh, the call", (value) => client.refresh("r", {}, value), PARAMETERS);

  target("clientCredentials, the parameters", (value) => client.clientCredentials(value), PARAMETERS);
  target("clientCredentials, the call", (value) => client.clientCredentials({}, value), PARAMETERS);
  member("clientCredentials, parameters", (part) => client.clientCredentials(part), PARAMETER, "scope", "resource", "extra");
  member("clientCredentials, call", (part) => client.clientCredentials({}, part), ABSENT, "signal");
  member("clientCredentials, call", (part) => client.clientCredentials({}, part), [...ABSENT, "1.5"], "timeout");
  member("clientCredentials, call", (part) => client.clientCredentials({}, part), PARAMETERS, "headers");
  member("clientCredentials, headers", (part) => client.clientCredentials({}, { headers: part }), [...TEXTS, ...NUMBERS, ...ABSENT, "true", "empty text", "an empty list", "a list of words"], "x-trace");

  target("grant, the type", (value) => client.grant(value), TEXTS);
  target("grant, the parameters", (value) => client.grant("urn:example:grant", value), PARAMETERS);
  target("grant, the call", (value) => client.grant("urn:example:grant", {}, value), PARAMETERS);

  target("logoutUrl", (value) => client.logoutUrl(value), PARAMETERS);
  member("logoutUrl, parameters", (part) => client.logoutUrl(part), PARAMETER, "state", "id_token_hint");

  test("a GrantError has no method that fails: toJSON() works on every error there is", () => {
    try {
      codeChallenge("short");
    } catch (error) {
      return same([error instanceof GrantError, error.toJSON().code, JSON.parse(JSON.stringify({ error })).error.name], [true, "invalid_argument", "GrantError"]);
    }
    throw new Error("it did not throw");
  });
}
