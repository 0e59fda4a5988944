/** The React binding: a component sees who is signed in, and is rendered again when that changes; StrictMode starts nothing twice. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { launchChromium, until } from "./browsers.mjs";
import { live, logIn, visit } from "./steps.mjs";

const APP = (options) => `
import { createElement as h, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { SessionProvider, useSession } from "grantkit/react";
import { createSession } from "grantkit/session";

globalThis.seen = [];
function Greeting() {
  const { status, user, error, session } = useSession();
  if (seen.at(-1) !== status) seen.push(status);
  if (error) return h("p", {}, error.code ?? error.message);
  if (!user) return h("p", {}, status);
  return h("button", { onClick: () => session.logout({ local: true }) }, user.sub);
}
const root = createRoot(document.body.appendChild(document.createElement("div")));
root.render(h(StrictMode, {}, h(SessionProvider, { session: () => createSession(${JSON.stringify(options)}) }, h(Greeting))));
`;

/** The page's script, bundled as an application's would be. */
async function bundled(options) {
  const dist = (path) => fileURLToPath(new URL(`../../pkg/dist/${path}`, import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: APP(options), resolveDir: fileURLToPath(new URL(".", import.meta.url)) }, bundle: true, write: false, format: "esm", minify: true,
    define: { "process.env.NODE_ENV": '"development"' }, logLevel: "silent", alias: { "grantkit/react": dist("react.js"), "grantkit/session": dist("entry/session.js") },
  });
  return outputFiles[0].text;
}

describe("in React", { timeout: 120_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  test("a component sees the session come, and go", () => live(browser, { session: { persistence: "device" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    world.extra = { "/react": await bundled(await tab.run("() => options")) };
    await tab.goto(`${world.origin}/blank`);
    await tab.run("(script) => { const it = document.createElement('script'); it.type = 'module'; it.src = script; document.head.append(it); document.body ?? document.documentElement.append(document.createElement('body')); }", "/react");
    const text = () => tab.run("() => document.body.textContent");
    await until("it greets", async () => (await text()) === "ada.lovelace");
    await tab.run("() => document.querySelector('button').click()");
    await until("it has said goodbye", async () => (await text()) === "signed_out");
    assert.deepEqual(await tab.run("() => seen"), ["loading", "signed_in", "signed_out"]);
  }));

  test("a component sees that there can be no session, and why", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visitor.tab();
    await tab.goto(`${world.origin}/blank`);
    world.extra = { "/react": await bundled({ issuer: world.op.issuer }) };
    await tab.run("(script) => { document.body ?? document.documentElement.append(document.createElement('body')); const it = document.createElement('script'); it.type = 'module'; it.src = script; document.head.append(it); }", "/react");
    await until("it says why", async () => await tab.run("() => document.body.textContent") === "invalid_argument");
    assert.deepEqual(await tab.run("() => seen"), ["loading", "failed"]);
  }));

  test("the binding is short", () => {
    const lines = readFileSync(new URL("../../pkg/src/react.ts", import.meta.url), "utf8").split("\n").length;
    assert.ok(lines < 100, `${lines} lines`);
  });
});
