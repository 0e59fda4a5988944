/** What the demo's pages are made of, for whoever serves them: `serve.mjs` here and now, `build.mjs` as files. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const pkg = JSON.parse(readFileSync(here("../pkg/package.json"), "utf8"));

/** The pages by their file, and where each is shown: at its door, where a login comes back, where a logout ends. */
export const PAGES = {
  "index.html": ["", "callback", "signed-out"],
  "protocol.html": ["protocol", "protocol/callback", "protocol/signed-out"],
};

/** Files that are served as they are: what is shown as source, the style, and where a silent login lands. */
export const FILES = {
  "style.css": [here("style.css"), "text/css"],
  "login.ts": [here("src/login.ts"), "text/plain"],
  "browser.ts": [here("src/browser.ts"), "text/plain"],
  "edge.ts": [here("src/edge.ts"), "text/plain"],
};

export const SILENT = "<!doctype html><html lang=\"en\"><title>silent</title></html>";

/** What esbuild makes the two scripts of. */
export const BUNDLE = {
  entryPoints: [here("src/home.ts"), here("src/protocol.ts")], bundle: true, format: "esm", target: "es2022", charset: "utf8", logLevel: "silent", outdir: here("dist"),
  get alias() { return { "grantkit/session/slim": published("./session/slim"), grantkit: published(".") }; },
};

/** The Worker of the session. */
export const workerScript = () => published("./session/worker.js");

/** A page with its facts filled in. Each is an address or a name: quoted, so that it stays one. */
export function page(file, facts) {
  const html = readFileSync(here(file), "utf8");
  return html.replace(/%([A-Z]+)%/g, (whole, name) => name === "POLICY" ? facts.POLICY ?? "" : name in facts ? escaped(facts[name]) : whole);
}

/**
 * The content security policies: no inline script or style, no third party. The front page speaks with itself alone, and frames its authorization server for silent
 * logins; its Worker speaks with the server and the API. The page of the protocol does all of it itself. At the edge, nobody but the edge is needed.
 */
export function policies({ issuer, api, nobody }) {
  const common = "style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  const server = issuer && new URL(issuer).origin;
  const others = (...list) => [...new Set(list.filter(Boolean))].join(" ");
  return {
    "index.html": `default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; frame-src ${others("'self'", server)}; ${common}`,
    "protocol.html": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${others("'self'", server, nobody)}; frame-src ${others("'self'", server)}; ${common}`,
    "worker.js": `default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src ${others("'self'", server, api && new URL(api).origin)}`,
    "silent.html": "default-src 'none'",
    edge: `default-src 'none'; script-src 'self'; connect-src 'self'; ${common}`,
  };
}

/** The file that an import of the package means in a browser, by the package's own `exports`. */
function published(name) {
  let target = pkg.exports[name];
  while (typeof target === "object") target = target.browser ?? target.import ?? target.default;
  const file = here(`../pkg/${target}`);
  if (!existsSync(file)) throw new Error("The package is not built yet. Type: cargo xtask build");
  return file;
}

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
