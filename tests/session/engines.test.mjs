/** The same session in the other engines: log in, fetch, reload, several tabs, log out, and a script that searches. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ATTACK } from "./attack.mjs";
import { OTHERS, until } from "./browsers.mjs";
import { call, live, logIn, setClock, started, state, visit } from "./steps.mjs";

for (const [engine, launch] of Object.entries(OTHERS)) {
  describe(`in ${engine}`, { timeout: 240_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(() => browser?.close());

    test("a session in memory begins, fetches, is resumed in silence, refreshed, and ends in every tab", () => live(browser, {}, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world, { returnTo: "/orders" });
      assert.equal(await tab.url(), `${world.origin}/orders`);
      const form = await tab.run("async (url) => { const form = new FormData(); form.set('a', 'b'); return (await session.fetch(url, { method: 'POST', body: form })).json(); }", `${world.api}/x`);
      assert.match(form.type, /^multipart\/form-data/);
      assert.equal(form.authorized, true);
      const streamed = await tab.run("async (url) => { const reader = (await session.fetch(url)).body.getReader(); const { value } = await reader.read(); await reader.cancel(); return value.length; }", `${world.api}/drip`);
      assert.ok(streamed > 0);
      await until("the API sees that nobody reads", () => world.dripClosed);
      const aborted = await tab.run("async (url) => { const end = new AbortController(); setTimeout(() => end.abort(), 100); return session.fetch(url, { signal: end.signal }).catch((error) => error.name); }", `${world.api}/slow`);
      assert.equal(aborted, "AbortError");
      assert.equal((await call(tab, `${world.api}/redirect`)).code, "redirect_refused");
      assert.equal((await call(tab, `${world.foreign}/`)).code, "origin_not_allowed");
      const other = await visit(visitor, world);
      assert.equal((await state(other)).user.sub, "ada.lovelace", "another tab is resumed in silence");
      await tab.run("() => session.refresh()");
      assert.equal(world.refreshes().length, 1);
      const found = await tab.run(ATTACK);
      for (const secret of world.journal.tokens) assert.ok(!found.loot.includes(secret), "a secret was found");
      assert.ok(found.loot.includes("ada.lovelace@example.test"));
      await tab.run("() => session.logout({ local: true })");
      for (const one of [tab, other]) await until("both know", async () => (await state(one)).status === "signed_out");
    }));

    test("tabs that share a Worker make one refresh for all", () => live(browser, { session: { worker: "/clock.js" } }, async ({ world, visitor }) => {
      const first = await visit(visitor, world);
      await logIn(first, world);
      const second = await visit(visitor, world);
      assert.equal((await state(second)).status, "signed_in");
      assert.equal(world.journal.grants.length, 1, "the second tab found the session of the first");
      for (let round = 1; round <= 3; round++) {
        await setClock(first, world, round * 130_000, 1);
        assert.deepEqual((await Promise.all([first, second].map((tab) => call(tab, `${world.api}/orders`)))).map(({ status }) => status), [200, 200]);
        assert.equal(world.refreshes().length, round);
      }
    }));

    test("a session on the device survives a reload, and its tabs make one refresh for all", () => live(browser, {
      session: { persistence: "device", worker: "/clock.js" },
    }, async ({ world, visitor }) => {
      const first = await visit(visitor, world);
      await logIn(first, world);
      await first.goto(world.url);
      await started(first);
      assert.equal((await state(first)).user.sub, "ada.lovelace");
      assert.equal(world.journal.grants.length, 1);
      const tabs = [first, await visit(visitor, world), await visit(visitor, world)];
      for (let round = 1; round <= 3; round++) {
        await setClock(first, world, round * 130_000, 3);
        assert.deepEqual((await Promise.all(tabs.map((tab) => call(tab, `${world.api}/orders`)))).map(({ status }) => status), [200, 200, 200]);
        assert.equal(world.refreshes().length, round);
      }
      const found = await first.run(ATTACK);
      for (const secret of world.journal.tokens) assert.ok(!found.loot.includes(secret), "a secret was found");
    }));
  });
}
