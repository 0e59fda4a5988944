/** The token handler over https, as a browser meets it: what is kept, sent and hidden is the engine's to show. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { OTHERS, launchChromium, until } from "../session/browsers.mjs";
import { answerServer } from "../session/steps.mjs";
import { forgetApplication, startWorld } from "./world.mjs";

const ENGINES = { Chromium: launchChromium, ...OTHERS };

/** What the page's own script asks, and how that ended. */
const ask = (tab, path, init = {}) => tab.run(`async (path, init) => {
  try {
    const response = await fetch(path, { ...init, headers: { "x-csrf": "1", ...init.headers } });
    return { status: response.status, json: await response.json() };
  } catch (error) { return { error: error.name }; }
}`, path, init);

/** Follows a link of the page's, which is not to be taken for the one that it leads to. */
const follow = (tab, path) => tab.run("(path) => { window.started = false; const link = document.createElement('a'); link.href = path; document.body.append(link); link.click(); }", path);

after(forgetApplication);

for (const [engine, launch] of Object.entries(ENGINES)) {
  describe(`over https, in ${engine}`, { timeout: 120_000 }, () => {
    let browser, world, visitor, tab;
    before(async () => {
      browser = await launch();
      world = await startWorld({ secure: true });
      visitor = await browser.visitor();
      tab = await visitor.tab();
      await tab.goto(`${world.origin}/`);
    });
    after(async () => {
      try {
        await visitor?.close();
      } finally {
        await Promise.all([browser?.close(), world?.close()]);
      }
    });

    /** Requests that went through the handler. */
    const reached = () => world.api.seen.filter(({ url }) => url.startsWith("/base/")).length;
    const refusals = async () => (await world.events()).filter(({ event }) => event === "refused").length;

    test("nobody is logged in at first", async () => {
      assert.deepEqual(await ask(tab, "/auth/session"), { status: 200, json: { authenticated: false } });
      assert.deepEqual([(await ask(tab, "/api/orders")).json.code, reached()], ["not_logged_in", 0]);
    });

    test("a login leads back to where it was meant to, in a cookie that no script sees", async () => {
      await follow(tab, "/auth/login?returnTo=/orders");
      await answerServer(tab, world);
      assert.equal(await tab.url(), `${world.origin}/orders`);
      const { json } = await ask(tab, "/auth/session");
      assert.equal(json.authenticated, true);
      assert.equal(typeof json.claims.sub, "string");
      assert.equal(await tab.run("() => document.cookie"), "");
    });

    test("the page's requests reach the API with the token, and without the cookie", async () => {
      const { status, json } = await ask(tab, "/api/orders?page=2", { method: "POST", body: "1", headers: { "content-type": "text/plain" } });
      assert.deepEqual([status, json.url, json.body, json.headers.cookie, json.headers["x-csrf"]], [200, "/base/orders?page=2", "1", undefined, undefined]);
      assert.match(json.headers.authorization, /^Bearer \S{20,}$/);
      assert.equal(await tab.run("() => document.cookie"), "", "what the API set is not kept");
    });

    test("another site gets nothing and does nothing, though the browser is logged in", async () => {
      const other = await visitor.tab();
      // A page by http is another site's.
      await other.goto(`${world.api.origin}/stream`);
      const [heard, refused] = [reached(), await refusals()];
      const url = `${world.origin}/api/orders`;
      assert.ok((await ask(other, url, { credentials: "include" })).error, "it reads nothing");
      for (const method of ["GET", "POST"]) await other.run("(url, method) => fetch(url, { method, mode: 'no-cors', credentials: 'include' }).catch(() => {})", url, method);
      await other.run("(url) => new Promise((done) => { const image = new Image(); image.onload = image.onerror = () => done(); image.src = url; })", url);
      assert.equal(reached(), heard, "and the API hears of nothing");
      assert.ok((await refusals()) >= refused + 3, "because it was refused");
      assert.equal((await ask(tab, "/auth/session")).json.authenticated, true);
    });

    test("a logout ends it, here and at the server", async () => {
      const { json } = await ask(tab, "/auth/logout", { method: "POST" });
      assert.ok(json.location.startsWith(world.op.issuer), "the server's own logout comes next");
      assert.equal((await ask(tab, "/auth/session")).json.authenticated, false);
      assert.equal((await ask(tab, "/api/orders")).json.code, "not_logged_in");
      await follow(tab, json.location);
      await answerServer(tab, world);
      await until("the browser is back", async () => (await tab.url()).startsWith(`${world.origin}/bye`));
    });
  });
}
