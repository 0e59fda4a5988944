/**
 * Frameworks whose packages are installed on demand: Astro (at build time and in the page) and vitest (in Node.js and in happy-dom). Next.js, Hono with wrangler
 * and React with Vite are examples of their own: tests/examples.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { PAGE, PROBE } from "./applications.mjs";
import { resultOf, served } from "./chromium.mjs";
import { run } from "./consumer.mjs";
import { workshop } from "./installed.mjs";
import { newerNode } from "./nodes.mjs";
import { CLIENT, CORE } from "./probe.mjs";

const ALL = { client: CLIENT, core: CORE, oneError: true };
const QUIET = { ASTRO_TELEMETRY_DISABLED: "1", CI: "1" };
const LONG = 120_000;

test("Astro builds it, runs it while it builds, and in the page", { timeout: 600_000 }, async (context) => {
  const node = await newerNode(22);
  if (!node) return context.skip("Astro needs Node.js 22 or newer");
  const app = await workshop("tests/package/astro", { files: { ...PROBE, "main.mjs": PAGE } });
  try {
    await run(node, [app.bin("astro/bin/astro.mjs"), "build"], app.folder, QUIET, LONG);
    await served(join(app.folder, "dist"), async (origin) => {
      const built = decodeURIComponent(/data-built="([^"]*)"/.exec(await (await fetch(origin)).text())[1]);
      assert.deepEqual(JSON.parse(built), ALL);
      assert.deepEqual(await resultOf(origin), ALL);
    });
  } finally {
    await app.remove();
  }
});

for (const environment of ["node", "happy-dom"]) {
  test(`vitest runs it in ${environment}`, { timeout: 600_000 }, async (context) => {
    const node = await newerNode(22);
    if (!node) return context.skip("vitest needs Node.js 22 or newer");
    const app = await workshop("tests/package/vitest", { files: PROBE });
    try {
      await run(node, [app.bin("vitest/vitest.mjs"), "run", "--environment", environment, "--reporter", "json", "--outputFile", "report.json"], app.folder, QUIET, LONG);
      const { numPassedTests, numFailedTests } = JSON.parse(await readFile(join(app.folder, "report.json"), "utf8"));
      assert.deepEqual([numPassedTests, numFailedTests], [1, 0]);
    } finally {
      await app.remove();
    }
  });
}
