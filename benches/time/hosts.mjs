/**
 * The runtimes that the cases are timed in. Each takes the bundled cases and answers with `{ case: { peer: [µs, …] } }`, or throws where it is not there.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";

import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";

// Also for the newest workerd, which it chooses.
import { scriptOf } from "../../tests/runtimes/hosts/workerd.mjs";
import { chosen, measure } from "./measure.mjs";

const require = createRequire(import.meta.url);
const program = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path);

/** Milliseconds after which a runtime that does not answer is ended. */
const PATIENCE = 600_000;

/** Requests for nothing, before each case in workerd. */
const EMPTY = 25;

/** The runtimes by name. */
export const HOSTS = {
  Node: (bundle, options) => run(process.execPath, [], bundle, options),
  Deno: (bundle, options) => run(deno(), ["run", "--quiet", "--no-lock", "--allow-read"], bundle, options),
  Bun: (bundle, options) => run(program("bun", "bin/bun.exe"), [], bundle, options),
  workerd: inWorkerd,
  Chromium: (bundle, options) => withPage(bundle, options, inChromium),
  Firefox: (bundle, options) => withPage(bundle, options, inFirefox),
};

/** Deno's program itself: the script that npm puts in its place would outlive us. */
function deno() {
  const name = process.platform === "win32" ? "deno.exe" : "deno";
  const own = program("deno", name);
  if (existsSync(own)) return own;
  return program(`@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`, name);
}

/** A process that prints its results as its last line. */
async function run(command, words, { folder, script }, options) {
  const file = join(folder, "main.mjs");
  await writeFile(file, [
    `import { cases, measureHere } from "./${script}";`,
    `console.log(JSON.stringify(await measureHere(await cases(${JSON.stringify(options)}), ${JSON.stringify(options)})));`,
    "globalThis.process?.exit(0);",
  ].join("\n"));
  const child = spawn(command, [...words, file], { cwd: folder, stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } });
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  let output = "";
  child.stdout.on("data", (chunk) => { output += chunk; });
  const [status] = await once(child, "close");
  clearTimeout(timer);
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
  return JSON.parse(output.trim().split("\n").at(-1));
}

/** workerd's clock stands still while it works, so it is timed from outside: a request for n operations, less the least that one for none took. */
async function inWorkerd({ folder, nodePaths, entry }, options) {
  const bundled = await scriptOf(folder, entry, { nodePaths, minify: true, legalComments: "none" });
  const source = [
    'import { cases, repeat } from "./bundle.js";',
    "let ready;",
    "export default { async fetch(request) {",
    "  const { name, peer, times } = await request.json();",
    "  const known = await (ready ??= cases().then((list) => Object.fromEntries(list.map((one) => [one.name, one.peers]))));",
    "  if (!name) return Response.json(Object.entries(known).map(([name, peers]) => ({ name, peers: Object.keys(peers) })));",
    "  await repeat(known[name][peer], times);",
    '  return new Response("done");',
    "} };",
  ].join("\n");
  const workerd = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.js", contents: source }, { type: "ESModule", path: "bundle.js", contents: bundled.script }, ...bundled.modules],
    compatibilityDate: "2026-04-01", host: "127.0.0.1", port: 0, cf: false,
  });
  try {
    const url = await workerd.ready;
    const ask = async (body) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
      return response;
    };
    const spend = async (name, peer, times) => {
      const began = performance.now();
      await (await ask({ name, peer, times })).text();
      return performance.now() - began;
    };
    const results = {};
    for (const { name, peers } of (await (await ask({})).json()).filter(({ name }) => chosen(name, options.only))) {
      let idle = Infinity;
      for (let i = 0; i < EMPTY; i++) idle = Math.min(idle, await spend(name, peers[i % peers.length], 0));
      results[name] = await measure(peers, async (peer, times) => (await spend(name, peer, times)) - idle, options);
    }
    return results;
  } finally {
    await workerd.dispose();
  }
}

/** A page on loopback that runs the cases and says so. */
async function withPage({ files }, options, visit) {
  const page = `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module">
import { cases, measureHere } from "/bundle.js";
try { globalThis.results = await measureHere(await cases(${JSON.stringify({ ...options, page: true })}), ${JSON.stringify(options)}); } catch (error) { globalThis.results = { error: String(error) }; }
document.title = "done";
</script>`;
  const server = createServer((request, response) => {
    const script = request.url === "/bundle.js";
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" }).end(script ? files.browser : page);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const results = await visit(`http://127.0.0.1:${server.address().port}/`);
    if (results.error) throw new Error(results.error);
    return results;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function inChromium(url) {
  if (!process.env.CHROMIUM) throw new Error("it is not there");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.title === "done", undefined, { timeout: PATIENCE, polling: 500 });
    return await page.evaluate(() => globalThis.results);
  } finally {
    await browser.close();
  }
}

/** By plain WebDriver: a stock Firefox needs nothing else. */
async function inFirefox(url) {
  if (!process.env.FIREFOX || !process.env.GECKODRIVER) throw new Error("it or its driver is not there");
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const driver = spawn(process.env.GECKODRIVER, ["--port", String(port), "--host", "127.0.0.1", "--log", "fatal"], { stdio: "ignore" });
  const command = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`geckodriver: ${value.message}`);
    return value;
  };
  try {
    await until(async () => (await command("GET", "/status")).ready, 10_000);
    const capabilities = { alwaysMatch: { "moz:firefoxOptions": { binary: process.env.FIREFOX, args: ["-headless"] } } };
    const { sessionId } = await command("POST", "/session", { capabilities });
    try {
      await command("POST", `/session/${sessionId}/url`, { url });
      const script = (text) => command("POST", `/session/${sessionId}/execute/sync`, { script: text, args: [] });
      await until(() => script('return document.title === "done"'), PATIENCE);
      return await script("return window.results");
    } finally {
      await command("DELETE", `/session/${sessionId}`);
    }
  } finally {
    driver.kill();
  }
}

async function until(condition, patience) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 250))) {
    if (await condition().catch(() => false)) return;
  }
  throw new Error(`nothing after ${patience} ms`);
}
