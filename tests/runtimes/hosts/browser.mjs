/** Chromium: a page over plain http, with a policy that lets it run its own scripts and WebAssembly and nothing else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { launch } from "./chromium.mjs";
import { resolve } from "./installed.mjs";

const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

/** Runs the suite in a page. */
export async function runBrowser({ world, facts, installed, patience }) {
  const entry = await resolve(installed.home, ".", ["browser", "import"]);
  world.page.handler = (request, response) => serve(request, response, installed.folder, {
    "/": ["text/html", '<!doctype html><meta charset="utf-8"><title>suite</title><script type="module" src="/main.js"></script>'],
    "/main.js": ["text/javascript", [
      `import * as grantkit from ${JSON.stringify(join("/node_modules/grantkit", entry))};`,
      'import { run } from "/suite.mjs";',
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

async function serve(request, response, folder, made) {
  const { pathname } = new URL(request.url, "http://page");
  const [type, content] = made[pathname] ?? ["text/javascript", /\.m?js$/.test(pathname) ? await readFile(join(folder, pathname)).catch(() => undefined) : undefined];
  if (content === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": POLICY, "cache-control": "no-store" }).end(content);
}
