/** What an error says goes into logs. Whatever fails, and whatever the server quotes, no secret of either side is in it. */

const SERVER = { issuer: "https://op.example", authorization_endpoint: "https://op.example/a", token_endpoint: "https://op.example/token", jwks_uri: "https://op.example/keys" };
const CLIENT_SECRET = "client+secret/with odd&characters";
const CODE = "SplxlOBeZQQYbYS6WxSbIA-the-code";
const REFRESH = "tGzv3JOkF0XG5Qx2TlKWIA-the-refresh-token";
const ACCESS = "2YotnFZFEjr1zCsicMWpAA-the-access-token";
const SHORT = "hunter2!";

export default function (test, { grantkit, same, holds }) {
  const { Client, buildTokenRequest, codeChallenge, parseTokenResponse, randomCodeVerifier, secretBasic, secretPost } = grantkit;
  const encoded = (secret) => new URLSearchParams({ x: secret }).toString().slice(2);

  /** A client whose server answers with `reply(body, authorization)`. */
  function clientAt(reply, options) {
    const fetch = async (url, { body = "", headers }) => {
      const { status = 200, text, type = "text/html" } = reply(body, headers.authorization ?? "");
      return new Response(text, { status, headers: { "content-type": type } });
    };
    return new Client(SERVER, { clientId: "app", clientAuth: secretPost(CLIENT_SECRET), redirectUri: "https://app.example/cb", fetch, ...options });
  }

  /** The error of `work`, in every form that ends in a log, has none of these. */
  async function discreet(work, secrets) {
    let thrown;
    try {
      await work();
    } catch (error) {
      thrown = error;
    }
    same(thrown?.name, "GrantError", "what is thrown");
    const own = Object.getOwnPropertyNames(thrown).map((name) => `${name}: ${typeof thrown[name] === "object" ? JSON.stringify(thrown[name]) : String(thrown[name])}`);
    const log = [JSON.stringify(thrown), JSON.stringify(thrown.toJSON()), thrown.message, thrown.stack, String(thrown), ...own, String(thrown.cause), String(thrown.cause?.stack)].join("\n");
    const spelt = (one) => [one, encoded(one), btoa(one), one.replaceAll("&", "&amp;").replaceAll("/", "&#x2F;"), one.replaceAll("&", "\\u0026").replaceAll("/", "\\/")];
    for (const secret of secrets.flatMap(spelt)) holds(!log.includes(secret), `a secret stands in ${log}`);
  }

  const quoting = {
    "a page": (body, authorization) => ({ text: `<pre>${body} ${authorization} ${ACCESS}</pre>` }),
    "a page, decoded": (body) => ({ status: 502, text: decodeURIComponent(body.replaceAll("+", " ")) }),
    "a page, escaped": (body) => ({ status: 502, text: `<pre>${decodeURIComponent(body.replaceAll("+", " ")).replaceAll("&", "&amp;").replaceAll("/", "&#x2F;")}</pre>` }),
    "what JSON escaped": (body) => ({ status: 502, type: "application/json", text: JSON.stringify(Object.fromEntries(new URLSearchParams(body))).replaceAll("&", "\\u0026").replaceAll("/", "\\/") }),
    "a refusal": (body, authorization) => ({ status: 400, type: "application/json", text: JSON.stringify({ error: "invalid_grant", error_description: `${decodeURIComponent(body.replaceAll("+", " "))} ${authorization}`, error_uri: `https://op.example/?${body}` }) }),
    "the error's own name": (body) => ({ status: 400, type: "application/json", text: JSON.stringify({ error: body }) }),
    "broken JSON": (body) => ({ type: "application/json", text: `{"access_token":"${ACCESS}","echo":"${body}"` }),
    "a token response with a wrong member": () => ({ type: "application/json", text: JSON.stringify({ access_token: ACCESS, refresh_token: REFRESH, token_type: "Bearer", expires_in: "soon" }) }),
    "a token response of another type": () => ({ type: "application/json", text: JSON.stringify({ access_token: ACCESS, refresh_token: REFRESH, token_type: ACCESS }) }),
    "a response with a broken ID token": () => ({ type: "application/json", text: JSON.stringify({ access_token: ACCESS, refresh_token: REFRESH, token_type: "Bearer", id_token: `${ACCESS}.${REFRESH}.x` }) }),
    "a form": (body) => ({ type: "application/x-www-form-urlencoded", text: `error=invalid_request&error_description=${encodeURIComponent(body)}&access_token=${ACCESS}` }),
  };
  for (const [what, reply] of Object.entries(quoting)) {
    test(`where a server quotes secrets in ${what}, the error holds none`, async () => {
      for (const options of [{}, { clientAuth: secretBasic(CLIENT_SECRET) }, { clientAuth: secretBasic(CLIENT_SECRET), basicEncoding: "raw" }, { strict: true }]) {
        const client = clientAt(reply, options);
        const login = async () => {
          const { pending } = await client.authorize();
          await discreet(() => client.callback(`?code=${CODE}&state=${pending.state}`, pending), [CLIENT_SECRET, CODE, ACCESS, REFRESH, pending.code_verifier, pending.state]);
        };
        await login();
        await discreet(() => client.refresh(REFRESH), [CLIENT_SECRET, REFRESH, ACCESS]);
        await discreet(() => client.grant("urn:example:grant", { assertion: CODE }), [CLIENT_SECRET, CODE, ACCESS]);
      }
    });
  }

  test("a secret that is as short as a word is blotted out where it was sent", async () => {
    const reply = (body) => ({ status: 400, type: "application/json", text: JSON.stringify({ error: "invalid_client", error_description: `no: ${decodeURIComponent(body)}` }) });
    const client = clientAt(reply, { clientAuth: secretPost(SHORT) });
    await discreet(() => client.refresh("r3fresh!"), [SHORT, "r3fresh!"]);
  });

  test("a callback that is refused is not quoted", async () => {
    const client = clientAt(() => ({ text: "" }));
    const { pending } = await client.authorize();
    const secrets = [CODE, pending.state, pending.nonce ?? CODE, pending.code_verifier, CLIENT_SECRET];
    for (const query of [`code=${CODE}&state=${pending.state}x`, `code=${CODE}&code=${CODE}&state=${pending.state}`, `error=${pending.state}&state=${pending.state}`, `error=access_denied&error_description=${pending.code_verifier}&state=${pending.state}`]) {
      await discreet(() => client.callback(`https://app.example/cb?${query}`, pending), secrets);
    }
    await discreet(() => client.callback("?x", { ...pending, code_verifier: `${pending.code_verifier} ` }), secrets);
  });

  test("an argument that is refused is named, not quoted", async () => {
    const bad = `${randomCodeVerifier()}!`;
    const options = { clientId: "app", clientAuth: secretPost(CLIENT_SECRET) };
    const grant = { grant_type: "refresh_token", refresh_token: REFRESH };
    await discreet(() => codeChallenge(bad), [bad]);
    await discreet(() => new Client(SERVER, { clientId: "app", clientSecret: CLIENT_SECRET }), [CLIENT_SECRET]);
    await discreet(() => new Client(SERVER, { clientId: "app", clientAuth: { method: "none of them", client_secret: CLIENT_SECRET } }), [CLIENT_SECRET]);
    await discreet(() => new Client(SERVER, { ...options, leeway: "x" }), [CLIENT_SECRET]);
    await discreet(() => buildTokenRequest(SERVER, options, { ...grant, code_verifier: bad }), [CLIENT_SECRET, REFRESH, bad]);
    await discreet(() => buildTokenRequest({ ...SERVER, token_endpoint: "http://op.example" }, options, grant), [CLIENT_SECRET, REFRESH]);
    await discreet(() => buildTokenRequest(SERVER, options, { ...grant, client_secret: CLIENT_SECRET }), [CLIENT_SECRET, REFRESH]);
    await discreet(() => parseTokenResponse({ status: 200, headers: {}, body: JSON.stringify({ access_token: ACCESS, refresh_token: REFRESH }) }, { strict: true }), [ACCESS, REFRESH]);
    const client = clientAt(() => ({ text: "" }));
    await discreet(() => client.refresh(REFRESH, { refresh_token: REFRESH }), [REFRESH, CLIENT_SECRET]);
    await discreet(() => client.refresh(REFRESH, {}, { headers: { "x-a": `${ACCESS}\n` } }), [REFRESH, ACCESS]);
  });

  test("a failure on the way says nothing of what was on its way", async () => {
    for (const fetch of [async () => { throw new TypeError(`fetch failed: ${REFRESH}`); }, async (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))]) {
      const client = new Client(SERVER, { clientId: "app", clientAuth: secretBasic(CLIENT_SECRET), fetch, timeout: 50 });
      await discreet(() => client.refresh(REFRESH), [REFRESH, CLIENT_SECRET]);
    }
  });
}
