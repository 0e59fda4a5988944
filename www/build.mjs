/**
 * Writes the demo as files that any static host can serve, for an authorization server of yours.
 *
 *     node www/build.mjs --issuer https://op.example --client my-app [--api https://op.example/userinfo] [--authorization https://op.example/authorize]
 *                        [--edge https://app.example/] [--root /demo/] [--out www/dist]
 *
 * Register there, beside the origin for CORS: <root>callback.html, <root>protocol/callback.html and <root>silent.html as redirect URIs, <root>signed-out.html and
 * <root>protocol/signed-out.html for after a logout. The policies of the pages are in the pages, and in `_headers` for hosts that read it.
 */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { BUNDLE, FILES, page, PAGES, policies, SILENT, workerScript } from "./pages.mjs";

const SUFFIX = ".html";

/** Builds into `out`; what was there is gone. Gives the redirect URIs' paths, to be registered. */
export async function buildDemo({ issuer, client, api = "", authorization = "", edge = "", root = "/", out }) {
  for (const [name, value] of Object.entries({ issuer, api, authorization, edge })) if (value && !URL.canParse(value)) throw new Error(`--${name} is not a URL: ${value}`);
  if (!issuer || !client) throw new Error("Say for whom: node www/build.mjs --issuer https://op.example --client my-app");
  if (!/^\/([\w.~-]+\/)*$/.test(root)) throw new Error(`--root begins and ends with a slash: ${root}`);
  const asked = api || `${issuer.replace(/\/$/, "")}/me`;
  const facts = { issuer, api: asked, nobody: "" };
  const rules = policies(facts);
  const named = {
    ROOT: root, SUFFIX, PROTOCOL: `${root}protocol${SUFFIX}`, ISSUER: issuer, AUTHORIZATION: authorization, CLIENT: client, API: asked, EDGE: edge, BROWSER: "", NOBODY: "",
  };
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, "protocol"), { recursive: true });
  await build({ ...BUNDLE, minify: true, outdir: out });
  const write = async (name, text) => {
    await mkdir(dirname(join(out, name)), { recursive: true });
    await writeFile(join(out, name), text);
  };
  for (const [file, paths] of Object.entries(PAGES)) {
    // A page cannot say by itself who may frame it.
    const POLICY = `<meta http-equiv="content-security-policy" content="${rules[file].replace(/; frame-ancestors [^;]*/, "")}">`;
    for (const path of paths) await write(path === "" ? "index.html" : path + SUFFIX, page(file, { ...named, POLICY }));
  }
  for (const [name, [file]] of Object.entries(FILES)) await copyFile(file, join(out, name));
  await copyFile(workerScript(), join(out, "worker.js"));
  await write("silent.html", SILENT);
  await write("_headers", headers(root, rules));
  return { redirectUris: [`${root}callback.html`, `${root}protocol/callback.html`, `${root}silent.html`], postLogoutRedirectUris: [`${root}signed-out.html`, `${root}protocol/signed-out.html`] };
}

/** The same policies as Cloudflare Pages, Netlify and others read them: a block for each path. */
function headers(root, rules) {
  const blocks = [
    ...Object.entries(PAGES).flatMap(([file, paths]) => paths.map((path) => [root + (path === "" ? "" : path + SUFFIX), rules[file]])),
    [`${root}worker.js`, rules["worker.js"]], [`${root}silent.html`, rules["silent.html"]],
  ];
  const common = `${root}*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n`;
  return common + blocks.map(([path, policy]) => `${path}\n  Content-Security-Policy: ${policy}\n`).join("");
}

async function main() {
  const text = { type: "string" };
  const { values } = parseArgs({ options: { issuer: text, client: text, api: text, authorization: text, edge: text, root: text, out: text } });
  const out = values.out ?? fileURLToPath(new URL("dist", import.meta.url));
  const { redirectUris, postLogoutRedirectUris } = await buildDemo({ ...values, out });
  console.log(`${out}\n\nregister as redirect URIs, behind the origin: ${redirectUris.join(" ")}\nfor after a logout: ${postLogoutRedirectUris.join(" ")}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
