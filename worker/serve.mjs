/**
 * Runs the demo Worker as Cloudflare would, in workerd on this machine: bundled from `src/index.ts`, with its page, its Durable Objects and keys made up for the day.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The client that the authorization server is to know; `origin` is where the Worker is. */
export const EDGE = { id: "edge", secret: "edge-secret-for-loopback-only" };
export const edgeClient = (origin) => ({
  client_id: EDGE.id, client_name: "the grantkit demo, at the edge", client_secret: EDGE.secret,
  grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
  redirect_uris: [`${origin}/auth/callback`], post_logout_redirect_uris: [`${origin}/`],
  backchannel_logout_uri: `${origin}/auth/backchannel-logout`, backchannel_logout_session_required: true,
});

/** Starts it at `port`, a free one if it is 0. `asset` gives `{ headers, body }` for a path, in the place of the Worker's own page. */
export async function startEdge({ port, issuer, host = "127.0.0.1", asset = ownPage }) {
  // The newest workerd that is installed, also where miniflare was made for an older one.
  process.env.MINIFLARE_WORKERD_PATH ??= createRequire(import.meta.url)("workerd").default;
  const { Miniflare } = await import("miniflare");
  const { script, modules } = await bundle(here("src/index.ts"), { "grantkit/worker": here("../pkg/dist/entry/worker.workerd.js") });
  const worker = new Miniflare({
    host, port, cf: false, compatibilityDate: "2026-04-01",
    modules: [{ type: "ESModule", path: "index.js", contents: script }, ...modules],
    durableObjects: { SESSIONS: { className: "RefreshCoordinator", useSQLite: true } },
    bindings: { ISSUER: issuer, CLIENT_ID: EDGE.id, CLIENT_SECRET: EDGE.secret, SESSION_KEYS: randomBytes(32).toString("base64url") },
    serviceBindings: {
      async ASSETS(request) {
        const { Response } = await import("miniflare");
        const { headers, body } = await asset(new URL(request.url).pathname);
        return new Response(body, { headers });
      },
    },
  });
  await worker.ready;
  return { close: () => worker.dispose() };
}

/** The page, for whatever path there is no file for: read anew each time, so that it can be edited. */
async function ownPage() {
  const headers = {
    "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
  };
  return { headers, body: await readFile(here("public/index.html"), "utf8") };
}

/** One script, and the `.wasm` files that it imports, as wrangler makes them. */
export async function bundle(entry, alias = {}) {
  const modules = [];
  const keepWasm = {
    name: "wasm stays a module",
    setup: (builder) => builder.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      modules.push({ type: "CompiledWasm", path: basename(file), contents: await readFile(file) });
      return { path: `./${basename(file)}`, external: true };
    }),
  };
  const { outputFiles } = await build({
    entryPoints: [entry], alias, bundle: true, write: false, format: "esm", target: "es2022", plugins: [keepWasm], logLevel: "silent",
  });
  return { script: outputFiles[0].text, modules };
}
