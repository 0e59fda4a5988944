/** The demo of `worker/`: as wrangler would deploy it, and as `cargo xtask demo` serves it. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { answerServer, launch, overhear } from "../e2e/harness.mjs";
import { application, run } from "../package/consumer.mjs";
import { blockWith } from "../package/documents.mjs";
import { startDemo } from "../../www/serve.mjs";

const WORKER = fileURLToPath(new URL("../../worker/", import.meta.url));

/** What wrangler says when it would deploy; what it would send is in `out`. */
async function deploy(folder, config) {
  assert.ok(process.env.WRANGLER, "WRANGLER names wrangler's program: type `cargo xtask test edge`");
  const env = { CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: folder };
  return run(process.execPath, [process.env.WRANGLER, "deploy", "--dry-run", "--outdir", join(folder, "out"), "--config", config], folder, env);
}

describe("the demo", { timeout: 120_000 }, () => {
  test("is deployable: wrangler bundles it with its modules and knows its bindings", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grantkit-deploy-"));
    try {
      const said = await deploy(folder, join(WORKER, "wrangler.jsonc"));
      assert.match(said, /SESSIONS \(RefreshCoordinator\)/);
      assert.match(said, /ASSETS/);
      const [, kilobytes] = /gzip: ([\d.]+) KiB/.exec(said);
      assert.ok(Number(kilobytes) < 400, `${kilobytes} KiB`);
      const files = await readdir(join(folder, "out"));
      assert.equal(files.filter((name) => name.endsWith(".wasm")).length, 1, files.join());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("of the guide is deployable as it stands there, from the package as it is published", async () => {
    const app = await application({
      "src/index.ts": blockWith("docs/edge.md", "export { RefreshCoordinator }"), "wrangler.jsonc": blockWith("docs/edge.md", '"durable_objects"'), "public/index.html": "<!doctype html>",
    });
    try {
      const said = await deploy(app.folder, "wrangler.jsonc");
      assert.match(said, /SESSIONS \(RefreshCoordinator\)/);
      assert.equal((await readdir(join(app.folder, "out"))).filter((name) => name.endsWith(".wasm")).length, 1);
    } finally {
      await app.remove();
    }
  });

  test("logs a person in and out, shows the API's answer, and no token", async () => {
    const demo = await startDemo({ edgePort: 0 });
    const browser = await launch();
    try {
      assert.deepEqual(await (await fetch(`${demo.url}edge.json`)).json(), { origin: demo.edgeOrigin });
      const secrets = overhear(demo);
      const page = await browser.newPage();
      page.setDefaultTimeout(15_000);
      const said = [];
      page.on("console", (message) => { if (message.location().url.startsWith(demo.edgeOrigin)) said.push(message.text()); });
      page.on("pageerror", (error) => said.push(error.message));
      await page.goto(`${demo.edgeOrigin}/`);
      await page.getByRole("button", { name: "Log in", exact: true }).click();
      await answerServer(page, { user: "ada.lovelace" });
      await page.getByText("Logged in as Ada Lovelace").waitFor();
      await page.locator("#ask").click();
      await page.locator("#reply .wire.in").waitFor();
      assert.match(await page.locator("#reply").textContent(), /200.*ada\.lovelace@example\.test/s);
      const text = await page.content();
      assert.ok(secrets.size >= 4, "tokens were issued");
      for (const secret of secrets) assert.ok(!text.includes(secret), `a secret of ${secret.length} characters is in the page`);
      assert.equal(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })), "{}");
      await page.locator("#logout").click();
      await page.getByRole("heading", { name: "Log out here too?" }).waitFor();
      await page.getByRole("button", { name: "Log out" }).click();
      await page.locator("#status[data-status=signed_out]").waitFor();
      assert.deepEqual(said, [], "the console is silent");
    } finally {
      await browser.close();
      await demo.close();
    }
  });
});
