/** Other global scopes than a page's: a Web Worker, a Service Worker, and an extension's page and background (Manifest V3). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build as esbuild } from "esbuild";
import { build as vite } from "vite";

import { HTML, NAMED, PAGE, PROBE } from "./applications.mjs";
import { extended, resultOf, served } from "./chromium.mjs";
import { application } from "./consumer.mjs";
import { CLIENT, CORE } from "./probe.mjs";

const ALL = { client: CLIENT, core: CORE, oneError: true };

/** Answers whoever asks with what the probes came to. */
const WORKER = `${NAMED}\nresult.then((value) => postMessage(value));\n`;
const SERVICE_WORKER = `
import { Client, GrantError, codeChallenge, randomCodeVerifier, secretBasic } from "grantkit";
import * as core from "grantkit/core";
import { probeClient, probeCore } from "./probe.mjs";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(probeClient({ Client, GrantError, codeChallenge, randomCodeVerifier, secretBasic })
  .then((client) => event.source.postMessage({ client, core: probeCore(core), oneError: core.GrantError === GrantError }))));
`;
const ASKS_WORKER = `globalThis.result = new Promise((resolve, reject) => {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
});`;
const ASKS_SERVICE_WORKER = (type) => `globalThis.result = (async () => {
  await navigator.serviceWorker.register("./worker.js", { type: "${type}" });
  const { active } = await navigator.serviceWorker.ready;
  const answer = new Promise((resolve) => navigator.serviceWorker.addEventListener("message", ({ data }) => resolve(data)));
  navigator.serviceWorker.startMessages();
  active.postMessage("?");
  return answer;
})();`;

let app;
before(async () => { app = await application({ ...PROBE, "index.html": HTML, "main.mjs": ASKS_WORKER, "worker.mjs": WORKER, "service.mjs": SERVICE_WORKER, "page.mjs": PAGE }); });
after(() => app?.remove());

const bundle = (from, to, format) => esbuild({ entryPoints: [join(app.folder, from)], outfile: join(app.folder, to), bundle: true, format, logLevel: "silent" });

test("a Web Worker runs it, bundled by Vite", async () => {
  await vite({ root: app.folder, configFile: false, logLevel: "error", build: { outDir: "web-worker" }, worker: { format: "es" } });
  assert.deepEqual(await served(join(app.folder, "web-worker"), resultOf), ALL);
});

for (const [type, format] of [["classic", "iife"], ["module", "esm"]]) {
  test(`a Service Worker runs it, as a ${type} script`, async () => {
    await bundle("service.mjs", `${type}/worker.js`, format);
    await app.write({ [`${type}/index.html`]: HTML, [`${type}/main.mjs`]: ASKS_SERVICE_WORKER(type) });
    assert.deepEqual(await served(join(app.folder, type), resultOf), ALL);
  });
}

test("an extension's page and its background run it, with 'wasm-unsafe-eval' in its policy", async () => {
  await Promise.all([bundle("page.mjs", "extension/main.js", "esm"), bundle("page.mjs", "extension/background.js", "esm")]);
  await app.write({
    "extension/page.html": '<!doctype html><meta charset="utf-8"><script type="module" src="main.js"></script>',
    "extension/manifest.json": JSON.stringify({
      manifest_version: 3, name: "application", version: "1", background: { service_worker: "background.js", type: "module" },
      content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'" },
    }),
  });
  assert.deepEqual(await extended(join(app.folder, "extension"), "page.html"), { page: ALL, background: ALL });
});

const manifest = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));

test("an extension whose policy forbids WebAssembly runs grantkit/no-wasm", { skip: manifest.exports["./no-wasm"] ? false : "grantkit/no-wasm is not published yet" }, async () => {
  await app.write({ "no-wasm.mjs": 'import { codeChallenge } from "grantkit/no-wasm";\nglobalThis.result = codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");' });
  await bundle("no-wasm.mjs", "no-wasm/main.js", "esm");
  await app.write({
    "no-wasm/page.html": '<!doctype html><meta charset="utf-8"><script type="module" src="main.js"></script>',
    "no-wasm/manifest.json": JSON.stringify({ manifest_version: 3, name: "application", version: "1", background: { service_worker: "main.js", type: "module" } }),
  });
  assert.deepEqual(await extended(join(app.folder, "no-wasm"), "page.html"), { page: CLIENT.challenge, background: CLIENT.challenge });
});
