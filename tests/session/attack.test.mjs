/** A hostile script in the page finds no token: not in what it can reach, not in what is stored, not in what is said. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ATTACK, PLANT } from "./attack.mjs";
import { launchChromium, until } from "./browsers.mjs";
import { answerServer, call, live, logIn, state, visit } from "./steps.mjs";

describe("a script in the page", { timeout: 300_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  /** Uses the session in every way, so that whatever could leak had its chance. */
  async function useIt(tab, world) {
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    await tab.run("() => session.refresh()");
    await call(tab, `${world.foreign}/`);
    await call(tab, `${world.api}/redirect`);
    world.delay = async (grant, ctx) => { ctx.status = 400; ctx.body = { error: "server_error", error_description: `echo ${grant.sent}` }; };
    await tab.run("() => session.refresh().catch((error) => { errors.push(error); })");
    world.delay = async () => {};
    assert.ok(world.journal.tokens.size >= 7, "access, refresh and ID tokens were issued, and a verifier was shown");
  }

  const nowhere = (world, { loot }) => {
    for (const secret of world.journal.tokens) assert.ok(!loot.includes(secret), `a secret of ${secret.length} characters was found`);
    assert.ok(!loot.includes("EXPORTED"), "no key could be taken out");
  };

  for (const [name, session, keys] of [
    ["in memory", {}, 1], ["on the device", { persistence: "device" }, 1], ["in a shared Worker", { worker: "/worker.js" }, 1], ["with DPoP on the device", { persistence: "device", dpop: true }, 2],
  ]) {
    test(`finds none of the tokens that were issued: ${name}`, () => live(browser, { session, features: { dPoP: { enabled: true } } }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
      await useIt(tab, world);
      const found = await tab.run(ATTACK);
      assert.ok(found.objects > 1_000 && found.loot.length > 100_000, `${found.objects} objects were looked at`);
      assert.equal(found.keys, keys, "the keys are there, and shut");
      assert.ok(found.loot.includes("ada.lovelace@example.test"), "who is signed in is known");
      nowhere(world, found);
    }));
  }

  test("finds no code verifier of a login that is under way", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await tab.run("() => { window.started = false; session.login(); }");
    await until("it has left", async () => (await tab.url()).startsWith(world.op.issuer));
    const other = await visit(visitor, world);
    const { loot } = await other.run(ATTACK);
    await answerServer(tab, world);
    const verifiers = [...world.journal.tokens].filter((secret) => secret.length === 43);
    assert.ok(verifiers.length > 0, "a verifier was shown to the token endpoint");
    for (const verifier of verifiers) assert.ok(!loot.includes(verifier), "the verifier was found");
    assert.match(loot, /sealed/, "where it is was looked at");
  }));

  test("would find a token if there were one: the search is a good one", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    const secret = "a-secret-for-this-test-alone";
    await tab.run(PLANT, secret);
    const { loot } = await tab.run(ATTACK);
    for (const place of ["local", "session", "cookie", "getter", "promise", "bytes", "cache", "message", "error"]) assert.ok(loot.includes(`${secret}-${place}`), place);
  }));

  test("cannot lead the tokens elsewhere by other options, in this page or in the Worker of all tabs", () => live(browser, { session: { worker: "/worker.js" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    const again = await tab.run(`async (evil) => {
      const other = await grantkit.createSession({ ...options, api: [evil] });
      return [other === session, await other.fetch(evil).then(() => "sent", (error) => error.code)];
    }`, `${world.foreign}/`);
    assert.deepEqual(again, [true, "origin_not_allowed"]);
    // The Worker's own protocol, with a page that lies about what it is.
    const direct = await tab.run(`async (evil) => {
      const { setup } = (await import("/dist/session/setup.js")).readOptions(options);
      const answer = (port, message) => new Promise((resolve) => { port.onmessage = ({ data }) => { if ("done" in data || "failed" in data) resolve(data); }; port.postMessage(message); });
      const name = JSON.stringify(setup);
      const honest = await answer(new SharedWorker("/worker.js", { name }).port, { call: 1, name: "open", input: setup });
      const lying = await answer(new SharedWorker("/worker.js", { name }).port, { call: 1, name: "open", input: { ...setup, client: { ...setup.client, api: [evil] } } });
      return [honest.value.view.state.status, lying.error.code, lying.error.about];
    }`, `${world.foreign}/`);
    assert.deepEqual(direct, ["signed_in", "invalid_argument", "options"]);
    assert.ok(!world.journal.shown.some(({ at }) => at === "foreign"));
    assert.equal((await state(tab)).status, "signed_in");
  }));
});
