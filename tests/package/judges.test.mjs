/** What publint and "Are the types wrong?" say of the tarball, and Rollup, whose plugin for node_modules is no part of it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { HTML, PAGE, PROBE } from "./applications.mjs";
import { resultOf, served } from "./chromium.mjs";
import { application, pack } from "./consumer.mjs";
import { installed } from "./installed.mjs";
import { CLIENT, CORE } from "./probe.mjs";

let app, home;
before(async () => {
  home = await installed("tests/package/tools");
  app = await application({ ...PROBE, "index.html": HTML, "main.mjs": PAGE });
}, { timeout: 300_000 });
after(() => app?.remove());

/** A package of the list, imported from where it is installed. */
const load = (name) => import(pathToFileURL(createRequire(join(home, "package.json")).resolve(name)).href);

test("publint has nothing to say", async () => {
  const { publint } = await import(pathToFileURL(join(home, "node_modules/publint/src/index-node.js")).href);
  const { messages } = await publint({ pkgDir: app.home, strict: true, pack: false });
  assert.deepEqual(messages.map(({ code, path }) => `${code} ${path.join(".")}`), []);
});

test("the types are right for every way to resolve them that knows exports", async () => {
  const { checkPackage, createPackageFromTarballData } = await import(pathToFileURL(join(home, "node_modules/@arethetypeswrong/core/dist/index.js")).href);
  const { file } = await pack(app.folder);
  const { problems, entrypoints } = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(file))));
  assert.deepEqual(Object.keys(entrypoints).filter((name) => name === "." || name === "./client.wasm"), [".", "./client.wasm"]);
  // An ES module alone: Node.js has required those since 20.19 and 22.12. The resolution of node10 knows no `exports`.
  const tolerated = ({ kind, resolutionKind }) => kind === "CJSResolvesToESM" || resolutionKind === "node10";
  assert.deepEqual(problems.filter((problem) => !tolerated(problem)).map(({ kind, entrypoint, resolutionKind }) => `${kind} ${entrypoint} ${resolutionKind}`), []);
});

test("Rollup bundles it", async () => {
  const { rollup } = await load("rollup");
  const { nodeResolve } = await load("@rollup/plugin-node-resolve");
  const warnings = [];
  const bundle = await rollup({ input: join(app.folder, "main.mjs"), plugins: [nodeResolve({ browser: true })], onwarn: ({ code }) => warnings.push(code) });
  await bundle.write({ file: join(app.folder, "rollup/main.mjs"), format: "es" });
  await bundle.close();
  await app.write({ "rollup/index.html": HTML });
  assert.deepEqual(warnings, []);
  assert.deepEqual(await served(join(app.folder, "rollup"), resultOf), { client: CLIENT, core: CORE, oneError: true });
});

test("a bundler drops what is not used: presets, and an import for its types", async () => {
  const { rollup } = await load("rollup");
  const { nodeResolve } = await load("@rollup/plugin-node-resolve");
  await app.write({ "one.mjs": 'import { github } from "grantkit/providers"; console.log(github);', "none.mjs": 'import { google } from "grantkit/providers"; console.log(1);' });
  const code = async (file) => {
    const bundle = await rollup({ input: join(app.folder, file), plugins: [nodeResolve()] });
    const { output } = await bundle.generate({ format: "es" });
    return output[0].code;
  };
  assert.match(await code("one.mjs"), /github\.com/);
  assert.doesNotMatch(await code("one.mjs"), /googleapis|accounts\.google|TikTok|withings/i);
  assert.equal((await code("none.mjs")).trim(), "console.log(1);");
});
