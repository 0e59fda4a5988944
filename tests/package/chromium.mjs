/** Opens an application's page in Chromium and waits for what it leaves in `globalThis.result`. */
import { createServer } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { launch, persist } from "../runtimes/hosts/chromium.mjs";

/** The result of the page at this address. */
export async function resultOf(address) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => said.push(`failed: ${request.url()}`));
    await page.goto(address, { waitUntil: "load" });
    const outcome = await page.evaluate(async () => {
      for (let tries = 0; tries < 100 && !("result" in globalThis); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
      return "result" in globalThis ? { result: await globalThis.result } : undefined;
    });
    if (!outcome) throw new Error(`the page came to no result: ${said.join("; ")}`);
    return outcome.result;
  } finally {
    await browser.close();
  }
}

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Serves a folder on loopback while `work(origin)` runs; `fallback` is for the paths of an application that has its own. */
export async function served(folder, work, { headers = {}, port = 0, fallback } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const file = join(folder, pathname === "/" ? "index.html" : pathname);
    const content = await readFile(file).catch(() => (fallback ? readFile(join(folder, fallback)) : undefined));
    if (content === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? (fallback ? TYPES[".html"] : "application/octet-stream"), ...headers }).end(content);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What an extension's page and its background leave in `globalThis.result`. */
export async function extended(folder, path) {
  const profile = await mkdtemp(join(tmpdir(), "grantkit-extension-"));
  const browser = await persist(profile, [`--disable-extensions-except=${folder}`, `--load-extension=${folder}`, "--disable-features=DisableLoadExtensionCommandLineSwitch"]);
  try {
    const background = browser.serviceWorkers()[0] ?? await browser.waitForEvent("serviceworker", { timeout: 20_000 });
    const page = await browser.newPage();
    await page.goto(new URL(path, background.url()).href);
    const result = () => globalThis.result;
    await page.waitForFunction(() => "result" in globalThis, undefined, { timeout: 20_000 });
    return { page: await page.evaluate(result), background: await background.evaluate(result) };
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
