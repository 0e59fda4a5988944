/** What a request may, where it goes and with what, and what must not come along: in real workerd, under a recent date and an old one. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";

import { Browser, DATES, forgetApplication, startWorld, visitServer } from "./world.mjs";

after(forgetApplication);

const problem = async (response) => [response.status, (await response.json()).code];

for (const date of DATES) {
  describe(`workerd at ${date}`, { timeout: 60_000 }, () => {
    let world, browser;
    before(async () => {
      world = await startWorld({ date });
      browser = new Browser(world);
      await browser.logIn();
    });
    after(() => world.close());

    test("the API gets the token, and neither cookies nor what the page made up", async () => {
      const answer = await browser.fetch("/api/a/b?q=1", {
        method: "POST", body: '{"a":1}', headers: { "content-type": "application/json", authorization: "Bearer forged", dpop: "forged", "x-hop": "1", connection: "X-Hop, a b", "x-kept": "1" },
      });
      const { method, url, headers, body } = await answer.json();
      assert.deepEqual([method, url, body], ["POST", "/base/a/b?q=1", '{"a":1}']);
      assert.match(headers.authorization, /^Bearer (?!forged)\S{20,}$/);
      for (const name of ["cookie", "x-csrf", "dpop", "x-hop"]) assert.equal(headers[name], undefined, name);
      assert.deepEqual([headers["x-kept"], headers["content-type"]], ["1", "application/json"]);
    });

    test("what the API answers is stored nowhere, sets no cookie here and approves nobody", async () => {
      const answer = await browser.fetch("/api/x");
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("vary"), "Cookie");
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
      assert.equal(answer.headers.get("x-api"), "1");
      for (const name of ["cdn-cache-control", "x-accel-redirect", "alt-svc", "expires"]) assert.equal(answer.headers.get(name), null, name);
      assert.match(answer.headers.get("server-timing"), /upstream;dur=\d+.*handler;dur=\d+/);
      const own = await browser.fetch("/api/x?cache=private,max-age=60");
      assert.equal(own.headers.get("cache-control"), "private,max-age=60", "an API that knew better");
    });

    test("each response of the handler's own is stored nowhere", async () => {
      const stranger = new Browser(world);
      for (const answer of [
        await browser.view().then(() => browser.fetch("/auth/session")), await stranger.fetch("/auth/session"), await stranger.fetch("/api/x"),
        await stranger.navigate("/auth/login"), await stranger.navigate("/auth/callback?state=x"), await stranger.fetch("/auth/else"),
      ]) {
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.match(answer.headers.get("vary"), /Cookie/);
      }
    });

    test("a request of another site, or without the header, does nothing, in either direction", async () => {
      for (const [path, method] of [["/api/x", "GET"], ["/api/x", "POST"], ["/auth/session", "GET"], ["/auth/refresh", "POST"], ["/auth/logout", "POST"]]) {
        const seen = world.api.seen.length;
        for (const headers of [
          { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site", origin: "https://sibling.example" }, { "x-csrf": "" },
          { "sec-fetch-site": "", origin: "https://evil.example" },
        ]) {
          const answer = await browser.fetch(path, { method, headers });
          assert.equal(answer.status, 403, `${method} ${path} ${JSON.stringify(headers)}`);
          assert.equal(answer.headers.get("access-control-allow-origin"), null);
        }
        assert.equal(world.api.seen.length, seen, "the API hears nothing of it");
      }
      const preflight = await browser.fetch("/api/x", { method: "OPTIONS", headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example", "access-control-request-headers": "x-csrf" } });
      assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-headers")], [403, null]);
      assert.equal((await browser.view()).authenticated, true, "and the session goes on");
    });

    test("a path that could lead elsewhere is refused before a token is attached", async () => {
      const seen = world.api.seen.length;
      for (const path of ["/api/%2e%2e%2fown/", "/api/..%2fx", "/api/a%2fb", "/api/a%5cb", "/api/%252e%252e/x", "/api/..;/x", "/api//x", "/api/%00"]) {
        assert.deepEqual(await problem(await browser.fetch(path)), [400, "path_refused"], path);
      }
      assert.equal(world.api.seen.length, seen);
      await browser.fetch("/api/../open/x");
      assert.match(world.api.seen.at(-1).url, /^\/open\/x/, "dots are gone before any route is chosen");
      assert.equal(world.api.seen.at(-1).token, "", "and this one takes no token");
    });

    test("a letter that is encoded without need chooses no other route, and a percent sign is one", async () => {
      await browser.fetch("/%6fpen/%78");
      assert.deepEqual([world.api.seen.at(-1).url, world.api.seen.at(-1).token], ["/open/x", ""]);
      assert.deepEqual(await problem(await browser.fetch("/%6fpen/x", { method: "POST" })), [405, "method_not_allowed"]);
      const sale = await browser.fetch("/api/50%25%20off/a%2Eb");
      assert.deepEqual([sale.status, (await sale.json()).url], [200, "/base/50%25%20off/a.b"]);
    });

    test("an API that refuses the handler's own token does not have it ask for one with each request", async () => {
      const { headers } = await (await browser.fetch("/own/x")).json();
      const asked = world.gate.grants.length;
      world.api.refuse.add(headers.authorization);
      for (let at = 0; at < 5; at++) assert.equal((await browser.fetch("/own/x")).status, 401);
      assert.equal(world.gate.grants.length, asked);
      world.api.refuse.clear();
    });

    test("a link asks for no less than the operator does", async () => {
      const begun = await new Browser(world).navigate("/auth/login?prompt=login&prompt=&max_age=abc&acr_values=");
      const { searchParams } = new URL(begun.headers.get("location"));
      assert.deepEqual(["prompt", "max_age", "acr_values"].map((name) => searchParams.get(name)), ["consent", null, null]);
    });

    test("a route takes its methods, and the token that it is set up for", async () => {
      assert.deepEqual(await problem(await browser.fetch("/open/x", { method: "POST" })), [405, "method_not_allowed"]);
      const open = await (await browser.fetch("/open/x", { headers: { "x-csrf": "", authorization: "Bearer mine" } })).json();
      assert.equal(open.headers.authorization, undefined);
      const own = await (await new Browser(world).fetch("/own/x")).json();
      const again = await (await new Browser(world).fetch("/own/x")).json();
      assert.match(own.headers.authorization, /^Bearer \S+/);
      assert.equal(again.headers.authorization, own.headers.authorization, "the handler's own token is asked for once");
      const told = await (await world.send("/-/client-token")).json();
      assert.equal(`Bearer ${told.token}`, own.headers.authorization);
      assert.equal(world.gate.grants.filter((grant) => grant === "client_credentials").length, 1);
    });

    test("a redirect of the API stays in its route or is refused", async () => {
      const inside = await browser.fetch(`/api/redirect?to=${encodeURIComponent(`${world.api.origin}/base/y?z=1`)}`);
      assert.deepEqual([inside.status, inside.headers.get("location")], [302, "/api/y?z=1"]);
      for (const to of ["https://evil.example/", "/elsewhere", "//evil.example/base/"]) {
        assert.deepEqual(await problem(await browser.fetch(`/api/redirect?to=${encodeURIComponent(to)}`)), [502, "upstream_redirect"], to);
      }
    });

    test("an API that is away is a bad gateway", async () => {
      assert.deepEqual(await problem(await browser.fetch("/gone/x")), [502, "upstream_unreachable"]);
    });

    test("an API that does not begin to answer in the time that its route has is told of; what has begun takes its time", async () => {
      assert.deepEqual(await problem(await browser.fetch("/timed/never")), [504, "upstream_timeout"]);
      assert.deepEqual(await problem(await browser.fetch("/timed/never", { method: "POST", body: "{}" })), [504, "upstream_timeout"]);
      assert.equal(await (await browser.fetch("/timed/begun")).text(), "begun, and done");
    });

    test("bodies stream both ways", async () => {
      const upload = new Readable({ read() {} });
      const answered = browser.fetch("/api/stream", { method: "POST", body: upload, headers: { "content-type": "text/plain" } });
      upload.push("one");
      const response = await answered;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      const until = async (part) => { while (!text.includes(part)) { const { done, value } = await reader.read(); assert.ok(!done, `${part} in ${text}`); text += value; } };
      await until("<one>");
      upload.push("two");
      await until("<two>");
      upload.push(null);
      await until("end");
    });

    test("a WebSocket of this origin is passed on with the token, and one of another is not", async () => {
      const cookie = browser.header;
      const { status, say } = await world.socket("/api/socket", { origin: world.origin, cookie });
      assert.equal(status, 101);
      assert.equal(await say("hello"), "api says hello");
      assert.match(world.api.seen.at(-1).token, /^Bearer \S+/);
      assert.equal(world.api.seen.at(-1).headers.cookie, undefined);
      const seen = world.api.seen.length;
      for (const headers of [{ origin: "https://evil.example", cookie }, { cookie }, { origin: world.origin, cookie, "sec-fetch-site": "cross-site" }]) {
        assert.equal((await world.socket("/api/socket", headers)).status, 403, JSON.stringify(headers.origin));
      }
      assert.equal((await world.socket("/api/socket", { origin: world.origin })).status, 401, "nobody is logged in");
      assert.equal(world.api.seen.length, seen);
    });

    test("an API that refuses the token as expired gets a new one, once it is old enough to be believed", async () => {
      const answer = await browser.fetch("/api/x");
      const { headers } = await answer.json();
      world.api.refuse.add(headers.authorization);
      const before = world.gate.refreshes();
      assert.equal((await browser.fetch("/api/x")).status, 401, "as good as new: the API means something else, and says it to the page");
      assert.equal(world.gate.refreshes(), before);
      world.api.refuse.clear();
    });

    test("a login leads to this origin alone", async () => {
      for (const returnTo of ["//evil.example", "/\\evil.example", "https://evil.example", "/%2f/evil.example", "/\t/evil.example", "javascript:alert(1)", "/auth/login", "/%61uth/login"]) {
        const answer = await new Browser(world).navigate(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
        assert.deepEqual([answer.status, answer.headers.get("location"), answer.headers.getSetCookie()], [400, null, []], returnTo);
        assert.match(await answer.text(), /return_to_refused/);
      }
    });

    test("a look ahead begins no login, nor does a fetch or a foreign frame", async () => {
      const ahead = await new Browser(world).navigate("/auth/login", { headers: { "sec-purpose": "prefetch" } });
      assert.deepEqual([ahead.status, ahead.headers.getSetCookie()], [204, []]);
      for (const headers of [{ "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" }]) {
        const answer = await new Browser(world).navigate("/auth/login", { headers });
        assert.deepEqual([answer.status, answer.headers.getSetCookie()], [403, []]);
      }
    });

    test("login CSRF: a callback of somebody else's login is refused, also where a login of one's own is under way", async () => {
      const attacker = new Browser(world);
      const begun = await attacker.navigate("/auth/login");
      const callback = await visitServer(begun.headers.get("location"), { user: "mallory" });
      for (const victim of [new Browser(world), await (async () => { const it = new Browser(world); await it.navigate("/auth/login"); return it; })(), browser]) {
        const before = { ...victim.session };
        const answer = await victim.navigate(callback);
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), /callback_unknown/);
        assert.deepEqual(victim.session, before);
      }
      assert.equal((await browser.view()).claims.name, "Ada Lovelace");
      assert.equal((await attacker.navigate(callback)).status, 302, "it was a good one, for whom it was meant");
      assert.equal((await attacker.navigate(callback)).status, 400, "and for once");
    });

    test("session fixation: a login takes nothing over from what the browser had", async () => {
      const stranger = new Browser(world);
      const [name] = Object.keys(browser.session);
      stranger.cookies.set(name, browser.session[name]);
      stranger.cookies.set(`${name}.1`, "left");
      await stranger.logIn("", { user: "grace" });
      assert.notEqual(stranger.session[name], browser.session[name]);
      assert.equal((await stranger.view()).claims.name, "Grace");
      assert.equal(stranger.cookies.has(`${name}.1`), false);
      await browser.logIn();
    });

    test("many logins that nobody finishes fill no header, and the newest is good", async () => {
      const visitor = new Browser(world);
      let newest;
      for (let at = 0; at < 9; at++) newest = await visitor.navigate("/auth/login");
      assert.ok(visitor.header.length < 5000, `${visitor.header.length} bytes`);
      const callback = await visitServer(newest.headers.get("location"));
      assert.equal((await visitor.navigate(callback)).status, 302);
    });

    test("logins from one address have a rate", async () => {
      const visitor = new Browser(world);
      const statuses = [];
      let last;
      for (let at = 0; at < 22; at++) statuses.push((last = await visitor.navigate("/auth/login", { headers: { "cf-connecting-ip": "192.0.2.1" } })).status);
      assert.equal(statuses.at(-1), 429);
      assert.ok(statuses.indexOf(429) >= 20 && Number(last.headers.get("retry-after")) > 0);
      assert.equal((await visitor.navigate("/auth/login", { headers: { "cf-connecting-ip": "192.0.2.2" } })).status, 302, "others have theirs");
    });

    test("what the server refuses is a page of words, and nothing of what the server wrote", async () => {
      const visitor = new Browser(world);
      const begun = await visitor.navigate("/auth/login?returnTo=/here");
      const state = new URL(begun.headers.get("location")).searchParams.get("state");
      const answer = await visitor.navigate(`/auth/callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state=${state}&iss=${encodeURIComponent(world.op.issuer)}`);
      const page = await answer.text();
      assert.equal(answer.status, 400);
      assert.match(page, /access_denied/);
      assert.doesNotMatch(page, /script/);
      assert.match(answer.headers.get("content-security-policy"), /^default-src 'none'; .*; frame-ancestors 'none'$/);
    });

    test("a silent login that cannot be silent comes back where it began, and says so", async () => {
      const visitor = new Browser(world);
      const begun = await visitor.navigate("/auth/login?returnTo=/here%3Fa=1&prompt=none");
      const asked = new URL(begun.headers.get("location"));
      assert.equal(asked.searchParams.get("prompt"), "none");
      const answered = await fetch(asked, { redirect: "manual" });
      const answer = await visitor.navigate(answered.headers.get("location"));
      assert.deepEqual([answer.status, answer.headers.get("location")], [302, `${world.origin}/here?a=1&login_error=login_required`]);
    });

    test("no event, no page and no answer has a secret in it", async () => {
      const text = JSON.stringify(await world.events());
      for (const { token } of world.api.seen.filter(({ token }) => token !== "")) assert.ok(!text.includes(token.slice(7)), "an access token");
      for (const value of browser.cookies.values()) assert.ok(!text.includes(value.slice(5)), "a cookie");
      assert.doesNotMatch(text, /edge-secret|refresh_token=|code=/);
      assert.ok((await world.events()).some(({ event, code }) => event === "refused" && code === "cross_site"));
    });
  });
}
