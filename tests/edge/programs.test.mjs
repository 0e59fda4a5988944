/** The same handler as a plain `fetch(Request)`, where there are no Workers: Node, Deno, Bun. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { transform } from "esbuild";

import { blockWith } from "../package/documents.mjs";
import { PROGRAMS } from "../runtimes/hosts/program.mjs";
import { freePort } from "../servers/ports.mjs";
import { Browser, CLIENT, application, forgetApplication, newKey, send, startServers } from "./world.mjs";

after(forgetApplication);

/** How each of them serves: as the guide says. */
const SERVE = Object.fromEntries(Object.entries({ Node: "createServer(", Deno: "Deno.serve(", Bun: "Bun.serve(" }).map(([name, words]) => [name, blockWith("docs/edge.md", words)]));

describe("a plain handler", { timeout: 120_000 }, () => {
  for (const name of Object.keys(SERVE)) {
    test(`${name}: login, API, one refresh for many requests, logout`, async () => {
      const folder = await application();
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      let first = true;
      const servers = await startServers({ origin, ttl: { AccessToken: () => { const life = first ? 2 : 60; first = false; return life; } } });
      const file = join(folder, `handler.${name}.mjs`);
      await writeFile(file, `
        import { tokenHandler, secretBasic } from "grantkit/worker";
        const handler = tokenHandler({ ...${JSON.stringify(servers.options)}, clientAuth: secretBasic(${JSON.stringify(CLIENT.secret)}), sessionKeys: [${JSON.stringify(newKey())}] });
        ${(await transform(SERVE[name], { loader: "ts" })).code}
      `);
      const [command, ...words] = PROGRAMS[name](file, folder);
      if (name === "Deno") words.splice(1, 0, "--allow-env=PORT");
      const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PORT: String(port), DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined } });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { said += chunk; });
      try {
        for (let waited = 0; !said.includes("ready"); waited += 50) {
          assert.ok(waited < 30_000 && child.exitCode === null, `it did not start: ${said}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        const browser = new Browser({ origin, send: (path, init) => send(new URL(path, origin), init) });
        assert.deepEqual(await browser.view(), { authenticated: false });
        const came = await browser.logIn("?returnTo=/orders");
        assert.deepEqual([came.status, came.headers.get("location")], [302, `${origin}/orders`], said);
        const posted = await (await browser.fetch("/api/x", { method: "POST", body: "hello", headers: { "content-type": "text/plain" } })).json();
        assert.deepEqual([posted.body, /^Bearer \S+/.test(posted.headers.authorization), posted.headers.cookie], ["hello", true, undefined]);
        await new Promise((resolve) => setTimeout(resolve, 2100));
        const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => browser.fetch(`/api/${at}`, { keep: false })));
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
        assert.equal(servers.gate.refreshes(), 1);
        browser.keep(answers[7]);
        assert.equal((await browser.fetch("/api/x", { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
        assert.equal((await browser.fetch("/nothing")).status, 404);
        assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
        assert.deepEqual(browser.session, {});
        assert.equal(said.trim(), "ready", `it complains: ${said}`);
      } finally {
        child.kill("SIGKILL");
        await servers.close();
      }
    });
  }
});
