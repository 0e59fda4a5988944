/** What a person and a page do, in any engine. */
import assert from "node:assert/strict";

import { until } from "./browsers.mjs";
import { startWorld } from "./world.mjs";

/** Runs `test` in a world of its own, with a visitor who was never there. */
export async function live(browser, options, test) {
  const world = await startWorld(options);
  const visitor = await browser.visitor();
  try {
    await test({ world, visitor });
  } finally {
    await visitor.close();
    await world.close();
  }
}

/** A tab at the page, its session started. */
export async function visit(visitor, world, path = "/") {
  const tab = await visitor.tab();
  await tab.goto(world.origin + path);
  await started(tab);
  return tab;
}

/** Waits until the page's session has started. */
export async function started(tab) {
  await until("the session starts", () => tab.run("() => window.started === true").catch(() => false));
  const failure = await tab.run("() => window.failure && String(window.failure.stack || window.failure)");
  assert.ok(!failure, failure);
}

/** Logs in by redirect. */
export async function logIn(tab, world, login = {}) {
  await tab.run("(login) => { window.started = false; session.login(login).catch((error) => { window.loginError = error; }); }", { prompt: "consent", ...login });
  await answerServer(tab, world);
  await started(tab);
  assert.equal((await state(tab)).status, "signed_in", JSON.stringify(await state(tab)));
}

/** Says yes to whatever the authorization server asks, until it sends the browser back. */
export async function answerServer(tab, world, answer = "") {
  await until("the server sends the browser back", async () => {
    const url = await tab.url();
    const refused = await tab.run("() => window.loginError && String(window.loginError)").catch(() => undefined);
    assert.ok(!refused, refused);
    if (!url.startsWith(world.op.issuer)) return url.startsWith(world.origin) && await tab.run("() => !!window.started").catch(() => false);
    await tab.run(`(answer) => {
      const button = document.querySelector(answer ? \`button[value=\${answer}]\` : "button[name=answer], button[name=logout]");
      if (button && !window.pressed) { window.pressed = true; button.click(); }
    }`, answer).catch(() => {});
    return false;
  });
}

export const state = (tab) => tab.run("() => JSON.parse(JSON.stringify(session))");

/** Asks for new tokens; how that ended. */
export const refreshed = (tab) => tab.run("() => session.refresh().then(() => \"went well\", (error) => error.code)");

/** Fetches by the session; gives status and body, or the error's code. */
export const call = (tab, url, init = {}) => tab.run(`async (url, init) => {
  try {
    const response = await session.fetch(url, init);
    return { status: response.status, url: response.url, text: await response.text() };
  } catch (error) { return { code: error.code ?? error.name, error: error.toJSON?.() ?? String(error) }; }
}`, url, init);

/** Moves every Worker's clock, also those that start later; waits until `workers` have heard of it. */
export async function setClock(tab, world, shift, workers) {
  world.shift = shift;
  const heard = await tab.run(`(set, workers) => new Promise((resolve) => {
    const channel = new BroadcastChannel("clock");
    let heard = 0;
    channel.onmessage = ({ data }) => { if (data.heard === set && ++heard >= workers) { channel.close(); resolve(heard); } };
    channel.postMessage({ set });
    setTimeout(() => resolve(heard), 5_000);
  })`, shift, workers);
  assert.equal(heard, workers, "every Worker has heard what time it is");
}

/**
 * Loses an answer on the way, after its first byte: Chromium sends a request again by itself where a connection that was used before breaks without
 * one, whatever the method.
 */
export function lose(ctx, world) {
  ctx.respond = false;
  ctx.res.writeHead(200, { "content-type": "application/json", "content-length": "900", "access-control-allow-origin": world.origin });
  ctx.res.write("{");
  setTimeout(() => ctx.req.socket.destroy(), 100);
}
