/** The demo as files: built for some authorization server, served by a host that knows nothing but files. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { SPA, startProvider } from "../servers/oidc-provider.mjs";
import { buildDemo } from "../../www/build.mjs";
import { attack, launch, loggedIn, logIn, provoke, signIn } from "./harness.mjs";

const BUILD = fileURLToPath(new URL("../../www/build.mjs", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".ts": "text/plain; charset=utf-8" };
const ROOT = "/demo/";

/** Files and nothing else; with the headers that `_headers` asks for, or without. */
async function startHost(folder, headersRead) {
  const wanted = new Map();
  const host = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const name = pathname.slice(ROOT.length) || "index.html";
    const file = await readFile(join(folder, name)).catch(() => undefined);
    if (!pathname.startsWith(ROOT) || !file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream", ...(headersRead && wanted.get(pathname)) }).end(file);
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${host.address().port}`, wanted,
    close: () => new Promise((resolve) => { host.close(resolve); host.closeAllConnections(); }),
  };
}

/** `_headers`, read as Cloudflare Pages and Netlify read it. */
async function headersOf(folder, wanted) {
  let path;
  for (const line of (await readFile(join(folder, "_headers"), "utf8")).split("\n")) {
    if (line.startsWith("/")) wanted.set(path = line, {});
    else if (line) wanted.get(path)[line.slice(0, line.indexOf(":")).trim().toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
  }
}

describe("the demo as files", { timeout: 120_000 }, () => {
  let browser, folder;
  before(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), "grantkit-demo-"));
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, headersRead] of [["that sends the headers of _headers", true], ["that sends files alone", false]]) {
    test(`logs in, is attacked in vain and shows the protocol, on a host ${name}, under a path`, async () => {
      const host = await startHost(folder, headersRead);
      let built;
      const at = (list) => () => list.map((path) => host.origin + path);
      const op = await startProvider({
        redirectUris: at(["callback.html", "protocol/callback.html", "silent.html"].map((it) => ROOT + it)), postLogoutRedirectUris: at([`${ROOT}signed-out.html`, `${ROOT}protocol/signed-out.html`]),
      });
      try {
        built = await buildDemo({ issuer: op.issuer, client: SPA, authorization: `${op.issuer}/auth`, root: ROOT, out: folder });
        assert.deepEqual(built.redirectUris, [`${ROOT}callback.html`, `${ROOT}protocol/callback.html`, `${ROOT}silent.html`]);
        await headersOf(folder, host.wanted);
        const page = await browser.newPage();
        page.setDefaultTimeout(15_000);
        const said = [];
        page.on("console", (message) => { if (message.location().url.startsWith(host.origin)) said.push(message.text()); });
        page.on("pageerror", (error) => said.push(error.message));
        await page.goto(host.origin + ROOT);
        await signIn(page);
        assert.equal(page.url(), host.origin + ROOT);
        assert.deepEqual(said, [], "the console is silent");
        const verdicts = await attack(page);
        assert.ok(!Object.values(verdicts).includes("leaked"), JSON.stringify(verdicts));
        assert.deepEqual([verdicts.look, verdicts.tricks, verdicts["redirect-away"]], ["held", "held", undefined]); // no server here plays an API
        await page.getByRole("link", { name: "Step by step" }).click();
        await logIn(page);
        await loggedIn(page);
        assert.equal(page.url(), `${host.origin}${ROOT}protocol.html`);
        assert.equal(await provoke(page, "wrong-state"), "state_mismatch");
        assert.equal(await page.locator("#server-slow").count(), 0); // nor a bad server
        await page.close();
      } finally {
        await Promise.all([host.close(), op.close()]);
      }
    });
  }

  test("says in one sentence what it needs to know, and refuses what is no URL", async () => {
    const build = (...words) => promisify(execFile)(process.execPath, [BUILD, "--out", folder, ...words]).then(() => "built", ({ stderr }) => stderr);
    assert.equal(await build(), "Say for whom: node www/build.mjs --issuer https://op.example --client my-app\n");
    assert.equal(await build("--issuer", "op.example", "--client", "x"), "--issuer is not a URL: op.example\n");
    assert.equal(await build("--issuer", "https://op.example", "--client", "x", "--root", "demo"), "--root begins and ends with a slash: demo\n");
  });
});
