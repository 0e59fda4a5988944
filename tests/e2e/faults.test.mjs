/** What goes wrong, and by which name it is known: each fault at a real server, each asserted by its code. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";

import { errorIn, launch, loggedIn, logIn, onTheWayBack, provoke, visit } from "./harness.mjs";

describe("a fault", { timeout: 180_000 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  describe("on the way back from the server", () => {
    const back = async (page, change) => {
      await onTheWayBack(page, change);
      await logIn(page);
      return errorIn(page);
    };

    test("a wrong state is refused", () => visit(browser, async ({ page }) => {
      assert.equal(await back(page, (url) => url.searchParams.set("state", "of-another-tab")), "state_mismatch");
      assert.equal(await page.locator("#step-callback").getAttribute("data-status"), "failed");
      assert.equal(await page.locator("#step-request").getAttribute("data-status"), "ahead"); // the code was not sent
    }));

    test("a wrong issuer is refused", () => visit(browser, async ({ page }) => {
      assert.equal(await back(page, (url) => url.searchParams.set("iss", "https://login.evil.example")), "issuer_mismatch");
      assert.equal(await page.locator("#step-request").getAttribute("data-status"), "ahead");
    }));

    test("a missing issuer is refused, since the server promised one", () => visit(browser, async ({ page }) => {
      assert.equal(await back(page, (url) => url.searchParams.delete("iss")), "missing_issuer");
    }));

    test("a parameter that occurs twice is refused", () => visit(browser, async ({ page }) => {
      assert.equal(await back(page, (url) => url.searchParams.append("code", "another")), "repeated_parameter");
    }));

    test("an expired code is refused by the server, and a new login works", () => visit(browser, async ({ page }) => {
      assert.equal(await back(page, () => pause(6_100)), "invalid_grant");
      assert.doesNotMatch(page.url(), /code=/);
      await logIn(page);
      await loggedIn(page);
    }, { demo: { ttl: { AuthorizationCode: 5 } } }));

    test("a user who denies is understood", () => visit(browser, async ({ page }) => {
      await logIn(page, { answer: "Deny" });
      assert.equal(await errorIn(page), "access_denied");
    }));

    test("a callback without a login is sent home", () => visit(browser, async ({ page, demo }) => {
      await page.goto(`${demo.url}protocol/callback?code=x&state=y`);
      await page.getByRole("status").filter({ hasText: "a login that is over" }).waitFor();
      assert.equal(page.url(), `${demo.url}protocol`);
    }));
  });

  describe("without a login", () => {
    const faults = {
      "wrong-state": "state_mismatch",
      "wrong-issuer": "issuer_mismatch",
      "expired-code": "invalid_grant",
      "server-down": "network",
      "server-slow": "timeout",
      "html": "not_oauth_response",
      "redirect": "redirect_refused",
      "insecure-endpoint": "insecure_url",
      "sloppy-strict": "deviation_refused",
    };
    for (const [id, code] of Object.entries(faults)) {
      test(`${id} is known as ${code}`, () => visit(browser, async ({ page }) => {
        assert.equal(await provoke(page, id), code);
        assert.equal(await page.locator(`#${id}`).getAttribute("data-expect"), code);
      }));
    }

    test("a user who stops waiting is obeyed", () => visit(browser, async ({ page }) => {
      await page.locator("#aborted > button").click();
      await page.locator("#aborted").getByRole("button", { name: "Stop" }).click();
      assert.equal(await errorIn(page, "#aborted"), "aborted");
    }));

    test("a sloppy reply is read, and each departure is named", () => visit(browser, async ({ page }) => {
      await page.locator("#sloppy > button").click();
      const seen = page.locator("#sloppy .deviations code");
      await seen.first().waitFor();
      assert.deepEqual((await seen.allTextContents()).sort(), ["expires_in_type", "missing_token_type", "scope_type"]);
    }));
  });

  describe("during a session", () => {
    const faults = {
      "tampered-id-token": "signature_invalid",
      "wrong-nonce": "nonce_mismatch",
      "reused-code": "invalid_grant",
      "reused-refresh-token": "invalid_grant",
    };
    for (const [id, code] of Object.entries(faults)) {
      test(`${id} is known as ${code}`, () => visit(browser, async ({ page }) => {
        await logIn(page);
        await loggedIn(page);
        assert.equal(await provoke(page, id), code);
      }));
    }

    test("a replay ends the session: the server revokes the grant, and the next refresh says so", () => visit(browser, async ({ page }) => {
      await logIn(page);
      await loggedIn(page);
      assert.equal(await provoke(page, "reused-refresh-token"), "invalid_grant");
      await page.getByRole("button", { name: "Refresh", exact: true }).click();
      assert.equal(await errorIn(page, "#news"), "invalid_grant");
    }));

    test("a server that is down cannot refresh, and the error says that the token may be spent", () => visit(browser, async ({ page, demo }) => {
      await logIn(page);
      await loggedIn(page);
      await demo.op.close();
      await page.getByRole("button", { name: "Refresh", exact: true }).click();
      assert.equal(await errorIn(page, "#news"), "network");
      assert.match(await page.locator("#news .marks").textContent(), /grantMayBeConsumed\s*true/);
    }));
  });

  test("a server that is down from the start is known as network, and may be tried again", () => visit(browser, async ({ page, demo }) => {
    await demo.op.close();
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    assert.equal(await errorIn(page), "network");
    assert.match(await page.locator("#outcome .marks").textContent(), /retryable\s*true/);
  }));
});
