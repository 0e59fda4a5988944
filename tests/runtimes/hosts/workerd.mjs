/** workerd: the suite bundled by esbuild with the condition `workerd`, its module imported as compiled wasm, run inside a request handler. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createRequire } from "node:module";

import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** Today's runtime under two compatibility dates: a recent one, and one from before WeakRef, streams of today and Node's modules. */
export const DATES = ["2026-04-01", "2023-10-02"];

const worker = (suite) => `
import * as grantkit from "grantkit";
import { run } from "./${suite}/suite.mjs";
export default { fetch: async (request) => Response.json(await run(grantkit, await request.json())) };
`;

/** Runs the suite under a compatibility date. `facts` may be a list: each is a request of its own, as workerd counts timers by the request. */
export async function runWorkerd(date, { facts, installed, patience, suite = "runtimes" }) {
  const answers = await converse({ folder: installed.folder, source: worker(suite), date, bodies: [facts].flat(), patience });
  return { results: answers.flat(), complaints: "" };
}

/** What a worker answers to one request: its source bundled with what it imports from `folder`, its answer JSON. */
export async function askWorker(at) {
  const [answer] = await converse({ ...at, bodies: [{}] });
  return answer;
}

/** What it answers to each of these requests. */
async function converse({ folder, source, date = DATES[0], conditions, bodies, patience = 20_000 }) {
  const { script, modules } = await bundle(folder, source, conditions);
  const workerd = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.js", contents: script }, ...modules],
    compatibilityDate: date, host: "127.0.0.1", port: 0, cf: false,
  });
  try {
    await workerd.ready;
    const answers = [];
    for (const body of bodies) {
      const response = await workerd.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(patience) });
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${(await response.text()).slice(0, 2_000)}`);
      answers.push(await response.json());
    }
    return answers;
  } finally {
    await workerd.dispose();
  }
}

/** Marks a question of our own, so that it is not answered by asking again. */
const FOUND = Symbol("found");

/** One script, and the `.wasm` files that it imports; there must be one. */
export async function bundle(folder, source, conditions = ["workerd"]) {
  const bundled = await scriptOf(folder, source, { conditions });
  if (bundled.modules.length === 0) throw new Error("the condition `workerd` does not lead to a .wasm module");
  return bundled;
}

/** One script, and the `.wasm` files that it imports, if any. `options` are esbuild's. */
export async function scriptOf(folder, source, options) {
  const modules = [];
  const keepWasm = {
    name: "wasm stays a module",
    setup: (builder) => builder.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === FOUND) return;
      const found = await builder.resolve(path, { resolveDir, kind, pluginData: FOUND });
      if (found.errors.length > 0) return found;
      const name = basename(found.path);
      if (!modules.some((module) => module.path === name)) modules.push({ type: "CompiledWasm", path: name, contents: await readFile(found.path) });
      return { path: `./${name}`, external: true };
    }),
  };
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder }, bundle: true, format: "esm", target: "es2022", conditions: ["workerd"], plugins: [keepWasm], write: false, logLevel: "silent",
    ...options,
  });
  return { script: outputFiles[0].text, modules };
}

/** The newest workerd that is installed, also where miniflare was made for an older one. */
process.env.MINIFLARE_WORKERD_PATH ??= createRequire(import.meta.url)("workerd").default;
