/** What goes wrong around a session and is no logout: a disk that is full, a server that is slow, a Worker that dies. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launchChromium, until } from "./browsers.mjs";
import { call, live, logIn, refreshed, setClock, started, state, visit } from "./steps.mjs";

/** Put before the Worker's script: a disk that is full or has room, as a test says. */
const DISK = `{
  const channel = new BroadcastChannel("disk");
  const { put } = IDBObjectStore.prototype;
  let full = false;
  channel.onmessage = ({ data }) => { if (typeof data === "boolean") channel.postMessage({ full: full = data }); };
  IDBObjectStore.prototype.put = function (...words) {
    if (full) throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, words);
  };
}\n`;

/** Fills the disk, or gives it room. */
const fill = (tab, full) => tab.run(`(full) => new Promise((resolve) => {
  const channel = new BroadcastChannel("disk");
  channel.onmessage = ({ data }) => { if (data.full === full) { channel.close(); resolve(); } };
  channel.postMessage(full);
})`, full);

/** Without a refresh token: what is due is a silent authorization. */
const SILENT = { worker: "/clock.js", scope: "openid profile" };

describe("a session survives", { timeout: 120_000 }, () => {
  let browser, script;
  before(async () => {
    browser = await launchChromium();
    script = await readFile(fileURLToPath(new URL("../../pkg/dist/session/worker.js", import.meta.url)), "utf8");
  });
  after(() => browser.close());

  test("a disk that is full when it is to be continued in silence: on the device it waits, in memory it needs none", async () => {
    for (const persistence of ["device", "memory"]) {
      await live(browser, { session: { ...SILENT, worker: "/disk.js", persistence } }, async ({ world, visitor }) => {
        world.extra = { "/disk.js": DISK + script };
        const tab = await visit(visitor, world);
        await logIn(tab, world);
        await fill(tab, true);
        assert.equal(await refreshed(tab), persistence === "device" ? "storage_unavailable" : "went well");
        assert.equal((await state(tab)).status, persistence === "device" ? "offline" : "signed_in");
        await fill(tab, false);
        await until("it may try again", async () => (await call(tab, `${world.api}/orders`)).status === 200);
        await tab.goto(world.url);
        await started(tab);
        assert.deepEqual([(await state(tab)).status, (await state(tab)).user.sub], ["signed_in", "ada.lovelace"]);
      });
    }
  });

  for (const [what, sleep] of [["a server that gives no answer to a silent authorization", ""], ["a tab that sleeps over one", "() => { const real = setTimeout; window.setTimeout = (work, wait) => real(work, wait === 10_000 ? 60_000 : wait); }"]]) {
    test(`${what}: every tab is still told what happens`, () => live(browser, { session: SILENT }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
      const other = await visit(visitor, world);
      if (sleep) await other.run(sleep);
      await setClock(tab, world, 130_000, 1);
      const silent = (url) => url.searchParams.get("prompt") === "none";
      await visitor.context.route(silent, () => {});
      assert.equal((await call(tab, `${world.api}/orders`)).code, "timeout");
      for (const one of [tab, other]) await until("all know", async () => (await state(one)).status === "offline");
      await visitor.context.unrouteAll({ behavior: "ignoreErrors" });
      await until("it may try again", async () => (await call(tab, `${world.api}/orders`)).status === 200);
      for (const one of [tab, other]) await until("all know", async () => (await state(one)).status === "signed_in");
      await tab.run("() => session.logout({ local: true })");
      await until("the other knows", async () => (await state(other)).status === "signed_out");
    }));
  }

  test("the end of the Worker that all tabs share: what waits is told, and the others go on with another Worker", () => live(browser, { session: { worker: "/worker.js" } }, async ({ world, visitor }) => {
    const dying = await visit(visitor, world);
    await logIn(dying, world);
    const others = [await visit(visitor, world), await visit(visitor, world)];
    const [tab] = others;
    await tab.run("(url) => { window.waiting = session.fetch(url).catch((error) => [error.code, error instanceof grantkit.GrantError]); }", `${world.api}/slow`);
    await tab.run("async (url) => { window.cut = (await session.fetch(url)).body.getReader(); await cut.read(); }", `${world.api}/drip`);
    await until("the API was asked", () => world.journal.shown.length === 2);
    void (await visitor.context.newCDPSession(dying.page)).send("Page.crash").catch(() => {});
    assert.deepEqual(await tab.run("() => waiting"), ["worker_unavailable", true]);
    assert.equal(await tab.run("async () => { try { for (;;) await cut.read(); } catch (error) { return error.code; } }"), "worker_unavailable");
    for (const one of others) {
      assert.equal((await call(one, `${world.api}/orders`)).status, 200);
      assert.deepEqual([(await state(one)).status, (await state(one)).user.sub], ["signed_in", "ada.lovelace"]);
    }
    assert.deepEqual(world.journal.grants.map(({ type }) => type), ["authorization_code", "authorization_code"], "one silent authorization for all");
    await tab.run("() => session.logout({ local: true })");
    await until("the other knows", async () => (await state(others[1])).status === "signed_out");
  }));
});
