/** `grantkit/session` under each bundler's default settings, from a CDN and by an import map: its Worker starts everywhere, with no plugin and no file to copy. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build as esbuild } from "esbuild";
import { build as vite, createServer } from "vite";
import webpack from "webpack";

import { HTML } from "./applications.mjs";
import { resultOf, served } from "./chromium.mjs";
import { application } from "./consumer.mjs";

/** Starts a session at a server that nothing is asked of; the answers are the Worker's, out of its module. */
const page = (from, more = "") => `
import { createSession, GrantError } from ${JSON.stringify(from)};
globalThis.result = (async () => {
  const server = { issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize", token_endpoint: "https://op.example/token" };
  const options = { server, clientId: "app", redirectUri: "/callback", api: ["https://api.example/"]${more} };
  const session = await createSession(options);
  const codeOf = (url) => session.fetch(url).then(() => "sent", (error) => error instanceof GrantError && error.code);
  return { status: session.status, there: await codeOf("https://api.example/orders"), elsewhere: await codeOf("https://evil.example/"), one: await createSession(options) === session };
})();
`;

const WORKS = { status: "signed_out", there: "not_signed_in", elsewhere: "origin_not_allowed", one: true };

let app;
before(async () => { app = await application({ "index.html": HTML, "main.mjs": page("grantkit/session") }); });
after(() => app?.remove());

const shown = (folder) => served(join(app.folder, folder), resultOf);

test("Vite builds a session", async () => {
  await vite({ root: app.folder, configFile: false, logLevel: "error", build: { outDir: "vite-session" } });
  assert.deepEqual(await shown("vite-session"), WORKS);
});

test("Vite serves a session during development", async () => {
  const server = await createServer({ root: app.folder, configFile: false, logLevel: "error", server: { host: "127.0.0.1", port: 0, ws: false, hmr: false } });
  try {
    await server.listen();
    assert.deepEqual(await resultOf(server.resolvedUrls.local[0]), WORKS);
  } finally {
    await server.close();
  }
});

test("webpack bundles a session", async () => {
  await app.write({ "webpack-session/index.html": HTML });
  const compiler = webpack({ mode: "production", context: app.folder, entry: "./main.mjs", output: { path: join(app.folder, "webpack-session"), filename: "main.mjs" }, performance: false });
  const stats = await new Promise((resolve, reject) => compiler.run((error, done) => error ? reject(error) : resolve(done)));
  await new Promise((resolve) => compiler.close(resolve));
  assert.deepEqual([stats.toJson().errors, stats.toJson().warnings], [[], []]);
  assert.deepEqual(await shown("webpack-session"), WORKS);
});

test("esbuild bundles a session", async () => {
  await app.write({ "esbuild-session/index.html": HTML });
  const { warnings } = await esbuild({ entryPoints: [join(app.folder, "main.mjs")], outfile: join(app.folder, "esbuild-session/main.mjs"), bundle: true, minify: true, format: "esm", logLevel: "silent" });
  assert.deepEqual(warnings, []);
  assert.deepEqual(await shown("esbuild-session"), WORKS);
});

test("a page imports a session from another origin, as from a CDN", () => served(app.home, async (cdn) => {
  await app.write({ "cdn/index.html": HTML, "cdn/main.mjs": page(`${cdn}/dist/entry/session.js`) });
  assert.deepEqual(await shown("cdn"), WORKS);
}, { headers: { "access-control-allow-origin": "*" } }));

test("a page serves the Worker's script itself, under a policy without blob:", async () => {
  const script = "/node_modules/grantkit/dist/session/worker.js";
  for (const [entry, name] of [["grantkit/session", "own"], ["grantkit/session/slim", "slim"]]) {
    await esbuild({ stdin: { contents: page(entry, `, worker: "${script}"`), resolveDir: app.folder }, outfile: join(app.folder, `main-${name}.mjs`), bundle: true, format: "esm", logLevel: "silent" });
    await app.write({ [`${name}.html`]: HTML.replace("/main.mjs", `/main-${name}.mjs`) });
  }
  const policy = { headers: { "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'" } };
  for (const name of ["own", "slim"]) assert.deepEqual(await served(app.folder, (origin) => resultOf(`${origin}/${name}.html`), policy), WORKS, name);
});

test("a page whose policy forbids WebAssembly has a session by grantkit/session/no-wasm, and none by grantkit/session", async () => {
  const policy = { headers: { "content-security-policy": "default-src 'none'; script-src 'self'; worker-src blob:; connect-src 'self'" } };
  for (const [entry, name] of [["grantkit/session/no-wasm", "plain"], ["grantkit/session", "compiled"]]) {
    await esbuild({ stdin: { contents: page(entry), resolveDir: app.folder }, outfile: join(app.folder, `main-${name}.mjs`), bundle: true, format: "esm", logLevel: "silent" });
    await app.write({ [`${name}.html`]: HTML.replace("/main.mjs", `/main-${name}.mjs`) });
  }
  assert.deepEqual(await served(app.folder, (origin) => resultOf(`${origin}/plain.html`), policy), WORKS);
  await assert.rejects(served(app.folder, (origin) => resultOf(`${origin}/compiled.html`), policy), /worker_unavailable|Worker/);
});

test("grantkit/session/slim carries no script, and says what it misses where none is named", async () => {
  const { outputFiles: [bundle] } = await esbuild({ stdin: { contents: page("grantkit/session/slim").replace("await createSession(options);", "await createSession(options).catch(({ code, about }) => ({ code, about })); return session;"), resolveDir: app.folder }, bundle: true, minify: true, write: false, format: "esm", logLevel: "silent" });
  assert.ok(bundle.contents.length < 20_000, `${bundle.contents.length} bytes`);
  await app.write({ "main-bare.mjs": bundle.text, "bare.html": HTML.replace("/main.mjs", "/main-bare.mjs") });
  assert.deepEqual(await served(app.folder, (origin) => resultOf(`${origin}/bare.html`)), { code: "invalid_argument", about: "worker" });
});

test("an application that takes grantkit/session does not carry a module beside the Worker's", async () => {
  const { metafile } = await esbuild({ entryPoints: [join(app.folder, "main.mjs")], bundle: true, write: false, metafile: true, format: "esm", logLevel: "silent" });
  assert.deepEqual(Object.keys(metafile.inputs).filter((name) => /wasm|client/.test(name)), []);
});
