/** What was in the module's memory during a call is not there after it: every page of it is searched, as whoever reads a core dump would. */
import assert from "node:assert/strict";
import { test } from "node:test";

/** Each instance that the package makes, kept to look into it. */
const instances = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...words) {
    super(...words);
    instances.push(this);
  }
};
const { Client, codeChallenge, parseTokenResponse, buildTokenRequest, secretPost } = await import("../../pkg/dist/entry/client.inline.js");

const SERVER = {
  issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize", token_endpoint: "https://op.example/token",
  introspection_endpoint: "https://op.example/introspect", revocation_endpoint: "https://op.example/revoke",
};
const CODE = "SplxlOBeZQQYbYS6WxSbIA-code";
const ACCESS = "2YotnFZFEjr1zCsicMWpAA-access";
const REFRESH = "tGzv3JOkF0XG5Qx2TlKWIA-refresh";
const CLIENT_SECRET = "a-client-secret-of-some-length";

/** Where a text stands in the memory of any instance, in UTF-8 or UTF-16: how often. */
function found(text) {
  const forms = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
  return instances.flatMap(({ exports }) => forms.map((form) => Buffer.from(exports.memory.buffer).indexOf(form) >= 0)).filter(Boolean).length;
}

function client(answer, options) {
  const fetch = async () => answer();
  return new Client(SERVER, { clientId: "app", redirectUri: "https://app.example/cb", fetch, ...options });
}

const tokens = () => Response.json({ access_token: ACCESS, token_type: "Bearer", expires_in: 60, refresh_token: REFRESH });
const page = () => new Response(`<h1>Bad gateway</h1>${REFRESH}`, { status: 502, headers: { "content-type": "text/html" } });

test("the search finds what is there", () => {
  codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const [{ exports }] = instances;
  const bytes = Buffer.from(exports.memory.buffer);
  const end = bytes.length - 64;
  bytes.write("a needle in the hay", end);
  assert.equal(found("a needle in the hay"), 1);
  bytes.fill(0, end);
  assert.equal(found("a needle in the hay"), 0);
});

for (const [what, answer] of [["goes well", tokens], ["fails", page]]) {
  test(`after a login that ${what}, no state, verifier, code or token is in the module's memory`, async () => {
    const one = client(answer);
    const { pending } = await one.authorize();
    const secrets = [pending.state, pending.code_verifier, CODE, ACCESS, REFRESH];
    await one.callback(`?code=${CODE}&state=${pending.state}`, pending).catch(() => {});
    await one.refresh(REFRESH).catch(() => {});
    await one.introspect(ACCESS).catch(() => {});
    await one.revoke(REFRESH).catch(() => {});
    for (const secret of secrets) assert.equal(found(secret), 0, `${secret.slice(0, 6)}… is there`);
  });
}

test("a callback that is refused, and the functions without a network, leave nothing either", async () => {
  const one = client(tokens);
  const { pending } = await one.authorize();
  await one.callback(`?code=${CODE}&state=${pending.state}x`, pending).catch(() => {});
  const verifier = "aVerifierThatIsNotRandomAtAll-0123456789-abcdefg";
  codeChallenge(verifier);
  parseTokenResponse({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ access_token: ACCESS, token_type: "Bearer", refresh_token: REFRESH }) });
  buildTokenRequest(SERVER, { clientId: "app", clientAuth: secretPost(CLIENT_SECRET) }, { grant_type: "authorization_code", code: CODE, code_verifier: verifier });
  for (const secret of [pending.state, pending.code_verifier, verifier, CODE, ACCESS, REFRESH, CLIENT_SECRET]) assert.equal(found(secret), 0, `${secret.slice(0, 6)}… is there`);
});

test("what must live as long as the client, its secret, is there: and nothing else of it", async () => {
  const one = client(tokens, { clientAuth: secretPost(CLIENT_SECRET) });
  await one.refresh(REFRESH);
  assert.equal(found(CLIENT_SECRET), 1, "once, in the client's options");
  assert.equal(found(REFRESH), 0);
});
