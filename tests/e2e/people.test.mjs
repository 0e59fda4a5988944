/** The demo for everybody: in English and Japanese, by keyboard and by ear, in light and dark, on narrow screens. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { attack, home, launch, loggedIn, logIn, protocol, provoke, signIn, visit } from "./harness.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds against WCAG 2.2 AA and good practice, in words. */
async function complaints(page) {
  await page.locator(":root").evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished.catch(() => {}))));
  await page.evaluate(AXE);
  return page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((it) => it.target.join(" ")).join(", ")}`));
}

/** Text that is seen and stands in no code, no name and no quotation, and is still English: four words in a row. */
const english = (page) => page.evaluate(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const left = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element.closest("code, pre, script, noscript, :not(html)[lang=en], td") || !element.checkVisibility()) continue;
    if (/([A-Za-z]+[ ,.;:]+){3}[A-Za-z]+/.test(node.data)) left.push(node.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label]")) if (/([A-Za-z]+ ){2}[A-Za-z]+/.test(element.ariaLabel)) left.push(element.ariaLabel);
  return left;
});

const openAll = (page) => page.locator("details").evaluateAll((all) => all.forEach((it) => { it.open = true; }));

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe("the demo", { timeout: 240_000 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  describe("in two languages", () => {
    test("greets people in the language of their browser, and says so to screen readers", () => visit(browser, async ({ page }) => {
      await page.getByRole("heading", { name: "このページには、盗まれるトークンがない。" }).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), "ja");
      assert.equal(await page.title(), "grantkit：漏らせないログイン");
    }, { at: home, locale: "ja-JP" }));

    test("switches without losing a login or what is on the page, and remembers", () => visit(browser, async ({ page }) => {
      await logIn(page);
      await loggedIn(page);
      await provoke(page, "wrong-state");
      const switched = page.getByRole("button", { name: "日本語" });
      await switched.click();
      assert.equal(await switched.getAttribute("aria-pressed"), "true");
      assert.match(await page.getByRole("status").textContent(), /Ada Lovelace としてログインしました/);
      assert.match(await page.locator("#wrong-state .user").textContent(), /このサインインはここで始まったものではない/);
      await page.locator("#expiry").filter({ hasText: "期限切れ" }).waitFor();
      await page.getByRole("button", { name: "English" }).click();
      await page.getByRole("heading", { name: "A login, taken apart." }).waitFor();
      await switched.click();
      await page.reload();
      await page.getByRole("heading", { name: "ログインを、分解する。" }).waitFor();
    }));

    test("leaves no sentence of the front page in English", () => visit(browser, async ({ page }) => {
      assert.deepEqual(await english(page), []);
      await page.getByRole("button", { name: "English" }).click();
      await signIn(page);
      await page.locator("#ask").click();
      await attack(page);
      assert.ok((await english(page)).length > 20, "this would be found");
      await page.getByRole("button", { name: "日本語" }).click();
      await openAll(page);
      assert.deepEqual(await english(page), []);
    }, { at: home, locale: "ja" }));

    test("leaves no sentence of the protocol and of its errors in English", () => visit(browser, async ({ page }) => {
      await logIn(page);
      await loggedIn(page);
      await page.locator("#refresh").click();
      await page.locator("#news .exchange").waitFor();
      for (const id of ["wrong-state", "expired-code", "server-down", "html", "redirect", "insecure-endpoint", "sloppy-strict", "tampered-id-token"]) await provoke(page, id);
      await page.locator("#sloppy > button").click();
      await page.locator("#sloppy .deviations").waitFor();
      await page.getByRole("button", { name: "日本語" }).click();
      await openAll(page);
      assert.deepEqual(await english(page), []);
    }));
  });

  describe("by keyboard", () => {
    /** Walks on by Tab until the focus is on `selector`; each stop on the way can be seen. */
    const reach = async (page, selector) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        const [there, seen] = await page.evaluate((it) => {
          const { outlineStyle } = getComputedStyle(document.activeElement);
          return [document.activeElement?.matches(it), outlineStyle !== "none" || document.activeElement === document.body];
        }, selector);
        assert.ok(seen, `the focus is seen on the way to ${selector}`);
        if (there) return;
      }
      assert.fail(`${selector} was not reached`);
    };

    test("the front page can be used from the first link to the attack", () => visit(browser, async ({ page }) => {
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await reach(page, "#login");
      await page.keyboard.press("Enter");
      await page.getByLabel("User name").waitFor(); // it has the focus
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Allow" }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator("#status[data-status=signed_in]").waitFor();
      await reach(page, "#ask");
      await page.keyboard.press("Enter");
      await page.locator("#reply .wire.in").waitFor();
      await reach(page, "#refresh");
      await page.keyboard.press("Enter");
      await page.locator("#reports").getByText("The old refresh token is spent").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), "refresh"); // the focus is not lost
      await reach(page, "#attack");
      await page.keyboard.press("Space");
      await page.locator("#summary[data-verdict=held]").waitFor({ timeout: 30_000 });
      await reach(page, "#source");
    }, { at: home }));

    test("the language and the colours can be chosen", () => visit(browser, async ({ page }) => {
      await reach(page, "#language [lang=ja]");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("html").getAttribute("lang"), "ja");
      await reach(page, "#theme");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    }, { at: home }));
  });

  describe("by ear and eye: axe has no complaint", () => {
    for (const [name, context] of [["light", { colorScheme: "light" }], ["dark, in Japanese", { colorScheme: "dark", locale: "ja" }]]) {
      test(`about the front page, before and after the attack, ${name}`, () => visit(browser, async ({ page }) => {
        assert.deepEqual(await complaints(page), []);
        await page.getByRole("button", { name: "English" }).click();
        await signIn(page);
        await page.locator("#ask").click();
        await attack(page);
        if (context.locale) await page.getByRole("button", { name: "日本語" }).click();
        await openAll(page);
        assert.deepEqual(await complaints(page), []);
      }, { at: home, ...context }));

      test(`about the protocol, with a login and errors, ${name}`, () => visit(browser, async ({ page }) => {
        await page.getByRole("button", { name: "English" }).click();
        await logIn(page);
        await loggedIn(page);
        for (const id of ["wrong-state", "server-down", "insecure-endpoint"]) await provoke(page, id);
        await page.locator("#listen").click();
        await page.locator(".stolen").waitFor();
        await openAll(page);
        assert.deepEqual(await complaints(page), []);
      }, { at: protocol, ...context }));
    }
  });

  describe("on a screen of 360 pixels", () => {
    for (const locale of ["en", "ja"]) {
      test(`the front page fits, before and after the attack: ${locale}`, () => visit(browser, async ({ page }) => {
        assert.equal(await overflow(page), 0);
        await page.getByRole("button", { name: "English" }).click();
        await signIn(page);
        await page.locator("#ask").click();
        await attack(page);
        if (locale === "ja") await page.getByRole("button", { name: "日本語" }).click();
        await openAll(page);
        assert.equal(await overflow(page), 0);
      }, { at: home, viewport: { width: 360, height: 740 }, locale }));
    }
  });
});
