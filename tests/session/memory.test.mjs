/** What was in the memory of the Worker's modules while a session lived is not there after each step: all of it is searched, as whoever reads a core dump would. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launchChromium } from "./browsers.mjs";
import { call, live, logIn, lose, state, visit } from "./steps.mjs";

/** Put before the Worker's script: keeps each instance that is made, and searches its memory for whoever asks, in UTF-8 and in UTF-16. */
const SEARCH = `{
  const instances = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance { constructor(...words) { super(...words); instances.push(this); } };
  const channel = new BroadcastChannel("memory");
  channel.onmessage = ({ data: { search } }) => {
    if (!search) return;
    const memories = instances.map(({ exports }) => new TextDecoder("latin1").decode(exports.memory.buffer));
    const forms = (text) => [text, [...text].join("\\0")];
    channel.postMessage({ memories: memories.length, found: search.filter((text) => memories.some((memory) => forms(text).some((form) => memory.includes(form)))) });
  };
}
`;

/** Which of these texts stand in the Worker's memory, and in how many memories it was looked for. */
const search = (tab, texts) => tab.run(`(texts) => new Promise((resolve) => {
  const channel = new BroadcastChannel("memory");
  channel.onmessage = ({ data }) => { if (data.found) { channel.close(); resolve(data); } };
  channel.postMessage({ search: texts });
  setTimeout(() => resolve("nobody answered"), 5_000);
})`, texts);

describe("the Worker's memory", { timeout: 120_000 }, () => {
  let browser, script;
  before(async () => {
    browser = await launchChromium();
    script = SEARCH + await readFile(fileURLToPath(new URL("../../pkg/dist/session/worker.js", import.meta.url)), "utf8");
  });
  after(() => browser.close());

  test("of the Worker holds no code, verifier or token after a login, a fetch, and refreshes that went well and did not", () => live(browser, { session: { worker: "/memory.js" } }, async ({ world, visitor }) => {
    world.extra = { "/memory.js": script };
    const tab = await visit(visitor, world);
    const clean = async (when) => {
      const codes = world.pageHits.map((url) => new URL(url, world.origin).searchParams.get("code")).filter(Boolean);
      const secrets = [...world.journal.tokens, ...codes];
      assert.ok(codes.length > 0 && secrets.length > 3, "there is something to look for");
      const { memories, found } = await search(tab, [...secrets, world.op.issuer]);
      assert.equal(memories, 2, "one module does it all, and another unpacked it");
      assert.deepEqual(found, [world.op.issuer], `after ${when}: what is no secret is found, and nothing else`);
    };
    await logIn(tab, world);
    await clean("a login");
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    await clean("a fetch");
    await tab.run("() => session.refresh()");
    assert.equal(world.refreshes().length, 1);
    await clean("a refresh");
    world.delay = async (grant, ctx) => { if (grant.type === "refresh_token") lose(ctx, world); };
    await tab.run("() => session.refresh().catch(() => {})");
    assert.equal(world.refreshes().length, 2, JSON.stringify(await state(tab)));
    await clean("a refresh whose answer was lost");
  }));
});
