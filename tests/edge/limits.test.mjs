/** What the platform counts and what it wakes up for: logins by address, and sessions that are over. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Browser, forgetApplication, startWorld } from "./world.mjs";

after(forgetApplication);

async function withWorld(options, body) {
  const world = await startWorld(options);
  try {
    await body(world);
  } finally {
    await world.close();
  }
}

test("logins are counted by the platform too, where the handler is given its rate limit", { timeout: 60_000 }, () => withWorld({ limited: 2 }, async (world) => {
  const begin = (address) => new Browser(world).navigate("/auth/login", { headers: { "cf-connecting-ip": address } });
  const answers = [];
  for (let count = 0; count < 3; count++) answers.push(await begin("192.0.2.1"));
  assert.deepEqual(answers.map(({ status }) => status), [302, 302, 429]);
  assert.equal(answers[2].headers.get("retry-after"), "60");
  assert.match(await answers[2].text(), /too_many_logins/);
  assert.equal((await begin("192.0.2.2")).status, 302);
}));

test("the coordinator forgets a session that is over, and its name in the list of its subject", { timeout: 60_000 }, () => withWorld({
  facts: { store: "durable", session: { idle: 8, absolute: 8 } },
}, async (world) => {
  const held = async (name) => (await world.send(`/-/held?name=${encodeURIComponent(name)}`)).json();
  const browser = new Browser(world);
  assert.equal((await browser.logIn()).status, 302);
  const { claims: { sub } } = await browser.view();
  const [{ id }] = await (await world.send(`/-/sessions?sub=${encodeURIComponent(sub)}`)).json();
  const names = [`session:${id}`, `subject:${world.op.issuer} ${sub}`];
  assert.deepEqual(await Promise.all(names.map(held)), [["entry"], ["sessions"]]);
  const end = Date.now() + 30_000;
  while ((await Promise.all(names.map(held))).flat().length > 0) {
    assert.ok(Date.now() < end, "it is kept for longer than it lasts");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.equal((await browser.fetch("/api/x")).status, 401);
}));
