/** The types, as an application in TypeScript sees them: `types/consumer.ts` and `types/refused.ts` compile, and each `@ts-expect-error` in them is one. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { application, tsc } from "./consumer.mjs";

const source = (name) => readFile(new URL(`types/${name}`, import.meta.url), "utf8");

/** As strict as a compiler can be, with the library's own declarations checked too. */
const STRICT = {
  strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true, isolatedModules: true, target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], types: [],
};

let app;
before(async () => {
  const both = async (name) => Object.fromEntries(await Promise.all(["consumer.ts", "refused.ts"].map(async (file) => [`${name}/${file}`, await source(file)])));
  const folders = await Promise.all(["bundler", "nodenext", "worker"].map(both));
  app = await application({ ...Object.assign({}, ...folders), "required/consumer.cts": await source("consumer.cts"), "loose/consumer.ts": await source("consumer.ts") });
});
after(() => app?.remove());

const compile = async (name, options) => {
  const project = join(app.folder, name, "tsconfig.json");
  await app.write({ [`${name}/tsconfig.json`]: JSON.stringify({ compilerOptions: { ...STRICT, ...options }, include: ["."] }) });
  await tsc(project);
};

test("an application for a bundler type-checks", () => compile("bundler", { module: "ESNext", moduleResolution: "Bundler" }));

test("an application for Node type-checks", () => compile("nodenext", { module: "NodeNext", moduleResolution: "NodeNext" }));

test("an application in CommonJS type-checks", () => compile("required", { module: "NodeNext", moduleResolution: "NodeNext" }));

test("a worker, which has no DOM, type-checks", () => compile("worker", { module: "ESNext", moduleResolution: "Bundler", lib: ["ES2022", "WebWorker", "WebWorker.Iterable"] }));

test("an application with the compiler's default strictness type-checks", () => compile("loose", {
  module: "ESNext", moduleResolution: "Bundler", exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false, noPropertyAccessFromIndexSignature: false, verbatimModuleSyntax: false,
}));

test("every value that an entry exports is used or misused there", async () => {
  const entry = (file) => import(pathToFileURL(join(app.home, `dist/entry/${file}.js`)).href);
  const [consumer, refused] = await Promise.all(["consumer.ts", "refused.ts"].map(source));
  const entries = { "grantkit": "client.inline", "grantkit/core": "core.inline", "grantkit/slim": "client.slim", "grantkit/core/slim": "core.slim", "grantkit/worker": "worker.inline", "grantkit/resource-server": "resource-server.inline", "grantkit/session": "session", "grantkit/session/slim": "session.slim", "grantkit/session/no-wasm": "session.no-wasm" };
  for (const [name, file] of Object.entries(entries)) {
    const names = Object.keys(await entry(file));
    const inherited = name === "grantkit" ? [] : Object.keys(await entry("client.inline"));
    const missing = names.filter((name) => !inherited.includes(name) && !new RegExp(`\\b${name}\\b`).test(consumer + refused));
    assert.deepEqual([name, missing], [name, []]);
    assert.ok(names.length > (/session|resource/.test(name) ? 1 : 5), name);
  }
  const { Client } = await entry("client.inline");
  const { ResourceServer } = await entry("resource-server.inline");
  for (const one of [Client, ResourceServer]) {
    const methods = [...Object.getOwnPropertyNames(one.prototype), ...Object.getOwnPropertyNames(one)].filter((name) => !["constructor", "length", "name", "prototype"].includes(name));
    assert.deepEqual(methods.filter((name) => !new RegExp(`\\.${name}\\b`).test(refused) && name !== "server"), []);
  }
});
