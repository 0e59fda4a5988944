/** The same handler as a plain `fetch(Request)`, where there are no Workers: Node, Deno, Bun. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { transform } from "esbuild";

import { blockWith } from "../package/documents.mjs";
import { PROGRAMS } from "../runtimes/hosts/program.mjs";
import { freePort } from "../servers/ports.mjs";
import { Browser, CLIENT, application, forgetApplication, newKey, send, startServers } from "./world.mjs";

after(forgetApplication);

/** How each of them serves: as the guide says. */
const SERVE = Object.fromEntries(Object.entries({ Node: "createServer(", Deno: "Deno.serve(", Bun: "Bun.serve(" }).map(([name, words]) => [name, blockWith("docs/edge.md", words)]));

/** Starts the guide's program for a runtime, with a handler of these options; `end()` ends it. */
async function start(name, { port, options }) {
  const folder = await application();
  const file = join(folder, `handler.${name}.mjs`);
  await writeFile(file, `
    import { tokenHandler, secretBasic } from "grantkit/worker";
    const handler = tokenHandler({ ...${JSON.stringify(options)}, clientAuth: secretBasic(${JSON.stringify(CLIENT.secret)}), sessionKeys: [${JSON.stringify(newKey())}] });
    ${(await transform(SERVE[name], { loader: "ts" })).code}
  `);
  const [command, ...words] = PROGRAMS[name](file, folder);
  if (name === "Deno") words.splice(1, 0, "--allow-env=PORT");
  const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PORT: String(port), DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { said += chunk; });
  const program = { said: () => said, lives: () => child.exitCode === null, end: () => child.kill("SIGKILL") };
  for (let waited = 0; !said.includes("ready"); waited += 50) {
    if (waited >= 30_000 || !program.lives()) {
      program.end();
      assert.fail(`it did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return program;
}

describe("a plain handler", { timeout: 120_000 }, () => {
  for (const name of Object.keys(SERVE)) {
    test(`${name}: login, API, one refresh for many requests, logout`, async () => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      let first = true;
      const servers = await startServers({ origin, ttl: { AccessToken: () => { const life = first ? 2 : 60; first = false; return life; } } });
      let program;
      try {
        program = await start(name, { port, options: servers.options });
        const browser = new Browser({ origin, send: (path, init) => send(new URL(path, origin), init) });
        assert.deepEqual(await browser.view(), { authenticated: false });
        const came = await browser.logIn("?returnTo=/orders");
        assert.deepEqual([came.status, came.headers.get("location")], [302, `${origin}/orders`], program.said());
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
        assert.equal(program.said().trim(), "ready", `it complains: ${program.said()}`);
      } finally {
        program?.end();
        await servers.close();
      }
    });
  }
});

describe("the guide's server for Node.js", { timeout: 60_000 }, () => {
  /** An API that breaks off, before its first byte and after, and one that goes on for as long as somebody listens. */
  const api = createServer((request, response) => {
    if (request.url === "/upload") return void request.resume();
    response.writeHead(200, { "content-type": "text/plain", ...(request.url !== "/endless" && { "content-length": "100000" }) });
    if (request.url === "/endless") return void response.write("begun");
    if (request.url === "/breaks") response.write("x".repeat(1000));
    response.flushHeaders();
    setTimeout(() => response.destroy(), 100);
  });
  let origin, port, program;

  before(async () => {
    await once(api.listen(0, "127.0.0.1"), "listening");
    port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const issuer = "https://op.example";
    program = await start("Node", { port, options: {
      issuer, server: { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` }, clientId: CLIENT.id, origin,
      routes: { "/open/": { url: `http://127.0.0.1:${api.address().port}/`, token: "none" } },
    } });
  });
  after(() => {
    program?.end();
    api.close();
    api.closeAllConnections();
  });

  /** What comes back for a request as it stands, until the connection ends. */
  const say = (first, body = "") => new Promise((resolve) => {
    let heard = "";
    const lines = [first, "Host: app.example", "X-CSRF: 1", "Sec-Fetch-Site: same-origin", "Connection: close", "", body];
    const socket = connect(port, "127.0.0.1", () => socket.write(lines.join("\r\n")));
    socket.setEncoding("latin1").on("data", (chunk) => { heard += chunk; }).on("error", () => {}).on("close", () => resolve(heard));
  });
  const answers = async () => {
    assert.ok(program.lives(), `it ended: ${program.said()}`);
    const view = await new Browser({ origin, send: (path, init) => send(new URL(path, origin), init) }).view();
    assert.deepEqual([view, program.said().trim()], [{ authenticated: false }, "ready"]);
  };

  for (const [what, line, expected] of [
    ["a path of two slashes", "GET // HTTP/1.1", /^HTTP\/1\.1 40[04] /],
    ["a method that no Request has", "TRACE / HTTP/1.1", /^HTTP\/1\.1 400 /],
    ["no path", "OPTIONS * HTTP/1.1", /^HTTP\/1\.1 400 /],
    ["what is asked of a proxy", "GET http://other.example/auth/session HTTP/1.1", /^HTTP\/1\.1 400 /],
    ["an API that breaks off in its body", "GET /open/breaks HTTP/1.1", /^HTTP\/1\.1 200 [^]*\r\n\r\nx+$/],
    ["an API that breaks off before its body", "GET /open/empty HTTP/1.1", /^$/],
  ]) {
    test(`lives after ${what}`, async () => {
      assert.match(await say(line), expected);
      await answers();
    });
  }

  test("lives after an upload that breaks off", async () => {
    const socket = connect(port, "127.0.0.1", () => socket.write("POST /open/upload HTTP/1.1\r\nHost: app.example\r\nX-CSRF: 1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 1000\r\n\r\nhalf"));
    socket.on("error", () => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await answers();
  });

  test("ends the API's answer where the browser hung up", async () => {
    const asked = once(api, "request");
    const socket = connect(port, "127.0.0.1", () => socket.write("GET /open/endless HTTP/1.1\r\nHost: app.example\r\nX-CSRF: 1\r\nSec-Fetch-Site: same-origin\r\n\r\n"));
    const [[, response]] = await Promise.all([asked, once(socket, "data")]);
    const closed = once(response, "close");
    socket.destroy();
    await closed;
    assert.ok(!response.writableEnded, "the API had not come to its end");
    await answers();
  });
});
