/** The demo as a program: its sources, how it starts, how it stops, whom it answers. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { request } from "node:http";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { freePort } from "../servers/ports.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

describe("the demo", { timeout: 60_000 }, () => {
  test("type-checks against what the package publishes", async () => {
    const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
    await run(process.execPath, [typescript.replace("package.json", "bin/tsc"), "-p", here("../../www")]).catch(({ stdout }) => assert.fail(stdout));
  });

  test("names one address, answers there, and stops cleanly on Ctrl-C", async (t) => {
    const { demo, said } = start(t, await freePort());
    const url = await told(demo, said, /Open (\S+)/);
    const { status, headers } = await get(url);
    assert.equal(status, 200);
    assert.match(headers["content-security-policy"], /^default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self';/);
    const { headers: ofProtocol } = await get(`${url}protocol`);
    assert.match(ofProtocol["content-security-policy"], /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http/);
    await ends(demo, "SIGINT");
  });

  test("answers only to names that no stranger can point here", async (t) => {
    const { demo, said } = start(t, await freePort());
    const url = await told(demo, said, /Open (\S+)/);
    assert.equal((await get(url, { host: "localhost" })).status, 200);
    assert.equal((await get(url, { host: "rebound.evil.example" })).status, 421);
    await ends(demo, "SIGTERM");
  });

  test("says in one sentence that its port is taken, and what to type", async (t) => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { demo, said } = start(t, squatter.address().port);
    assert.deepEqual(await once(demo, "exit"), [1, null]);
    squatter.close();
    assert.match(said.join(""), /^Port \d+ is taken by another program\. Type: PORT=\d+ cargo xtask demo\n$/);
  });
});

function start(t, port) {
  const demo = spawn(process.execPath, [here("../../www/serve.mjs")], { env: { ...process.env, PORT: String(port), OP_PORT: "0", EDGE_PORT: "0", LISTEN: "127.0.0.1" } });
  t.after(() => demo.kill("SIGKILL"));
  const said = [];
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (text) => said.push(String(text)));
  return { demo, said };
}

/** It ends by itself when it is told to. Windows knows no such signal: there it is ended. */
async function ends(demo, signal) {
  demo.kill(signal);
  assert.deepEqual(await once(demo, "exit"), process.platform === "win32" ? [null, signal] : [0, null]);
}

/** Waits until the demo says something, and gives the first group of it. */
async function told(demo, said, pattern) {
  while (!pattern.test(said.join(""))) {
    assert.equal(demo.exitCode, null, said.join(""));
    await Promise.race([once(demo.stdout, "data"), once(demo, "exit")]);
  }
  return pattern.exec(said.join(""))[1];
}

function get(url, headers = {}) {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => resolve({ status: response.resume().statusCode, headers: response.headers })).on("error", reject).end();
  });
}
