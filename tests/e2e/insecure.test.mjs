/** A page on plain http that is not this machine: no crypto.subtle, and a login all the same. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { attack, errorIn, launch, loggedIn, logIn, signIn, visit } from "./harness.mjs";

/** A name of no one, which this browser takes for loopback, and which is therefore no secure origin. */
const NAME = "demo.grantkit.test";

describe("an insecure origin", { timeout: 60_000 }, () => {
  let browser;
  before(async () => { browser = await launch(`--host-resolver-rules=MAP ${NAME} 127.0.0.1`); });
  after(() => browser.close());
  const at = (demo) => `http://${NAME}:${demo.port}/protocol`;

  test("has no crypto.subtle, and makes PKCE pairs", () => visit(browser, async ({ page }) => {
    assert.deepEqual(await page.evaluate(() => [isSecureContext, typeof crypto.subtle]), [false, "undefined"]);
    await page.getByRole("heading", { name: "crypto.subtle is missing here" }).waitFor();
    const [verifier, challenge] = await Promise.all(["#verifier", "#challenge"].map((it) => page.locator(it).textContent()));
    assert.match(verifier, /^[\w-]{43}$/);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    assert.equal(challenge, Buffer.from(digest).toString("base64url"));
  }, { at }));

  test("says clearly that a signature cannot be checked there, then logs in with the connection as witness", () => visit(browser, async ({ page }) => {
    await page.getByLabel("Its signature").check();
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    assert.equal(await errorIn(page), "crypto_unavailable");
    assert.match(await page.locator("#outcome .message[lang=en]").textContent(), /crypto\.subtle.*idTokenSignature/);

    await page.getByLabel("The connection").check();
    await logIn(page, { user: "katherine.johnson" });
    await loggedIn(page);
    assert.match(await page.getByRole("status").textContent(), /Katherine Johnson/);
    const checks = await page.locator("#step-checks [data-check]").evaluateAll((all) => all.map((it) => it.dataset.check));
    assert.ok(checks.includes("id_token_tls") && !checks.includes("id_token_signature"), String(checks));
  }, { at }));

  test("accepts a tampered ID token when nobody looks at the signature, and says that this is the price", () => visit(browser, async ({ page }) => {
    await logIn(page);
    await loggedIn(page);
    await page.locator("#tampered-id-token > button").click();
    const outcome = page.locator("#tampered-id-token .accepted");
    await outcome.waitFor();
    assert.match(await outcome.textContent(), /nobody looks at the signature/);
  }, { at }));

  test("has a front page too: a session in the Worker, and an attack in vain", () => visit(browser, async ({ page }) => {
    await page.getByRole("heading", { name: "crypto.subtle is missing here" }).waitFor();
    await signIn(page);
    const verdicts = await attack(page);
    assert.ok(!Object.values(verdicts).includes("leaked"), JSON.stringify(verdicts));
    assert.deepEqual([verdicts.look, verdicts.listen, verdicts["own-login"]], ["held", "held", "untried"]);
  }, { at: (demo) => `http://${NAME}:${demo.port}/` }));

  test("is refreshed and logged out like any other", () => visit(browser, async ({ page }) => {
    await logIn(page);
    await loggedIn(page);
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await page.locator("#news .exchange").waitFor();
    await page.locator("#logout").click();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("status").filter({ hasText: "logged out" }).waitFor();
  }, { at }));
});
