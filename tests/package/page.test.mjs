/** A page without any bundler: `<script type="module">`, an import map, and a policy that forbids everything but our own scripts and WebAssembly. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { PAGE, PROBE } from "./applications.mjs";
import { resultOf, served } from "./chromium.mjs";
import { application } from "./consumer.mjs";
import { CLIENT, CORE } from "./probe.mjs";

const AT = "/node_modules/grantkit/dist";
const MAP = JSON.stringify({ imports: {
  "grantkit": `${AT}/entry/client.inline.js`, "grantkit/core": `${AT}/entry/core.inline.js`,
  "grantkit/slim": `${AT}/entry/client.slim.js`, "grantkit/core/slim": `${AT}/entry/core.slim.js`,
} });
const html = (script) => `<!doctype html><meta charset="utf-8"><title>application</title><script type="importmap">${MAP}</script><script type="module" src="/${script}"></script>`;
const POLICY = { "content-security-policy": `default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${createHash("sha256").update(MAP).digest("base64")}'` };

const SLIM = `
import * as grantkit from "grantkit/slim";
import * as core from "grantkit/core/slim";
import { probeClient, probeCore } from "./probe.mjs";
globalThis.result = (async () => {
  await Promise.all([grantkit.init(fetch("${AT}/wasm/client.wasm")), core.init(await fetch("${AT}/wasm/core.wasm"))]);
  return { client: await probeClient(grantkit), core: probeCore(core), oneError: grantkit.GrantError === core.GrantError };
})();
`;

let app;
before(async () => {
  app = await application({ ...PROBE, "main.mjs": PAGE, "slim.mjs": SLIM, "index.html": html("main.mjs"), "slim.html": html("slim.mjs") });
});
after(() => app?.remove());

test("a page imports it by an import map, under a strict policy", async () => {
  assert.deepEqual(await served(app.folder, resultOf, { headers: POLICY }), { client: CLIENT, core: CORE, oneError: true });
});

test("a page starts the slim entries with what fetch promises", async () => {
  assert.deepEqual(await served(app.folder, (origin) => resultOf(`${origin}/slim.html`), { headers: POLICY }), { client: CLIENT, core: CORE, oneError: true });
});
