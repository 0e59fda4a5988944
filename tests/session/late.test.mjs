/** Answers that come too late: a logout and a login wait for nobody, and what was under way before them changes nothing any more. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launchChromium, until } from "./browsers.mjs";
import { call, live, logIn, setClock, started, state, visit } from "./steps.mjs";

describe("an answer that comes too late", { timeout: 120_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  /** Holds back the server's answers to a grant of that type. */
  function holdBack(world, type) {
    let arrived, release;
    const held = new Promise((resolve) => { arrived = resolve; });
    const released = new Promise((resolve) => { release = resolve; });
    world.delay = async (grant) => {
      if (grant.type !== type) return;
      arrived();
      await released;
    };
    return { held, release };
  }

  const refreshing = (tab) => tab.run("() => { window.refreshing = session.refresh().then(() => 'went well', (error) => error.code); }");
  const ended = (tab) => tab.run("() => refreshing");

  /** Logs in as somebody in a popup. */
  async function logInAs(name, tab, visitor) {
    const opened = visitor.context.waitForEvent("page");
    await tab.run("(name) => { window.login = session.login({ popup: true, prompt: 'login', login_hint: name }).then(() => 'went well', (error) => error.code); }", name);
    const popup = await opened;
    await until("the popup closes", async () => {
      if (popup.isClosed()) return true;
      await popup.locator("#login").fill(name, { timeout: 200 }).catch(() => {});
      await popup.locator("button[name=answer]").first().click({ timeout: 1_000 }).catch(() => {});
      return false;
    });
    assert.equal(await tab.run("() => login"), "went well");
    assert.equal((await state(tab)).user.sub, name);
  }

  for (const persistence of ["memory", "device"]) {
    test(`to a refresh undoes no logout, and its tokens are given back: ${persistence}`, () => live(browser, { session: { persistence } }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
      const other = persistence === "device" ? await visit(visitor, world) : tab;
      const { held, release } = holdBack(world, "refresh_token");
      await refreshing(tab);
      await held;
      await other.run("() => session.logout({ local: true })");
      for (const one of [tab, other]) await until("all know", async () => (await state(one)).status === "signed_out");
      release();
      assert.equal(await ended(tab), "not_signed_in");
      await until("both refresh tokens were given back", () => world.journal.revoked.length === 2);
      assert.ok(world.journal.revoked.every((token) => world.journal.tokens.has(token)));
      const third = await visit(visitor, world);
      for (const one of [tab, other, third]) {
        assert.deepEqual([(await state(one)).status, (await state(one)).error], ["signed_out", null]);
        assert.equal((await call(one, `${world.api}/orders`)).code, "not_signed_in");
      }
      assert.equal(world.journal.shown.length, 0);
    }));

    test(`to a login undoes no logout either: ${persistence}`, () => live(browser, { session: { persistence, worker: "/worker.js" } }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
      const other = await visit(visitor, world);
      const { held, release } = holdBack(world, "authorization_code");
      await other.run("() => { window.started = false; session.login(); }");
      await held;
      await tab.run("() => session.logout({ local: true })");
      release();
      await started(other);
      assert.equal((await state(other)).error.code, "not_signed_in");
      for (const one of [tab, other]) assert.equal((await state(one)).status, "signed_out");
      await until("both refresh tokens were given back", () => world.journal.revoked.length === 2);
    }));
  }

  test("to a refresh replaces no newer login, another user's least of all", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    const { held, release } = holdBack(world, "refresh_token");
    await refreshing(tab);
    await held;
    await logInAs("grace", tab, visitor);
    release();
    assert.equal(await ended(tab), "went well", "there are new tokens");
    assert.equal((await state(tab)).user.sub, "grace");
    await until("the late refresh token was given back", () => world.journal.revoked.length === 1);
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
  }));

  test("to a silent authorization neither holds up a login in memory nor spoils it", () => live(browser, { session: { worker: "/clock.js", scope: "openid profile" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    await setClock(tab, world, 130_000, 1);
    await visitor.context.route((url) => url.searchParams.get("prompt") === "none", () => {}); // never answered
    await tab.run("(url) => { window.earlier = session.fetch(url).then(({ status }) => status, (error) => error.code); }", `${world.api}/orders`);
    await until("it is asked in silence", () => tab.run("() => !!document.querySelector('iframe')"));
    await logInAs("grace", tab, visitor);
    assert.equal(await tab.run("() => earlier"), 200);
    assert.deepEqual([(await state(tab)).status, (await state(tab)).user.sub, (await state(tab)).error], ["signed_in", "grace", null]);
  }));

  test("to a tab that is being resumed undoes no logout of another", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    const { held, release } = holdBack(world, "authorization_code");
    const other = await visitor.tab();
    await other.goto(world.url);
    await held;
    await tab.run("() => session.logout({ local: true })");
    release();
    await started(other);
    assert.deepEqual([(await state(other)).status, (await state(other)).error], ["signed_out", null]);
    await until("both refresh tokens were given back", () => world.journal.revoked.length === 2);
  }));
});
