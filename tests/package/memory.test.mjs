/** What was in the modules' memory during a call is not there after it: every page of it is searched, as whoever reads a core dump would. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";

/** Each instance that the package makes, kept to look into it: those of the entries' modules, and those that unpacked them. */
const instances = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...words) {
    super(...words);
    instances.push(this);
  }
};
const { Client, codeChallenge, parseTokenResponse, buildTokenRequest, secretPost } = await import("../../pkg/dist/entry/client.inline.js");
const { tokenHandler } = await import("../../pkg/dist/entry/worker.inline.js");

const SERVER = {
  issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize", token_endpoint: "https://op.example/token",
  introspection_endpoint: "https://op.example/introspect", revocation_endpoint: "https://op.example/revoke",
};
const CODE = "SplxlOBeZQQYbYS6WxSbIA-code";
const ACCESS = "2YotnFZFEjr1zCsicMWpAA-access";
const REFRESH = "tGzv3JOkF0XG5Qx2TlKWIA-refresh";
const CLIENT_SECRET = "a-client-secret-of-some-length";

/** In how many of these memories a text stands, in UTF-8 or UTF-16. */
function found(text, among = instances) {
  const forms = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
  return among.flatMap(({ exports }) => forms.map((form) => Buffer.from(exports.memory.buffer).indexOf(form) >= 0)).filter(Boolean).length;
}

/** The client's is asked for first, and is unpacked before. */
function clientsModule() {
  const [, module] = instances;
  return module;
}

function client(answer, options) {
  const fetch = async () => answer();
  return new Client(SERVER, { clientId: "app", redirectUri: "https://app.example/cb", fetch, ...options });
}

const tokens = () => Response.json({ access_token: ACCESS, token_type: "Bearer", expires_in: 60, refresh_token: REFRESH });
/** Tokens that have run out when they come: each use needs a refresh. */
const stale = () => Response.json({ access_token: ACCESS, token_type: "Bearer", expires_in: 0, refresh_token: REFRESH });
const page = () => new Response(`<h1>Bad gateway</h1>${REFRESH}`, { status: 502, headers: { "content-type": "text/html" } });

test("the search finds what is there", () => {
  codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  assert.equal(instances.length, 4, "the client's module, the token handler's, and what unpacked each");
  const { exports } = clientsModule();
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

/** What anybody wrote to the console. */
const said = [];
for (const name of ["debug", "error", "info", "log", "warn"]) console[name] = (...words) => said.push(words.map((word) => word?.stack ?? JSON.stringify(word)).join(" "));

/** A token handler in this process, its authorization server, and a browser of one cookie jar; `heard` is what a page and a log are told. */
function handlerAt(answer) {
  const heard = [];
  const key = randomBytes(32).toString("base64url");
  const secrets = [key, key.slice(0, 20)];
  const fetch = async (url, { body } = {}) => {
    const form = new URLSearchParams(String(body ?? ""));
    secrets.push(...["code_verifier", "code", "refresh_token"].flatMap((name) => form.getAll(name)));
    return url.startsWith(SERVER.issuer) ? answer() : new Response("data");
  };
  const handler = tokenHandler({
    issuer: SERVER.issuer, server: SERVER, clientId: "edge", clientAuth: secretPost(CLIENT_SECRET), scope: "api", origin: "https://app.example", sessionKeys: [key],
    routes: { "/api/": "https://api.example/" }, fetch, log: (event) => heard.push(JSON.stringify(event)),
  });
  const jar = new Map();
  const ask = async (path, { method = "GET", headers = {} } = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await handler.fetch(new Request(`https://app.example${path}`, { method, headers: { cookie, "sec-fetch-site": "same-origin", "x-csrf": "1", ...headers } }));
    const told = [...response.headers].filter(([name]) => name !== "set-cookie" && name !== "location");
    heard.push(JSON.stringify(told), await response.clone().text());
    for (const [, name, value, age] of response.headers.getSetCookie().map((line) => /^([^=]+)=([^;]*).*Max-Age=(\d+)/.exec(line))) {
      if (age === "0") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  const logIn = async () => {
    const begun = await ask("/auth/login", { headers: { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } });
    const state = new URL(begun.headers.get("location")).searchParams.get("state");
    secrets.push(state);
    return ask(`/auth/callback?code=${CODE}&state=${state}`, { headers: { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } });
  };
  return { secrets, jar, heard, ask, logIn };
}

/** The client's secret stays, in the options of its client; of everything else nothing does, and nobody is told any of it. */
function isClean({ secrets, jar, heard }, when) {
  const cookies = [...jar.values()].map((value) => value.slice(2, 60)).filter(Boolean);
  const all = [...secrets, ...cookies, CODE, ACCESS, REFRESH];
  for (const secret of all) assert.equal(found(secret), 0, `${secret.slice(0, 6)}… is in memory after ${when}`);
  for (const secret of [...all, CLIENT_SECRET]) for (const text of [...heard, ...said]) assert.ok(!text.includes(secret), `${secret.slice(0, 6)}… is told after ${when}: ${text}`);
  assert.ok(heard.length > 1, "something was told");
}

test("a token handler leaves neither codes, tokens nor its keys in the modules' memory, through login, use, refresh and logout", async () => {
  let answer = stale;
  const edge = handlerAt(() => answer());
  assert.equal((await edge.logIn()).status, 302);
  answer = tokens;
  assert.ok(edge.jar.has("__Host-Http-session") && edge.secrets.length > 4, "somebody is logged in");
  isClean(edge, "a login");
  for (const [path, method, status] of [["/auth/session", "GET", 200], ["/api/orders", "GET", 200], ["/auth/refresh", "POST", 200], ["/auth/logout", "POST", 200]]) {
    assert.equal((await edge.ask(path, { method })).status, status, path);
    isClean(edge, path);
  }
  assert.ok(edge.secrets.includes(REFRESH), "there was a refresh");
});

test("a token handler leaves nothing there either where something fails: the server, a cookie, a callback, a key", async () => {
  let answer = page;
  const edge = handlerAt(() => answer());
  assert.notEqual((await edge.logIn()).status, 302);
  isClean(edge, "a login that failed");
  answer = stale;
  assert.equal((await edge.logIn()).status, 302);
  answer = page;
  assert.notEqual((await edge.ask("/api/orders")).status, 200);
  assert.ok(edge.secrets.includes(REFRESH), "there was a refresh");
  isClean(edge, "a refresh that failed");
  assert.notEqual((await edge.ask(`/auth/callback?code=${CODE}&state=nobodys-state-at-all`)).status, 302);
  isClean(edge, "a callback of nobody's login");
  edge.jar.set("__Host-Http-session", `${edge.jar.get("__Host-Http-session") ?? "1.AAAA"}AAAA`);
  assert.equal((await edge.ask("/api/orders")).status, 401);
  isClean(edge, "a damaged cookie");
  const bad = "a-key-that-somebody-typed-by-hand-and-kept";
  const misconfigured = tokenHandler({ issuer: SERVER.issuer, server: SERVER, clientId: "edge", clientAuth: secretPost(CLIENT_SECRET), sessionKeys: [bad] });
  const refused = await misconfigured.fetch(new Request("https://app.example/auth/session"));
  assert.equal(refused.status, 500);
  assert.equal(found(bad), 0, "a key that was refused");
  assert.ok(said.some((text) => text.includes("sessionKeys")), "the operator is told");
  for (const text of [...said, await refused.text()]) assert.ok(!text.includes(bad) && !text.includes(CLIENT_SECRET), text);
});

test("what a console, JSON and text show of a client, a handler and an error is no secret", async () => {
  const one = client(page, { clientAuth: secretPost(CLIENT_SECRET) });
  const { pending } = await one.authorize();
  const error = await one.callback(`?code=${CODE}&state=${pending.state}`, pending).catch((thrown) => thrown);
  const key = randomBytes(32).toString("base64url");
  const handler = tokenHandler({ issuer: SERVER.issuer, server: SERVER, clientId: "edge", clientAuth: secretPost(CLIENT_SECRET), sessionKeys: [key] });
  for (const value of [one, handler, error, await handler.sessions().catch((thrown) => thrown)]) {
    const shown = [inspect(value, { showHidden: true, depth: 20 }), JSON.stringify(value), String(value)].join("\n");
    for (const secret of [CLIENT_SECRET, CODE, REFRESH, pending.code_verifier, pending.state, key]) assert.ok(!shown.includes(secret), `${secret.slice(0, 6)}… is shown: ${shown}`);
  }
  assert.ok(inspect(error).includes("502") && inspect(one).includes("Client"), "something is shown");
});

test("what must live as long as the client, its secret, is there: and nothing else of it", async () => {
  const one = client(tokens, { clientAuth: secretPost(CLIENT_SECRET) });
  await one.refresh(REFRESH);
  assert.equal(found(CLIENT_SECRET, [clientsModule()]), 1, "in UTF-8, in the client's options");
  assert.equal(found(REFRESH), 0);
});
