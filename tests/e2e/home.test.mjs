/** The front page: a login whose tokens no script of the page can reach, in the Worker of the browser and at the edge. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { answerServer, attack, errorIn, home, launch, logIn, onTheWayBack, overhear, signIn, visit } from "./harness.mjs";

/** Each attempt, and what must come of it. */
const IN_BROWSER = {
  "look": "held", "storage": "held", "listen": "held", "errors": "held", "foreign": "held", "tricks": "held", "redirect-away": "held", "options": "held",
  "claims": "open", "call": "open", "own-login": "open",
};
const AT_EDGE = {
  "look": "held", "storage": "held", "listen": "held", "cookie": "held", "handler": "held", "carry": "held", "proxy": "held", "own-login": "held", "forged": "held",
  "claims": "open", "call": "open",
};

/** All that a page could have written down. */
const written = (page) => page.evaluate(() => [document.documentElement.outerHTML, location.href, JSON.stringify({ ...sessionStorage, ...localStorage }), document.cookie].join("\n"));

/** Logs out here and at the server. */
async function logOut(page) {
  await page.locator("#logout").click();
  await page.getByRole("heading", { name: "Log out here too?" }).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
}

function assertNowhere(secrets, text) {
  for (const secret of secrets) assert.ok(!text.includes(secret), `a secret of ${secret.length} characters is in the page`);
}

describe("the front page", { timeout: 240_000 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  test("logs in, asks the API, refreshes, goes on after a reload, and logs out: no token reaches it", () => visit(browser, async ({ page, demo, said }) => {
    const secrets = overhear(demo);
    await signIn(page, { user: "grace.hopper" });
    assert.match(await page.getByRole("status").first().textContent(), /Logged in as Grace Hopper\. No token reached this page\./);
    assert.equal(page.url(), demo.url);
    assert.match(await page.locator(".claims").textContent(), /grace\.hopper@example\.test/);
    await page.locator("#ask").click();
    await page.locator("#reply .wire.in").waitFor();
    assert.match(await page.locator("#reply").textContent(), /200.*grace\.hopper/s);
    const before = secrets.size;
    await page.locator("#refresh").click();
    await page.locator("#reports").getByText("The old refresh token is spent").waitFor();
    assert.ok(secrets.size >= before + 2, "the server issued other tokens");
    assertNowhere(secrets, await written(page) + said.join("\n"));

    await page.reload();
    await page.getByRole("status").filter({ hasText: "Welcome back, Grace Hopper" }).waitFor();
    assert.deepEqual(said, [], "the console is silent: nothing is logged, and nothing breaks the content security policy");

    await logOut(page);
    await page.getByRole("status").filter({ hasText: "You are logged out" }).waitFor();
    assert.equal(page.url(), demo.url);
    assert.equal(await page.locator("#status").getAttribute("data-status"), "signed_out");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByLabel("User name").waitFor(); // the server has forgotten, too
  }, { at: home }));

  test("is one session in two tabs: a login in one is seen in the other, and so is a logout", () => visit(browser, async ({ page, demo, context }) => {
    const other = await context.newPage();
    await other.goto(demo.url);
    await signIn(page);
    await other.locator("#status[data-status=signed_in]").waitFor();
    await page.locator("#logout").click();
    await other.locator("#status[data-status=signed_out]").waitFor();
  }, { at: home }));

  test("is attacked in vain: no token is found or sent elsewhere, and what a script can do is said", () => visit(browser, async ({ page, demo }) => {
    const secrets = overhear(demo);
    const summary = page.locator("#summary");
    await summary.filter({ hasText: "Log in first" }).waitFor();
    await signIn(page);
    await summary.filter({ hasText: "there is something to steal" }).waitFor();
    assert.deepEqual(await attack(page), IN_BROWSER);
    assert.match(await summary.textContent(), /No token was found, and none was sent elsewhere: 8 attempts failed\. 3 things/);
    assert.ok(secrets.size >= 5);
    assertNowhere(secrets, await written(page));
  }, { at: home }));

  test("would say so if there were a leak: a real token, put where tokens are often put, is found there", () => visit(browser, async ({ page, demo }) => {
    const secrets = overhear(demo);
    await signIn(page);
    const [token] = secrets;
    await page.evaluate((it) => { localStorage.setItem("access_token", it); globalThis.app = { store: new Map([["auth", { token: it }]]) }; }, token);
    const verdicts = await attack(page);
    assert.deepEqual([verdicts.look, verdicts.storage, verdicts.listen], ["leaked", "leaked", "held"]);
    assert.match(await page.locator("#attempt-storage .rows").textContent(), /localStorage\.access_token/);
    assert.match(await page.locator("#summary").textContent(), /2 attempts found a leak/);
    assertNowhere(secrets, await page.locator("#attempts").innerHTML()); // shown by its ends alone
  }, { at: home }));

  test("shows by contrast what is heard on a page that holds its tokens itself", () => visit(browser, async ({ page }) => {
    await logIn(page);
    await page.locator("#listen:enabled").click();
    await page.locator(".stolen").waitFor();
    assert.deepEqual(await page.locator(".stolen dt").allTextContents(), ["access_token", "refresh_token", "id_token"]);
    await page.locator(".stolen").getByRole("link").click();
    await page.getByRole("heading", { name: "Attack it" }).waitFor();
  }));

  test("leads to the same page at the edge, where nothing is left to attack but the page itself", () => visit(browser, async ({ page, demo }) => {
    await page.getByRole("link", { name: "Tokens at the edge" }).click();
    await page.waitForURL(`${demo.edgeOrigin}/`);
    assert.equal(await page.getByRole("link", { name: "Tokens at the edge" }).getAttribute("aria-current"), "true");
    await signIn(page);
    await page.locator("#ask").click();
    await page.locator("#reply .wire.in").waitFor();
    assert.match(await page.locator("#reply").textContent(), /200.*ada\.lovelace/s);
    await page.locator("#refresh").click();
    await page.locator("#reports").getByText("The old refresh token is spent").waitFor();
    assert.deepEqual(await attack(page), AT_EDGE);
    await logOut(page);
    await page.locator("#status[data-status=signed_out]").waitFor();
    await page.getByRole("link", { name: "Tokens in the browser’s Worker" }).click();
    await page.waitForURL(demo.url);
  }, { at: home, demo: { edgePort: 0 } }));

  test("says where an edge can be had, if there is none", () => visit(browser, async ({ page }) => {
    await page.getByText("There is no edge beside this page.").waitFor();
    assert.equal(await page.locator("#at-edge").getAttribute("aria-disabled"), "true");
  }, { at: home }));

  describe("when something goes wrong", () => {
    test("understands a user who denies", () => visit(browser, async ({ page, demo }) => {
      await logIn(page, { answer: "Deny" });
      assert.equal(await errorIn(page), "access_denied");
      assert.equal(page.url(), demo.url);
    }, { at: home }));

    test("refuses a callback with another state, and lets its user begin anew", () => visit(browser, async ({ page }) => {
      await onTheWayBack(page, (url) => url.searchParams.set("state", "of-another-tab"));
      await logIn(page);
      assert.equal(await errorIn(page), "state_mismatch");
      await logIn(page);
      await page.locator("#status[data-status=signed_in]").waitFor();
    }, { at: home }));

    test("says that the server cannot be reached, and keeps the session through it", () => visit(browser, async ({ page, demo }) => {
      await signIn(page);
      await demo.op.close();
      await page.locator("#refresh").click();
      await page.locator("#status[data-status=offline]").waitFor();
      await page.locator("#reports").getByText("error: network").waitFor();
      assert.match(await page.locator(".claims").textContent(), /ada\.lovelace/); // that is no logout
    }, { at: home }));

    test("says that the server cannot be reached from the start", () => visit(browser, async ({ page, demo }) => {
      await demo.op.close();
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      assert.equal(await errorIn(page), "network");
      assert.match(await page.locator("#outcome .marks").textContent(), /retryable\s*true/);
    }, { at: home }));
  });
});
