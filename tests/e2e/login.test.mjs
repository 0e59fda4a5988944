/** The demo, as a person uses it: in, around, out. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { answerServer, eavesdrop, launch, loggedIn, logIn, visit } from "./harness.mjs";

describe("a login", { timeout: 120_000 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  test("ends with tokens whose checks ran, and an address bar without the code", () => visit(browser, async ({ page, demo, said }) => {
    await logIn(page, { user: "grace.hopper" });
    await loggedIn(page);

    assert.match(await page.getByRole("status").textContent(), /Logged in as Grace Hopper/);
    assert.equal(page.url(), `${demo.url}protocol`);
    const checks = await page.locator("#step-checks [data-check]").evaluateAll((all) => all.map((it) => it.dataset.check));
    for (const check of ["state", "issuer_parameter", "id_token_signature", "id_token_issuer", "id_token_audience", "id_token_nonce", "id_token_expiry"]) {
      assert.ok(checks.includes(check), `${check} is among ${checks}`);
    }
    const steps = await page.locator("#timeline > li").evaluateAll((all) => all.map((it) => it.dataset.status));
    assert.deepEqual(steps, Array(7).fill("done"));
    assert.match(await page.locator(".claims").textContent(), /grace\.hopper@example\.test/);
    assert.match(await page.locator("#expiry").textContent(), /expires in [12]:\d\d/);
    assert.deepEqual(said, [], "the console is silent: nothing is logged, and nothing breaks the content security policy");
  }));

  test("works with ES256 as with RS256", () => visit(browser, async ({ page }) => {
    await logIn(page);
    await loggedIn(page);
    assert.equal(await page.locator("#step-checks [data-check=id_token_signature]").count(), 1);
  }, { demo: { idTokenAlg: "ES256" } }));

  test("can be looked at before it leaves", () => visit(browser, async ({ page, demo }) => {
    await page.getByRole("button", { name: "Show me the request first" }).click();
    const step = page.locator("#step-authorization");
    await page.getByRole("button", { name: "Go to the server" }).waitFor();
    assert.match(await step.textContent(), /code_challenge_method.*S256/s);
    assert.equal(page.url(), `${demo.url}protocol`);
    await page.getByRole("button", { name: "Go to the server" }).click();
    await answerServer(page);
    await loggedIn(page);
  }));

  test("is refreshed, with a rotated refresh token and the same user", () => visit(browser, async ({ page }) => {
    const requests = [];
    page.on("request", (request) => { if (request.url().endsWith("/token")) requests.push(new URLSearchParams(request.postData())); });
    await logIn(page);
    await loggedIn(page);
    for (const round of [1, 2]) {
      await page.getByRole("button", { name: "Refresh", exact: true }).click();
      await page.waitForFunction(() => document.querySelector("#news .exchange, #news .error"));
      assert.equal(await page.locator("#news .error").count(), 0, `refresh ${round}`);
      await page.locator("#news").evaluate((it) => it.replaceChildren());
    }
    const [login, first, second] = requests;
    assert.equal(login.get("grant_type"), "authorization_code");
    assert.equal(first.get("grant_type"), "refresh_token");
    assert.notEqual(first.get("refresh_token"), second.get("refresh_token"));
  }));

  test("is forgotten by a reload, which says so", () => visit(browser, async ({ page }) => {
    await logIn(page);
    await loggedIn(page);
    await page.reload();
    await page.getByRole("status").filter({ hasText: "in memory only" }).waitFor();
    assert.ok(await page.getByRole("button", { name: "Refresh", exact: true }).isDisabled());
  }));

  test("ends with a logout, here and at the server", () => visit(browser, async ({ page, demo }) => {
    await logIn(page);
    await loggedIn(page);
    await page.locator("#logout").click();
    await page.getByRole("heading", { name: "Log out here too?" }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("status").filter({ hasText: "logged out" }).waitFor();
    assert.equal(page.url(), `${demo.url}protocol`);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByLabel("User name").waitFor(); // the server has forgotten, too
  }));

  test("leaves no secret in the document, the address, the console or storage", () => visit(browser, async ({ page, said }) => {
    const secrets = eavesdrop(page);
    const nowhere = async (when) => {
      const places = await page.evaluate(() => [document.documentElement.outerHTML, location.href, JSON.stringify({ ...sessionStorage, ...localStorage }), document.cookie]);
      for (const [place, text] of [...places.entries(), ["console", said.join("\n")]]) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `a secret of ${secret.length} characters in place ${place} ${when}`);
      }
    };
    await logIn(page);
    await loggedIn(page);
    await page.locator("details").evaluateAll((all) => all.forEach((it) => { it.open = true; }));
    assert.ok(secrets.size >= 5, "code, verifier, access, refresh and ID token were overheard");
    await nowhere("after the login");

    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await page.locator("#news .exchange").waitFor();
    await nowhere("after a refresh");

    for (const fault of ["tampered-id-token", "reused-code"]) {
      await page.locator(`#${fault} > button`).click();
      await page.locator(`#${fault} .error`).waitFor();
      await nowhere(`after ${fault}`);
    }
  }));

  for (const colorScheme of ["light", "dark"]) {
    test(`fits a width of 360 pixels, before and after, ${colorScheme}`, () => visit(browser, async ({ page }) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(await overflow(), 0);
      await logIn(page);
      await loggedIn(page);
      await page.locator("details").evaluateAll((all) => all.forEach((it) => { it.open = true; }));
      assert.equal(await overflow(), 0);
      await page.locator("#html > button").click();
      await page.locator("#html .error").waitFor();
      assert.equal(await overflow(), 0);
    }, { viewport: { width: 360, height: 740 }, colorScheme }));
  }

  test("can be done with the keyboard alone", () => visit(browser, async ({ page }) => {
    const reach = async (name) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((text) => document.activeElement?.textContent === text, name)) return;
      }
      assert.fail(`${name} was not reached`);
    };
    await reach("Log in");
    await page.keyboard.press("Enter");
    await page.getByLabel("User name").waitFor(); // it has the focus
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Allow" }).waitFor();
    await page.keyboard.press("Enter");
    await loggedIn(page);
  }));
});
