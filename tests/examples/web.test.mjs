/** examples/react, examples/nextjs, examples/hono, examples/yew and examples/workers-rs: a person with a browser logs in, and out again. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { served } from "../package/chromium.mjs";
import { ROOT, run } from "../package/consumer.mjs";
import { workshop } from "../package/installed.mjs";
import { newerNode } from "../package/nodes.mjs";
import { ATTACK } from "../session/attack.mjs";
import { bundle } from "../../worker/serve.mjs";
import { answerServer, browse, freePort, providerWith, start } from "./harness.mjs";

/** Installing what an example needs takes its time, once. */
const LONG = { timeout: 400_000 };
const BUILD = 180_000;
const SECRET = "a-secret-for-loopback-only-0123456789";

/** A client whose callback is at `origin`. */
const clientAt = (id, origin, more = {}) => ({ client_id: id, redirect_uris: [`${origin}/callback`], post_logout_redirect_uris: [`${origin}/`], ...more });
const CONFIDENTIAL = { client_secret: SECRET, token_endpoint_auth_method: "client_secret_basic" };

async function logIn(page, origin) {
  await page.goto(origin);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await answerServer(page);
  await page.getByText("Logged in as Ada Lovelace").waitFor();
  assert.equal(new URL(page.url()).search, "", "the code is gone from the address");
}

test("react: built by Vite, a page logs in, refreshes, goes on after a reload, logs out, and never holds a token", LONG, async () => {
  const app = await workshop("examples/react");
  let provider;
  try {
    // The page's origin is known once it is served, and the server's once it listens: so the page is built in between.
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    provider = await providerWith({ client: clientAt("react", origin), configuration: { clientBasedCORS: (_, asked) => asked === origin } });
    const granted = [];
    (await provider.provider).on("grant.success", ({ body, oidc }) => granted.push({ type: oidc.params.grant_type, tokens: [body.access_token, body.refresh_token, body.id_token].filter(Boolean) }));
    const env = { ISSUER: provider.issuer, CLIENT_ID: "react" };
    await run(process.execPath, [app.bin("vite/bin/vite.js"), "build"], app.folder, env, BUILD);
    await served(join(app.folder, "dist"), () => browse(async (page) => {
      const button = (name) => page.getByRole("button", { name });
      await logIn(page, origin);
      await button("Ask who I am").click();
      await page.getByText('"sub": "ada.lovelace"').waitFor();
      await button("Refresh").click();
      for (let tries = 0; tries < 100 && granted.length < 2; tries++) await page.waitForTimeout(50);
      assert.deepEqual(granted.map(({ type }) => type), ["authorization_code", "refresh_token"]);

      const secrets = granted.flatMap(({ tokens }) => tokens);
      assert.equal(secrets.length, 6, "access, refresh and ID tokens, twice");
      const { loot, objects } = await page.evaluate(`Object.assign(globalThis, { session: undefined, options: {}, heard: [], states: [], errors: [] }), (${ATTACK})()`);
      assert.ok(objects > 1_000 && loot.includes("ada.lovelace"), "the search was a good one: it found who is logged in");
      for (const secret of secrets) assert.ok(!loot.includes(secret), `a secret of ${secret.length} characters was found`);

      await page.reload();
      await page.getByText("Logged in as Ada Lovelace").waitFor();
      await button("Log out").click();
      await page.waitForURL((url) => url.origin === new URL(provider.issuer).origin);
    }), { port, fallback: "index.html" });
  } finally {
    await Promise.all([app.remove(), provider?.close()]);
  }
});

test("react type-checks", LONG, async () => {
  const app = await workshop("examples/react");
  try {
    await run(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit", "--project", app.folder], new URL("../..", import.meta.url), {}, BUILD);
  } finally {
    await app.remove();
  }
});

test("nextjs: server and client components, the tokens never leave the server", LONG, async () => {
  const [app, port] = await Promise.all([workshop("examples/nextjs"), freePort()]);
  const origin = `http://localhost:${port}`;
  const provider = await providerWith({ client: clientAt("nextjs", origin, CONFIDENTIAL) });
  const env = { ISSUER: provider.issuer, CLIENT_ID: "nextjs", CLIENT_SECRET: SECRET, ORIGIN: origin, NEXT_TELEMETRY_DISABLED: "1" };
  let server;
  try {
    await run(process.execPath, [app.bin("next/dist/bin/next"), "build"], app.folder, env, BUILD);
    server = start(process.execPath, [app.bin("next/dist/bin/next"), "start", "--port", String(port)], app.folder, env);
    await server.says(/Ready in/);
    await browse(async (page) => {
      const seen = [];
      page.on("response", (response) => { if (response.url().startsWith(origin)) seen.push(response); });
      await logIn(page, origin);
      await page.getByRole("button", { name: "Make a code challenge in the browser" }).click();
      await page.locator("output", { hasText: /^[\w-]{43}$/ }).waitFor();
      const cookies = await page.context().cookies(origin);
      assert.deepEqual(cookies.filter(({ name }) => ["session", "login"].includes(name)).map(({ name, httpOnly, sameSite, value }) => [name, httpOnly, sameSite, value.length]), [["session", true, "Lax", 43]]);
      // As members of data, also of data within data: the module itself knows the words.
      for (const response of seen) assert.doesNotMatch(await response.text().catch(() => ""), /\\*"(?:access|refresh|id)_token\\*"\s*:/);
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL((url) => url.origin === new URL(provider.issuer).origin);
      await page.goto(origin);
      await page.getByText("Nobody is logged in.").waitFor();
      await page.goto(`${origin}/callback?code=c&state=s`);
      await page.getByText("The login did not work: no_login").waitFor();
    });
  } finally {
    await server?.end();
    await Promise.all([app.remove(), provider.close()]);
  }
});

test("hono: on workerd, by wrangler", LONG, async (context) => {
  const node = await newerNode(22);
  if (!node) return context.skip("wrangler needs Node.js 22 or newer");
  const [app, port, inspector] = await Promise.all([workshop("examples/hono"), freePort(), freePort()]);
  const origin = `http://127.0.0.1:${port}`;
  const provider = await providerWith({ client: clientAt("hono", origin, CONFIDENTIAL) });
  const given = { ISSUER: provider.issuer, CLIENT_ID: "hono", CLIENT_SECRET: SECRET, COOKIE_SECRET: "0123456789abcdef0123456789abcdef" };
  const words = ["dev", "--port", String(port), "--ip", "127.0.0.1", "--inspector-port", String(inspector), "--show-interactive-dev-session=false"];
  for (const [name, value] of Object.entries(given)) words.push("--var", `${name}:${value}`);
  const env = { WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(app.folder, "logs") };
  const server = start(node, [app.bin("wrangler/bin/wrangler.js"), ...words], app.folder, env);
  try {
    await server.says(/Ready on/);
    await browse(async (page) => {
      await logIn(page, origin);
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByText("Nobody is logged in.").waitFor();
      await page.goto(`${origin}/callback?code=c&state=s`);
      await page.getByText("This login is over.").waitFor();
    });
    await run(node, [app.bin("wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", "out"], app.folder, env, BUILD);
    assert.equal((await readdir(join(app.folder, "out"))).filter((name) => name.endsWith("client.wasm")).length, 1, "the module goes along as a file");
  } finally {
    await server.end();
    await Promise.all([app.remove(), provider.close()]);
  }
});

test("yew: a page in Rust", LONG, async () => {
  const folder = await mkdtemp(join(tmpdir(), "grantkit-yew-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const provider = await providerWith({ client: clientAt("yew-test", origin), configuration: { clientBasedCORS: (_, asked) => asked === origin } });
  try {
    await cp(join(ROOT, "target/examples/yew"), folder, { recursive: true });
    const page = await readFile(join(folder, "index.html"), "utf8");
    const configured = page.replace(/data-issuer="[^"]*" data-client-id="[^"]*"/, `data-issuer="${provider.issuer}" data-client-id="yew-test"`);
    await writeFile(join(folder, "index.html"), configured);
    await served(folder, () => browse(async (page) => {
      await logIn(page, origin);
      assert.equal(await page.evaluate(() => sessionStorage.length), 0, "the pending login is gone");
      await page.goto(`${origin}/callback?code=c&state=s`);
      await page.getByText("The login did not work: state_mismatch").waitFor();
    }), { port, fallback: "index.html" });
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), provider.close()]);
  }
});

test("workers-rs: on workerd, the tokens in a cookie that nobody else can open", LONG, async () => {
  process.env.MINIFLARE_WORKERD_PATH ??= createRequire(import.meta.url)("workerd").default;
  const { Miniflare } = await import("miniflare");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const provider = await providerWith({ client: clientAt("workers-rs", origin, CONFIDENTIAL) });
  const granted = [];
  (await provider.provider).on("grant.success", ({ body }) => granted.push(body.access_token, body.id_token));
  const { script, modules } = await bundle(join(ROOT, "target/examples/workers-rs/shim.mjs"));
  const worker = new Miniflare({
    host: "127.0.0.1", port, cf: false, compatibilityDate: "2026-04-01", modules: [{ type: "ESModule", path: "index.js", contents: script }, ...modules],
    bindings: { ISSUER: provider.issuer, CLIENT_ID: "workers-rs", CLIENT_SECRET: SECRET, SESSION_KEYS: randomBytes(32).toString("base64url") },
  });
  try {
    await worker.ready;
    await browse(async (page) => {
      const seen = [];
      page.on("response", (response) => { if (response.url().startsWith(origin)) seen.push(response); });
      await logIn(page, origin);
      await page.getByText("What the API says").click();
      await page.getByText('"sub":"ada.lovelace"').waitFor();
      await page.goto(origin);

      assert.equal(granted.length, 2, "an access token and an ID token");
      for (const response of seen) {
        const told = await response.text().catch(() => "") + JSON.stringify(await response.allHeaders());
        for (const token of granted) assert.ok(!told.includes(token), `${response.url()} tells a token`);
      }
      // The authorization server is on the same machine, and so are its cookies.
      const [session, ...others] = (await page.context().cookies(origin)).filter(({ name }) => name.startsWith("__Host-"));
      assert.deepEqual([others, session.httpOnly, session.secure, session.sameSite], [[], true, true, "Lax"], "the login is forgotten, the session is there");

      const altered = `${session.value.slice(0, -1)}${session.value.endsWith("A") ? "Q" : "A"}`;
      await page.context().addCookies([{ ...session, value: altered }]);
      await page.goto(origin);
      await page.getByText("Nobody is logged in.").waitFor();
      await page.context().addCookies([session]);
      await page.goto(origin);
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByText("Nobody is logged in.").waitFor();
      assert.equal((await page.request.get(`${origin}/me`)).status(), 401);
      await page.goto(`${origin}/callback?code=c&state=not-one-that-was-made-here`);
      await page.getByText("The login did not work: callback_unknown").waitFor();
    });
  } finally {
    await Promise.all([worker.dispose(), provider.close()]);
  }
});
