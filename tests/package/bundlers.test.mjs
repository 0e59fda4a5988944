/** Vite, webpack and esbuild with their default settings, and no plugin of ours; what they make runs in Chromium. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build as esbuild } from "esbuild";
import { build as vite, createServer } from "vite";
import webpack from "webpack";

import { HTML, PAGE, PROBE } from "./applications.mjs";
import { resultOf, served } from "./chromium.mjs";
import { application, run } from "./consumer.mjs";
import { CLIENT, CORE } from "./probe.mjs";

const ALL = { client: CLIENT, core: CORE, oneError: true };

let app;
before(async () => { app = await application({ ...PROBE, "index.html": HTML, "main.mjs": PAGE }); });
after(() => app?.remove());

const shown = (folder) => served(join(app.folder, folder), resultOf);
/** A page for bundlers that make a script alone. */
const page = (folder) => app.write({ [`${folder}/index.html`]: HTML });

test("Vite builds it", async () => {
  await vite({ root: app.folder, configFile: false, logLevel: "error", build: { outDir: "vite" } });
  assert.deepEqual(await shown("vite"), ALL);
});

test("Vite serves it during development", async () => {
  const server = await createServer({ root: app.folder, configFile: false, logLevel: "error", server: { host: "127.0.0.1", port: 0, ws: false, hmr: false } });
  try {
    await server.listen();
    assert.deepEqual(await resultOf(server.resolvedUrls.local[0]), ALL);
  } finally {
    await server.close();
  }
});

for (const mode of ["production", "development"]) {
  test(`webpack bundles it for ${mode}`, async () => {
    await page(`webpack-${mode}`);
    const compiler = webpack({ mode, context: app.folder, entry: "./main.mjs", output: { path: join(app.folder, `webpack-${mode}`), filename: "main.mjs" }, performance: false });
    const stats = await new Promise((resolve, reject) => compiler.run((error, done) => error ? reject(error) : resolve(done)));
    await new Promise((resolve) => compiler.close(resolve));
    assert.deepEqual([stats.toJson().errors, stats.toJson().warnings], [[], []]);
    assert.deepEqual(await shown(`webpack-${mode}`), ALL);
  });
}

test("esbuild bundles and minifies it", async () => {
  await page("esbuild");
  const { warnings } = await esbuild({ entryPoints: [join(app.folder, "main.mjs")], outfile: join(app.folder, "esbuild/main.mjs"), bundle: true, minify: true, format: "esm", logLevel: "silent" });
  assert.deepEqual(warnings, []);
  assert.deepEqual(await shown("esbuild"), ALL);
});

test("esbuild bundles it for Node, also as CommonJS", async () => {
  await app.write({ "program.mjs": PAGE + "result.then((value) => console.log(JSON.stringify(value)));" });
  for (const [format, ending] of [["esm", "mjs"], ["cjs", "cjs"]]) {
    const outfile = join(app.folder, `node.${ending}`);
    await esbuild({ entryPoints: [join(app.folder, "program.mjs")], outfile, bundle: true, platform: "node", format, logLevel: "silent" });
    assert.deepEqual(JSON.parse(await run(process.execPath, [outfile], app.folder)), ALL);
  }
});

test("an application that takes grantkit/core alone does not carry the client's module", async () => {
  await app.write({ "core.mjs": 'import { codeChallenge } from "grantkit/core"; globalThis.result = codeChallenge;' });
  const { metafile } = await esbuild({ entryPoints: [join(app.folder, "core.mjs")], bundle: true, write: false, metafile: true, format: "esm", logLevel: "silent" });
  assert.deepEqual(Object.keys(metafile.inputs).filter((name) => /client/.test(name)), []);
});

test("a bundler believes sideEffects: an entry that is imported starts its module, and presets that nobody uses are left out", async () => {
  await app.write({ "unused.mjs": 'import { google } from "grantkit/providers"; import { GrantError } from "grantkit/core"; console.log(1);' });
  const entry = join(app.folder, "unused.mjs");
  const { outputFiles: [bundle] } = await esbuild({ entryPoints: [entry], bundle: true, minify: true, write: false, format: "esm", logLevel: "silent" });
  const compiler = webpack({ mode: "production", context: app.folder, entry, output: { path: join(app.folder, "unused"), filename: "main.js" }, performance: false });
  await new Promise((resolve, reject) => compiler.run((error) => error ? reject(error) : resolve()));
  await new Promise((resolve) => compiler.close(resolve));
  for (const text of [bundle.text, await readFile(join(app.folder, "unused/main.js"), "utf8")]) {
    assert.match(text, /new WebAssembly\.Module\(/);
    assert.doesNotMatch(text, /accounts\.google\.com|github\.com\/login/);
  }
});
