/** `grantkit/slim` and `grantkit/core/slim`: the caller brings the module, in any of four forms. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";

import { PROBE } from "./applications.mjs";
import { application, run } from "./consumer.mjs";
import { CLIENT, CORE } from "./probe.mjs";

let app;
before(async () => { app = await application(PROBE); });
after(() => app?.remove());

/** An expression for the module, made of `bytes`. */
const FORMS = {
  "a Module": "new WebAssembly.Module(bytes)",
  "a promise of a Module": "WebAssembly.compile(bytes)",
  "a Response": 'new Response(bytes, { headers: { "content-type": "application/wasm" } })',
  "a Response of another type, as some servers send it": 'new Response(bytes, { headers: { "content-type": "application/octet-stream" } })',
  "a promise of a Response": "Promise.resolve(new Response(bytes))",
  "a Uint8Array": "bytes",
  "an ArrayBuffer": "bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)",
};

const source = (name, body) => `
import { readFileSync } from "node:fs";
import * as grantkit from "grantkit/${name === "core" ? "core/slim" : "slim"}";
import { probeClient, probeCore } from "./probe.mjs";
const bytes = new Uint8Array(readFileSync(${JSON.stringify(join(app.home, "dist/wasm"))} + "/${name}.wasm"));
const probe = ${name === "core" ? "probeCore" : "probeClient"};
${body}
`;

async function printed(name, body) {
  await app.write({ "main.mjs": source(name, body) });
  return JSON.parse(await run(process.execPath, [join(app.folder, "main.mjs")], app.folder));
}

for (const [name, expected] of [["client", CLIENT], ["core", CORE]]) {
  const path = name === "core" ? "grantkit/core/slim" : "grantkit/slim";

  for (const [form, expression] of Object.entries(FORMS)) {
    test(`${path} starts with ${form}`, async () => {
      assert.deepEqual(await printed(name, `await grantkit.init(${expression}); console.log(JSON.stringify(await probe(grantkit)));`), expected);
    });
  }

  test(`${path} may be started twice, as two parts of a page will`, async () => {
    assert.deepEqual(await printed(name, "await Promise.all([grantkit.init(bytes), grantkit.init(bytes)]); await grantkit.init(bytes); console.log(JSON.stringify(await probe(grantkit)));"), expected);
  });

  test(`${path} rejects what is no module, and can be started afterwards`, async () => {
    const body = `
      const refused = [];
      for (const bad of [undefined, null, 5, "x", {}, new Uint8Array(4), new Response("no", { status: 404 })]) refused.push(await grantkit.init(bad).then(() => "accepted", (error) => error instanceof Error));
      await grantkit.init(bytes);
      console.log(JSON.stringify({ refused, then: await probe(grantkit) }));`;
    assert.deepEqual(await printed(name, body), { refused: Array(7).fill(true), then: expected });
  });
}

test("grantkit/slim: a client that was made before a second start goes on", async () => {
  const body = `
    await grantkit.init(bytes);
    const client = new grantkit.Client({ issuer: "https://op.example", authorization_endpoint: "https://op.example/a" }, { clientId: "app", redirectUri: "https://app.example/cb" });
    await grantkit.init(bytes);
    for (let i = 0; i < 20; i++) new grantkit.Client({ issuer: "https://another.example", authorization_endpoint: "https://another.example/a" }, { clientId: "b", redirectUri: "https://b.example/cb" });
    const { url, pending } = await client.authorize();
    console.log(JSON.stringify([url.startsWith("https://op.example/a?"), pending.client_id]));`;
  assert.deepEqual(await printed("client", body), [true, "app"]);
});
