/** From login to logout in a real browser, which keeps the cookies' promises and makes its own. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import { answerServer, launch } from "../e2e/harness.mjs";
import { leave } from "../e2e/leave.mjs";
import { DATES, forgetApplication, startWorld } from "./world.mjs";

after(forgetApplication);

describe("a person with Chromium", { timeout: 120_000 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  for (const [date, store] of [[DATES[0], "sealed"], [DATES[1], "durable"]]) {
    test(`logs in, asks the API, listens on a WebSocket, and logs out (${store}, workerd at ${date})`, async () => {
      const world = await startWorld({ date, facts: { store } });
      const sibling = await startSibling();
      const context = await browser.newContext();
      context.setDefaultTimeout(15_000);
      try {
        const page = await context.newPage();
        const ask = (path, init = {}) => page.evaluate(async ([path, init]) => {
          const answer = await fetch(path, { ...init, headers: { "x-csrf": "1", ...init.headers } });
          return { status: answer.status, body: await answer.json().catch(() => null) };
        }, [path, init]);

        await page.goto(`${world.origin}/`);
        assert.deepEqual((await ask("/auth/session")).body, { authenticated: false });
        await page.evaluate(() => location.assign("/auth/login?returnTo=/orders%3Fpage=2"));
        await answerServer(page, { user: "grace.hopper" });
        await page.waitForURL(`${world.origin}/orders?page=2`);

        const { body: view } = await ask("/auth/session");
        assert.deepEqual([view.authenticated, view.claims.name], [true, "Grace Hopper"]);
        // Cookies know no ports: the authorization server's own are of this host too.
        const ours = async () => (await context.cookies(world.origin)).filter(({ name }) => name.startsWith("__Host-"));
        const cookies = await ours();
        assert.deepEqual(cookies.map(({ name, httpOnly, secure, sameSite, path }) => [name, httpOnly, secure, sameSite, path]), [["__Host-Http-session", true, true, "Strict", "/"]]);
        assert.equal(await page.evaluate(() => document.cookie), "", "no script sees it");
        assert.equal(await page.evaluate(() => { document.cookie = "__Host-Http-session=mine; Secure; Path=/"; return document.cookie; }), "", "and no script sets it");

        const { status, body } = await ask("/api/orders", { method: "POST", body: "{}" });
        assert.equal(status, 200);
        assert.match(body.headers.authorization, /^Bearer /);
        const said = await page.evaluate(() => new Promise((resolve, reject) => {
          const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/socket`);
          socket.onopen = () => socket.send("hello");
          socket.onmessage = ({ data }) => { socket.close(); resolve(data); };
          socket.onerror = () => reject(new Error("no socket"));
        }));
        assert.equal(said, "api says hello");

        // Another port of this host is of the same site: the browser sends the Strict cookie along, and only the handler stands in the way.
        const elsewhere = await context.newPage();
        await elsewhere.goto(sibling.origin);
        const seen = world.api.seen.length;
        const tried = await elsewhere.evaluate(async (origin) => {
          const attempt = (path, init) => fetch(origin + path, { credentials: "include", ...init }).then(({ status, type }) => status || type, () => "blocked");
          const socket = await new Promise((resolve) => {
            const opened = new WebSocket(`${origin.replace("http", "ws")}/api/socket`);
            opened.onopen = () => resolve("open");
            opened.onerror = () => resolve("refused");
          });
          return [
            await attempt("/api/orders"), await attempt("/api/orders", { headers: { "x-csrf": "1" } }), await attempt("/api/orders", { method: "POST", mode: "no-cors", body: "x" }),
            await attempt("/auth/logout", { method: "POST", mode: "no-cors" }), await attempt("/auth/session"), socket,
          ];
        }, world.origin);
        assert.deepEqual(tried, ["blocked", "blocked", "opaque", "opaque", "blocked", "refused"]);
        assert.equal(world.api.seen.length, seen);
        assert.equal((await ask("/auth/session")).body.authenticated, true);

        const { body: out } = await ask("/auth/logout", { method: "POST" });
        await page.evaluate((location_) => location.assign(location_), out.location);
        await page.getByRole("button", { name: "Log out" }).click();
        await page.waitForURL(`${world.origin}/bye`);
        assert.deepEqual((await ask("/auth/session")).body, { authenticated: false });
        assert.deepEqual(await ours(), []);
      } finally {
        await leave(context);
        await Promise.all([world.close(), sibling.close()]);
      }
    });
  }

  test("who says no at the server sees a page of words, and can begin anew", async () => {
    const world = await startWorld();
    const context = await browser.newContext();
    context.setDefaultTimeout(15_000);
    try {
      const page = await context.newPage();
      await page.goto(`${world.origin}/auth/login`);
      await answerServer(page, { answer: "Deny" });
      await page.getByText("access_denied").waitFor();
      await page.getByRole("link", { name: "Log in again" }).click();
      await answerServer(page);
      await page.waitForURL(`${world.origin}/`);
    } finally {
      await leave(context);
      await world.close();
    }
  });
});

/** A page on another port of the same host. */
async function startSibling() {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>elsewhere</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}
