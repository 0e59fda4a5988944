/** Logins in a window of their own: opened in the click, heard of through isolation, blocked, closed. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { launchChromium, until } from "./browsers.mjs";
import { live, state, visit } from "./steps.mjs";

describe("a session", { timeout: 120_000 }, () => {
  let browser;
  beforeEach(async () => { browser = await launchChromium(); });
  afterEach(() => browser.close());

  test("in a popup leaves the page where it is", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world, "/orders");
    const opened = visitor.context.waitForEvent("page");
    await tab.run("() => { window.login = session.login({ popup: true, prompt: 'consent' }); login.catch(() => {}); }");
    const popup = await opened;
    await answerPopup(popup, world);
    await tab.run("() => login");
    assert.equal((await state(tab)).user.sub, "ada.lovelace");
    assert.equal(await tab.url(), `${world.origin}/orders`);
    assert.deepEqual(world.journal.grants.map(({ type }) => type), ["authorization_code"]);
    assert.deepEqual(await tab.run("() => states.map(({ status }) => status)"), ["signed_in"], "listeners were told, once");
  }));

  test("in a popup works where pages are isolated from those who opened them", () => live(browser, { headers: { "cross-origin-opener-policy": "same-origin" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await tab.run("() => { document.hasFocus = () => false; }"); // the popup has it
    const opened = visitor.context.waitForEvent("page");
    await tab.run("() => { window.login = session.login({ popup: true }); login.catch(() => {}); }");
    const popup = await opened;
    await answerPopup(popup, world);
    await tab.run("() => login");
    assert.equal((await state(tab)).user.sub, "ada.lovelace");
  }));

  for (const [persistence, slow] of [["memory", 0], ["device", 0], ["memory", 4_000], ["device", 4_000]]) {
    test(`in a popup that comes back while the page is busy goes well all the same: ${persistence}${slow ? ", and the popup takes its time" : ""}`, () => live(browser, {
      headers: { "cross-origin-opener-policy": "same-origin" }, session: { persistence },
    }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await tab.run("() => { document.hasFocus = () => false; }");
      const opened = visitor.context.waitForEvent("page");
      await tab.run("() => { window.login = session.login({ popup: true, prompt: 'consent' }).then(() => 'went well', (error) => error.code); }");
      const popup = await opened;
      world.delay = async ({ type }) => { if (type === "authorization_code") await new Promise((resolve) => setTimeout(resolve, slow)); };
      await popup.locator("#login").waitFor();
      await popup.locator("button[name=answer]").first().click();
      await popup.locator("#login").waitFor({ state: "detached" });
      await tab.run("() => { setTimeout(() => { for (const end = Date.now() + 3_500; Date.now() < end;); }, 0); }");
      await popup.locator("button[name=answer]").first().click();
      assert.equal(await tab.run("() => login"), "went well");
      assert.equal((await state(tab)).user.sub, "ada.lovelace");
      assert.equal((await state(tab)).error, null);
    }));
  }

  test("in a popup that is blocked, or closed, says so", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    const code = (open) => tab.run(`async (open) => {
      const real = window.open;
      if (open === "blocked") window.open = () => null;
      try { await session.login({ popup: true }); } catch (error) { return [error.code, error.message]; } finally { window.open = real; }
    }`, open);
    assert.equal((await code("blocked"))[0], "popup_blocked");
    const opened = visitor.context.waitForEvent("page").then((popup) => popup.close());
    assert.equal((await code("closed"))[0], "popup_closed");
    await opened;
  }));
});

/** Says yes to what the server asks in the popup, until it closes by itself. */
function answerPopup(popup, world) {
  return until("the popup closes", async () => {
    if (popup.isClosed()) return true;
    if (popup.url().startsWith(world.op.issuer)) await popup.locator("button[name=answer]").first().click({ timeout: 1_000 }).catch(() => {});
    return false;
  });
}
