/** A browser at the demo, and the few things a person does there. */
import { chromium } from "playwright-core";

import { startDemo } from "../../www/serve.mjs";
import { leave } from "./leave.mjs";

const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Nothing here takes long: what does is broken. */
const PATIENCE = 10_000;

/** The page of the protocol, and the front page. */
export const protocol = (demo) => `${demo.url}protocol`;
export const home = (demo) => demo.url;

/** One browser for a test file. */
export function launch(...args) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...ARGS, ...args] });
}

/** Runs `test` with a demo and an authorization server of its own, and a page that has never been anywhere. */
export async function visit(browser, test, { demo: options, at = protocol, ...context } = {}) {
  const demo = await startDemo(options);
  const visitor = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
  visitor.setDefaultTimeout(PATIENCE);
  const page = await visitor.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  try {
    await page.goto(at(demo));
    await test({ page, demo, said, context: visitor });
  } finally {
    await leave(visitor);
    await demo.close();
  }
}

/** Presses "Log in", and answers the server's pages. */
export async function logIn(page, { user = "ada.lovelace", answer = "Allow" } = {}) {
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await answerServer(page, { user, answer });
}

/** At the server: who, and what may the page have. The first page is left out for those whom the server knows. */
export async function answerServer(page, { user = "ada.lovelace", answer = "Allow" } = {}) {
  const allow = page.getByRole("button", { name: answer, exact: true });
  const name = page.getByLabel("User name");
  await allow.or(name).first().waitFor();
  if (await name.isVisible()) {
    await name.fill(user);
    await page.getByRole("button", { name: "Continue" }).click();
  }
  await allow.click();
}

/** Waits until the login has come to its good end. */
export async function loggedIn(page) {
  await page.getByRole("status").filter({ hasText: "Logged in as" }).waitFor();
}

/** Logs in on the front page, and waits until the session is there. */
export async function signIn(page, options) {
  await logIn(page, options);
  await page.locator("#status[data-status=signed_in]").waitFor();
}

/** Runs the attack; gives each attempt's verdict by its name. */
export async function attack(page) {
  await page.getByRole("button", { name: "Run the attack" }).click();
  await page.locator("#summary[data-verdict]").waitFor({ timeout: 30_000 });
  return Object.fromEntries(await page.locator(".attempt").evaluateAll((all) => all.map((it) => [it.id.replace("attempt-", ""), it.dataset.verdict])));
}

/** What the authorization server issued, and was shown: overheard where it is issued, since no page hears it. */
export function overhear(demo) {
  const secrets = new Set();
  demo.op.provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== "/token" || ctx.method !== "POST") return;
    for (const secret of [ctx.body?.access_token, ctx.body?.refresh_token, ctx.body?.id_token, ctx.oidc?.params?.code_verifier]) if (secret) secrets.add(secret);
  });
  return secrets;
}

/** The code of the error card inside `place`, once it is there. */
export async function errorIn(page, place = "#outcome") {
  const card = page.locator(`${place} article.error`);
  await card.waitFor();
  return card.getAttribute("data-code");
}

/** Presses a fault's button, and waits for what it brings. */
export async function provoke(page, id) {
  await page.locator(`#${id} > button`).click();
  return errorIn(page, `#${id}`);
}

/**
 * Sends the browser's return from the server through `change`, a function of its URL: the only thing that is staged here.
 * By the browser's own protocol, since `page.route` does not see a request that a redirect led to.
 */
export async function onTheWayBack(page, change) {
  const wire = await page.context().newCDPSession(page);
  let changed = false;
  wire.on("Fetch.requestPaused", async ({ requestId, request }) => {
    if (changed) return wire.send("Fetch.continueRequest", { requestId });
    changed = true;
    const url = new URL(request.url);
    await change(url);
    await wire.send("Fetch.fulfillRequest", { requestId, responseCode: 302, responseHeaders: [{ name: "location", value: url.href }] });
  });
  await wire.send("Fetch.enable", { patterns: [{ urlPattern: "*/callback?*" }] });
}

/** Listens to the token endpoint, and keeps what must never be seen: both halves of the secrets. */
export function eavesdrop(page) {
  const secrets = new Set();
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.searchParams.has("code")) secrets.add(url.searchParams.get("code"));
    for (const [name, value] of new URLSearchParams(request.postData() ?? "")) {
      if (["code", "code_verifier", "refresh_token"].includes(name)) secrets.add(value);
    }
  });
  page.on("response", async (response) => {
    if (!response.url().endsWith("/token")) return;
    const reply = await response.json().catch(() => ({}));
    for (const name of ["access_token", "refresh_token", "id_token"]) if (reply[name]) secrets.add(reply[name]);
  });
  return secrets;
}
