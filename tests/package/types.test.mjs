/** The types, as an application in TypeScript sees them: `types/consumer.ts` compiles, and each `@ts-expect-error` in it is one. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { application, tsc } from "./consumer.mjs";

const source = (name) => readFile(new URL(`types/${name}`, import.meta.url), "utf8");

/** As strict as a compiler can be, with the library's own declarations checked too. */
const STRICT = {
  strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true, isolatedModules: true, target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], types: [],
};

let app;
before(async () => {
  app = await application({ "bundler/consumer.ts": await source("consumer.ts"), "nodenext/consumer.ts": await source("consumer.ts"), "required/consumer.cts": await source("consumer.cts"), "worker/consumer.ts": await source("consumer.ts"), "loose/consumer.ts": await source("consumer.ts") });
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
