/** Chromium: a page over plain http, with a policy that lets it run its own scripts, and WebAssembly or not, and nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { launch } from "./chromium.mjs";
import { resolve } from "./installed.mjs";

/** Runs the suite in a page. */
export const runBrowser = (at) => runPage(at, ".", "script-src 'self' 'wasm-unsafe-eval'");

/** The same where the page may not compile WebAssembly. */
export const runBrowserWithoutWasm = (at) => runPage(at, "./no-wasm", "script-src 'self'");

async function runPage({ world, facts, installed, patience, suite = "runtimes" }, path, policy) {
  const entry = await resolve(installed.home, path, ["browser", "import"]);
  world.page.handler = (request, response) => serve(request, response, installed.folder, policy, {
    "/": ["text/html", '<!doctype html><meta charset="utf-8"><title>suite</title><script type="module" src="/main.js"></script>'],
    "/main.js": ["text/javascript", [
      `import * as grantkit from ${JSON.stringify(join("/node_modules/grantkit", entry))};`,
      `import { run } from "/${suite}/suite.mjs";`,
      `globalThis.results = run(grantkit, ${JSON.stringify(facts)});`,
    ].join("\n")],
  });
  const browser = await launch();
  const timer = setTimeout(() => browser.close(), patience);
  try {
    const page = await browser.newPage();
    const said = [];
    page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
    await page.goto(`${world.origin}/`);
    const results = await page.evaluate(() => globalThis.results);
    if (!results) throw new Error(`the page did not load the suite: ${said.join("\n")}`);
    return { results, complaints: said.join("\n") };
  } finally {
    clearTimeout(timer);
    await browser.close();
  }
}

async function serve(request, response, folder, policy, made) {
  const { pathname } = new URL(request.url, "http://page");
  const [type, content] = made[pathname] ?? ["text/javascript", /\.m?js$/.test(pathname) ? await readFile(join(folder, pathname)).catch(() => undefined) : undefined];
  if (content === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": policy, "cache-control": "no-store" }).end(content);
}
