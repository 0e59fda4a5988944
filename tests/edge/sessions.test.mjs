/** Sessions as a whole: kept in the coordinator, ended from elsewhere, bound to a key, begun by a form post. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { Browser, DATES, application, forgetApplication, newKey, startWorld, visitServer } from "./world.mjs";

after(forgetApplication);

async function withWorld(options, run) {
  const world = await startWorld(options);
  try {
    await run(world, new Browser(world));
  } finally {
    await world.close();
  }
}

/** What an application outside of workerd gets. */
const inlined = async () => import(pathToFileURL(join(await application(), "node_modules/grantkit/dist/entry/worker.inline.js")).href);

const code = async (response) => (await response.json()).code;

for (const date of DATES) {
  describe(`workerd at ${date}`, { timeout: 120_000, concurrency: 3 }, () => {
    test("a durable session: the cookie is a name, and small; a logout ends it for every copy", () => withWorld({ date, isolates: 2, facts: { store: "durable" } }, async (world, browser) => {
      await browser.logIn();
      const [cookie] = Object.values(browser.session);
      assert.ok(cookie.length < 150, `${cookie.length} bytes`);
      assert.equal((await browser.view({ isolate: 1 })).claims.name, "Ada Lovelace");
      const copy = browser.header;
      const out = await browser.fetch("/auth/logout", { method: "POST" });
      assert.equal(out.status, 200);
      const { location } = await out.json();
      assert.match(location, /\/session\/end\?client_id=edge&post_logout_redirect_uri=/);
      assert.deepEqual(browser.session, {});
      const answer = await browser.fetch("/api/x", { isolate: 1, headers: { cookie: copy } });
      assert.deepEqual([answer.status, await code(answer)], [401, "session_ended"]);
    }));

    test("a logout gives the tokens back to the server", () => withWorld({ date }, async (world, browser) => {
      await browser.logIn();
      const { authorization } = (await (await browser.fetch("/api/x")).json()).headers;
      await browser.fetch("/auth/logout", { method: "POST" });
      const token = await world.op.provider.AccessToken.find(authorization.slice(7));
      assert.equal(token, undefined);
      assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200, "again, it is nobody's mistake");
    }));

    test("sessions of a subject are listed and revoked, one or all", () => withWorld({ date, facts: { store: "durable" } }, async (world) => {
      const browsers = [new Browser(world), new Browser(world), new Browser(world)];
      for (const browser of browsers) await browser.logIn();
      const other = new Browser(world);
      await other.logIn("", { user: "grace" });
      const list = async () => (await world.send("/-/sessions?sub=ada.lovelace")).json();
      const listed = await list();
      assert.equal(listed.length, 3);
      await world.send(`/-/revoke?sub=ada.lovelace&id=${listed[1].id}`);
      assert.deepEqual(await Promise.all(browsers.map(async (browser) => (await browser.fetch("/api/x", { keep: false })).status)), [200, 401, 200]);
      await world.send("/-/revoke?sub=ada.lovelace");
      assert.deepEqual(await Promise.all(browsers.map(async (browser) => (await browser.fetch("/api/x", { keep: false })).status)), [401, 401, 401]);
      assert.deepEqual(await list(), []);
      assert.equal((await other.fetch("/api/x")).status, 200, "nobody else is concerned");
    }));

    for (const store of ["durable", "sealed"]) {
      test(`a logout at the server ends the session here (${store})`, () => withWorld({ date, facts: { store }, ttl: { AccessToken: 2 } }, async (world, browser) => {
        await browser.logIn();
        const { sub, sid } = (await browser.view()).claims;
        const other = new Browser(world);
        await other.logIn("", { user: "grace" });
        await (await world.op.provider.Client.find("edge")).backchannelLogout(sub, sid);
        // A sealed session is asked about when it is refreshed.
        if (store === "sealed") await new Promise((resolve) => setTimeout(resolve, 2100));
        const answer = await browser.fetch("/api/x");
        assert.deepEqual([answer.status, await code(answer)], [401, "session_ended"]);
        assert.equal((await other.fetch("/api/x")).status, 200);
      }));
    }

    test("what is no logout token ends nothing", () => withWorld({ date, facts: { store: "durable" } }, async (world, browser) => {
      await browser.logIn();
      for (const [body, error_description] of [["", "invalid_argument"], ["logout_token=", "invalid_argument"], ["logout_token=a.b.c", "malformed_jwt"], ["other=1", "invalid_argument"]]) {
        const answer = await world.send("/auth/backchannel-logout", { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });
        assert.deepEqual([answer.status, await answer.json()], [400, { error: "invalid_request", error_description }], body);
        assert.equal(answer.headers.get("cache-control"), "no-store");
      }
      assert.equal((await browser.fetch("/api/x")).status, 200);
    }));

    test("with DPoP the token is bound to a key of the session's own, through refreshes and in other isolates", () => withWorld({ date, isolates: 2, facts: { dpop: true, server: undefined }, ttl: { AccessToken: 2 } }, async (world, browser) => {
      const came = await browser.logIn();
      assert.equal(came.status, 302, await came.text());
      const shown = async (isolate) => {
        const answer = await browser.fetch("/api/x", { isolate });
        assert.equal(answer.status, 200);
        const { authorization, dpop } = (await answer.json()).headers;
        assert.match(authorization, /^DPoP \S+/);
        return JSON.parse(Buffer.from(dpop.split(".")[0], "base64url")).jwk;
      };
      const key = await shown(0);
      assert.deepEqual([key.kty, key.d], ["EC", undefined], "the private half stays");
      await new Promise((resolve) => setTimeout(resolve, 2100));
      assert.deepEqual(await shown(1), key);
      assert.equal((await world.events(1)).filter(({ event }) => event === "refresh").length, 1);
      const other = new Browser(world);
      await other.logIn();
      const theirs = JSON.parse(Buffer.from((await (await other.fetch("/api/x")).json()).headers.dpop.split(".")[0], "base64url")).jwk;
      assert.notDeepEqual(theirs, key);
    }));

    test("a login by form post: its cookie goes along from the server's site, and the session's does not", () => withWorld({ date, facts: { authorization: { response_mode: "form_post", prompt: "consent" } } }, async (world, browser) => {
      const begun = await browser.navigate("/auth/login?returnTo=/x");
      const [line] = begun.headers.getSetCookie();
      assert.match(line, /^__Host-Http-session-login\..*SameSite=None/);
      const page = await postedBy(begun.headers.get("location"));
      const came = await browser.navigate("/auth/callback", {
        method: "POST", body: page, headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site", origin: world.op.issuer },
      });
      assert.deepEqual([came.status, came.headers.get("location")], [302, `${world.origin}/x`]);
      assert.match(came.headers.getSetCookie().find((one) => one.startsWith("__Host-Http-session=")), /SameSite=Strict/);
      assert.equal((await browser.fetch("/api/x")).status, 200);
    }));
  });
}

test("without a coordinator, what needs one says so", { timeout: 30_000 }, () => withWorld({ alone: true }, async (world, browser) => {
  await browser.logIn();
  const answer = await world.send("/auth/backchannel-logout", { method: "POST", body: "logout_token=x", headers: { "content-type": "application/x-www-form-urlencoded" } });
  assert.deepEqual([answer.status, await code(answer)], [501, "not_configured"]);
  assert.match(await (await world.send("/-/sessions?sub=ada.lovelace")).text(), /coordinator/);
}));

for (const store of ["sealed", "durable"]) {
  test(`a logout that cannot be had says so, and can be asked for again (${store})`, { timeout: 30_000 }, () => withWorld({ facts: { store } }, async (world, browser) => {
    await browser.logIn();
    const copy = browser.header;
    await world.send("/-/away");
    const failed = await browser.fetch("/auth/logout", { method: "POST" });
    assert.deepEqual([failed.status, await code(failed)], [503, "coordinator_unreachable"]);
    assert.equal(browser.header, copy, "the session lives, and so does its cookie");
    await world.send("/-/away");
    assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
    assert.deepEqual(browser.session, {});
    const view = await browser.view({ headers: { cookie: copy } });
    assert.equal(view.authenticated, store === "sealed", "a sealed copy is asked about when it is refreshed");
  }));
}

test("a session that is ended from elsewhere is remembered as long as its cookie may live", { timeout: 30_000 }, async () => {
  const { secretBasic, tokenHandler } = await inlined();
  const told = [];
  const fetch = async (_, { body }) => {
    told.push(JSON.parse(body));
    return Response.json("index" in told.at(-1) ? [{ id: "s", began: 0 }] : { answer: "ended", why: "revoked" });
  };
  const absolute = 30 * 86_400;
  const handler = tokenHandler({
    issuer: "https://op.example", clientId: "app", clientAuth: secretBasic("secret"), sessionKeys: [newKey()], session: { absolute },
    coordinator: { idFromName: (name) => name, get: () => ({ fetch }) },
  });
  await (await handler.sessions()).revoke("ada");
  assert.equal(told.find(({ message }) => message === "end").keep, absolute);
});

test("a cookie from when sessions were kept in a store is no session in one that seals them", { timeout: 60_000 }, () => withWorld({ facts: { store: "durable" } }, async (world, browser) => {
  await browser.logIn();
  world.options.store = "sealed";
  await world.restart();
  const answer = await browser.fetch("/api/x", { keep: false });
  assert.deepEqual([answer.status, await code(answer)], [401, "session_damaged"]);
  assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
  assert.deepEqual(browser.session, {});
}));

test("a handler without credentials of its own is refused", { timeout: 30_000 }, async () => {
  const said = [];
  const { none, tokenHandler } = await inlined();
  const options = { issuer: "https://op.example", clientId: "app", sessionKeys: [newKey()], log: (event) => said.push(event) };
  for (const clientAuth of [none(), undefined]) {
    const answer = await tokenHandler({ ...options, clientAuth }).fetch(new Request("https://app.example/auth/session"));
    assert.deepEqual([answer.status, await code(answer)], [500, "misconfigured"]);
  }
  assert.ok(said.length === 2 && said.every(({ message }) => message.startsWith("clientAuth:")), "the operator reads why");
});

test("a form post for a page without a handler comes to it in the fragment", { timeout: 30_000 }, async () => {
  const { relayFormPost } = await inlined();
  const post = (body, type = "application/x-www-form-urlencoded") => relayFormPost(new Request("https://app.example/relay", { method: "POST", body, headers: { "content-type": type } }), "/callback");
  const answer = await post("code=c&state=s&iss=https%3A%2F%2Fop.example&other=1");
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "https://app.example/callback#code=c&state=s&iss=https%3A%2F%2Fop.example"]);
  assert.equal((await post("{}", "application/json")).status, 400);
  assert.equal((await post("code=".padEnd(70_000, "c"))).status, 400);
  assert.equal((await relayFormPost(new Request("https://app.example/relay"), "/callback")).status, 405);
});

/** What the server's form would post: the parameters of its `form_post` page. */
async function postedBy(address) {
  const url = new URL(address);
  url.searchParams.set("response_mode", "query");
  const callback = new URL(await visitServer(url.href));
  return callback.search.slice(1);
}
