/** Several tabs, one session: one refresh at a time, whatever happens on the way. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launchChromium, until } from "./browsers.mjs";
import { call, live, logIn, lose, refreshed, setClock, started, state, visit } from "./steps.mjs";

const DEVICE = { session: { persistence: "device", worker: "/clock.js" } };
const SHARED = { session: { worker: "/clock.js" } };

/** Seconds after which every access token is stale, though the server would take it. */
const LATER = 130;

describe("tabs", { timeout: 300_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  /** So many tabs of one session. */
  async function tabsOf(count, visitor, world) {
    const first = await visit(visitor, world);
    await logIn(first, world);
    const tabs = [first];
    while (tabs.length < count) tabs.push(await visit(visitor, world));
    for (const tab of tabs) assert.equal((await state(tab)).status, "signed_in");
    return tabs;
  }

  const fetches = (tabs, world) => Promise.all(tabs.map((tab) => call(tab, `${world.api}/orders`)));

  for (const [name, options, workers] of [["that share the device", DEVICE, 5], ["that share a Worker", SHARED, 1]]) {
    test(`${name}: five of them and twenty expiries are twenty refreshes and no logout`, () => live(browser, options, async ({ world, visitor }) => {
      const tabs = await tabsOf(5, visitor, world);
      assert.equal(world.journal.grants.length, 1, "the other tabs needed no grant");
      for (let round = 1; round <= 20; round++) {
        await setClock(tabs[0], world, round * LATER * 1_000, workers);
        const replies = await fetches(tabs, world);
        assert.deepEqual(replies.map(({ status }) => status), Array(5).fill(200), JSON.stringify(replies));
        assert.equal(world.refreshes().length, round);
      }
      assert.deepEqual(world.refreshes().map(({ status }) => status), Array(20).fill(200));
      assert.equal(new Set(world.refreshes().map(({ sent }) => sent)).size, 20, "no refresh token was sent twice");
      for (const tab of tabs) assert.equal((await state(tab)).status, "signed_in");
    }));
  }

  test("ten requests of one page at once make one refresh", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab] = await tabsOf(1, visitor, world);
    await setClock(tab, world, LATER * 1_000, 1);
    const replies = await fetches(Array(10).fill(tab), world);
    assert.deepEqual(replies.map(({ status }) => status), Array(10).fill(200), JSON.stringify(replies));
    assert.equal(world.refreshes().length, 1);
  }));

  test("a tab that dies over a refresh leaves the lock to the rest, and the refresh token is not sent again", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [dying, other] = await tabsOf(2, visitor, world);
    await setClock(other, world, LATER * 1_000, 2);
    let arrived;
    const held = new Promise((resolve) => { arrived = resolve; });
    world.delay = async () => { arrived(); await new Promise(() => {}); }; // the server has rotated, its answer never comes
    void call(dying, `${world.api}/orders`).catch(() => {});
    await held;
    world.delay = async () => {};
    const waiting = call(other, `${world.api}/orders`);
    await dying.close();
    const reply = await waiting;
    assert.equal(reply.status, 200, JSON.stringify(reply));
    assert.deepEqual(world.refreshes().length, 1);
    assert.deepEqual(world.journal.grants.map(({ type }) => type), ["authorization_code", "refresh_token", "authorization_code"], "a silent authorization settled it");
    assert.equal((await state(other)).user.sub, "ada.lovelace");
  }));

  test("an answer that is lost on the way is no reason to send the refresh token again", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab, other] = await tabsOf(2, visitor, world);
    await setClock(tab, world, LATER * 1_000, 2);
    world.delay = async (grant, ctx) => { if (grant.type === "refresh_token") lose(ctx, world); };
    const replies = await fetches([tab, other], world);
    assert.deepEqual(replies.map(({ status }) => status), [200, 200], JSON.stringify(replies));
    assert.equal(world.refreshes().length, 1);
    assert.equal((await state(tab)).status, "signed_in");
  }));

  test("an answer that is lost, where nothing may be tried in silence, ends in a login and in no second try", () => live(browser, {
    session: { ...DEVICE.session, silent: false },
  }, async ({ world, visitor }) => {
    const [tab] = await tabsOf(1, visitor, world);
    await setClock(tab, world, LATER * 1_000, 1);
    world.delay = async (grant, ctx) => { if (grant.type === "refresh_token") lose(ctx, world); };
    assert.equal((await call(tab, `${world.api}/orders`)).code, "login_required");
    assert.equal((await call(tab, `${world.api}/orders`)).code, "not_signed_in");
    assert.equal(world.refreshes().length, 1);
  }));

  test("going offline is no logout: nothing is sent, and the session goes on when the network is back", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab, other] = await tabsOf(2, visitor, world);
    await setClock(tab, world, LATER * 1_000, 2);
    await visitor.context.setOffline(true);
    await until("the Worker knows", () => tab.run("() => !navigator.onLine"));
    const reply = await call(tab, `${world.api}/orders`);
    assert.equal(reply.code, "network");
    assert.equal((await state(tab)).status, "offline");
    assert.equal(world.refreshes().length, 0, "nothing was sent");
    await visitor.context.setOffline(false);
    await until("it is signed in again by itself", async () => (await state(tab)).status === "signed_in");
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    assert.equal((await call(other, `${world.api}/orders`)).status, 200);
    assert.equal(world.refreshes().length, 1);
  }));

  test("going offline in the middle of a refresh leaves it in doubt; a silent authorization goes on", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab] = await tabsOf(1, visitor, world);
    await setClock(tab, world, LATER * 1_000, 1);
    let arrived;
    const held = new Promise((resolve) => { arrived = resolve; });
    world.delay = async (grant, ctx) => {
      if (grant.type !== "refresh_token") return;
      arrived();
      await new Promise((resolve) => setTimeout(resolve, 500));
      lose(ctx, world);
    };
    const failing = call(tab, `${world.api}/orders`);
    await held;
    await visitor.context.setOffline(true);
    assert.equal((await failing).code, "network");
    assert.equal((await state(tab)).status, "offline");
    await visitor.context.setOffline(false);
    await until("it is signed in again", async () => (await state(tab)).status === "signed_in");
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    assert.equal(world.refreshes().length, 1);
  }));

  test("a server that is slow is waited for, by all tabs at once", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const tabs = await tabsOf(3, visitor, world);
    await setClock(tabs[0], world, LATER * 1_000, 3);
    world.delay = () => new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual((await fetches(tabs, world)).map(({ status }) => status), [200, 200, 200]);
    assert.equal(world.refreshes().length, 1);
  }));

  test("a server that is down for a while is asked again with patience, and its refresh token is kept", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab] = await tabsOf(1, visitor, world);
    let asked = 0;
    await visitor.context.route("**/token", (route) => { asked++; return route.fulfill({ status: 503, headers: { "access-control-allow-origin": world.origin, "retry-after": "3", "access-control-expose-headers": "retry-after" }, body: "down" }); });
    await setClock(tab, world, LATER * 1_000, 1);
    const first = await call(tab, `${world.api}/orders`);
    assert.deepEqual([first.code, first.error.status, first.error.retryable], ["not_oauth_response", 503, true], JSON.stringify(first));
    assert.equal((await state(tab)).status, "offline");
    const second = await call(tab, `${world.api}/orders`);
    assert.equal(second.error.retryAfter, 3, JSON.stringify(second));
    assert.equal(asked, 1, "it is not asked before that");
    await visitor.context.unroute("**/token");
    await setClock(tab, world, (LATER + 4) * 1_000, 1);
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    assert.equal((await state(tab)).status, "signed_in");
  }));

  for (const [what, wait] of [["and says for how long", { "retry-after": "1", "access-control-expose-headers": "retry-after" }], ["and says no more", {}]]) {
    test(`a refresh that is asked for while the server is down, ${what}, leaves a good token good`, () => live(browser, DEVICE, async ({ world, visitor }) => {
      const [tab] = await tabsOf(1, visitor, world);
      const { expiresAt } = await state(tab);
      await visitor.context.route("**/token", (route) => route.fulfill({ status: 503, headers: { "access-control-allow-origin": world.origin, ...wait }, body: "down" }));
      assert.equal(await refreshed(tab), "not_oauth_response");
      assert.equal((await state(tab)).status, "offline");
      assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
      assert.deepEqual([(await state(tab)).status, (await state(tab)).expiresAt], ["signed_in", expiresAt]);
      await visitor.context.unroute("**/token");
      await until("it has new tokens", async () => await refreshed(tab) === "went well" && world.journal.grants.length === 2);
    }));
  }

  test("a refresh token that the server refuses ends the session in every tab", () => live(browser, DEVICE, async ({ world, visitor }) => {
    const [tab, other] = await tabsOf(2, visitor, world);
    world.op.provider.RefreshToken.find = async () => undefined; // the server has forgotten all of them
    await setClock(tab, world, LATER * 1_000, 2);
    assert.equal((await call(tab, `${world.api}/orders`)).code, "invalid_grant");
    for (const one of [tab, other]) await until("both know", async () => (await state(one)).status === "signed_out");
    assert.equal((await state(tab)).error.code, "invalid_grant");
    await other.goto(world.url);
    await started(other);
    assert.equal((await state(other)).status, "signed_out", "a reload does not bring it back");
  }));

  test("a machine that slept finds its token stale, and its session over where that is agreed", () => live(browser, {
    session: { ...DEVICE.session, idle: 3_600, absolute: 36_000 },
  }, async ({ world, visitor }) => {
    const [tab, other] = await tabsOf(2, visitor, world);
    await setClock(tab, world, 3_500_000, 2);
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    assert.equal(world.refreshes().length, 1);
    await setClock(tab, world, 6_900_000, 2);
    assert.equal((await call(other, `${world.api}/orders`)).status, 200, "the other tab was used meanwhile");
    await setClock(tab, world, 6_900_000 + 3_601_000, 2);
    assert.equal((await call(tab, `${world.api}/orders`)).code, "session_ended");
    assert.equal((await state(tab)).error.about, "idle");
    assert.equal(await refreshed(tab), "session_ended", "a refresh says the same");
    await until("the other knows", async () => (await state(other)).status === "signed_out");
  }));

  test("a logout here is one everywhere, and at the server", () => live(browser, {}, async ({ world, visitor }) => {
    const [tab, other] = await tabsOf(2, visitor, world);
    await tab.run("() => session.logout({ local: true })");
    assert.equal((await state(tab)).status, "signed_out");
    await until("the other knows", async () => (await state(other)).status === "signed_out");
    await until("both gave their refresh tokens back", () => world.journal.revoked.length === 2);
    assert.ok(world.journal.revoked.every((token) => world.journal.tokens.has(token)));
    await tab.goto(world.url);
    await started(tab);
    assert.equal((await state(tab)).status, "signed_out", "and a reload does not resume it");
  }));
});
