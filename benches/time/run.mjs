/**
 * Times grantkit beside its peers.
 *
 *     node benches/time/run.mjs                       every case in every runtime
 *     node benches/time/run.mjs --only pkce,refresh   cases by the start of their names
 *     node benches/time/run.mjs --in node,workerd     some runtimes
 *     node benches/time/run.mjs --quick               fewer and shorter rounds, for a look; writes nothing
 *
 * Prints the tables, and writes them to `benches/time.md` with a picture of each.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { coldStart, instantiation, memory, native } from "./process.mjs";
import { HOSTS } from "./hosts.mjs";
import { picture, table } from "./report.mjs";

const BENCHES = fileURLToPath(new URL("../", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../pkg", import.meta.url));

const { values } = parseArgs({ options: { only: { type: "string" }, in: { type: "string" }, quick: { type: "boolean", default: false } } });
const chosen = (name, words) => !words || words.split(",").some((word) => name.toLowerCase().startsWith(word.toLowerCase()));
const options = values.quick ? { rounds: 3, milliseconds: 30 } : { rounds: 9, milliseconds: 100 };

const folder = await mkdtemp(join(tmpdir(), "grantkit-bench-"));
try {
  const nodePaths = [join(folder, "node_modules"), process.env.PEERS];
  await mkdir(nodePaths[0]);
  await symlink(PACKAGE, join(nodePaths[0], "grantkit"), "junction");
  const bundles = await bundle(folder, nodePaths);
  const before = loadavg()[0];
  const results = {};
  for (const [name, run] of Object.entries(HOSTS).filter(([name]) => chosen(name, values.in))) {
    const began = performance.now();
    const figures = await run(bundles, options).catch((error) => console.log(`   --  ${name}: ${error.message}`));
    if (!figures) continue;
    results[name] = figures;
    console.log(`   ok  ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
  const tables = await timed(results);
  if (!values.only && !values.in) tables.push(await coldStart(bundles, values.quick), await instantiation(values.quick), await memory(bundles, values.quick), ...(await native()));
  const note = `${cpus()[0].model.trim()}, ${cpus().length} cores; load ${before.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after. ${options.rounds} rounds of ${options.milliseconds} ms, rotated. Read ratios; below 1.25x two are equal.`;
  const text = tables.map(({ text }) => text).join("\n\n");
  console.log(`\n${text}\n\n${note}`);
  if (!values.quick && !values.only && !values.in) await keep(tables, note);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** One table and one picture for each case, over the runtimes that answered. */
async function timed(results) {
  const { cases } = await import(pathToFileURL(join(folder, "node.mjs")).href);
  return (await cases()).filter(({ name }) => chosen(name, values.only)).map(({ name, title, peers }) => {
    const names = Object.keys(peers);
    const subject = { title, base: names[0], peers: names, unit: "µs" };
    const of = Object.fromEntries(Object.entries(results).map(([runtime, figures]) => [runtime, figures[name]]));
    return { name, text: table(subject, of), svg: picture(subject, of) };
  });
}

async function keep(tables, note) {
  const head = "# Time, beside the peers\n\nWritten by `cargo xtask bench`: what it printed, nothing else.\n";
  const body = tables.map(({ name, text, svg }) => (svg ? `${text}\n\n![](${name}.svg)` : text));
  await writeFile(join(BENCHES, "time.md"), [head, note, ...body].join("\n\n") + "\n");
  for (const { name, svg } of tables) if (svg) await writeFile(join(BENCHES, `${name}.svg`), svg);
}

/** The cases with all peers in one file: with our module as text, and for workerd with the module beside it. */
async function bundle(folder, nodePaths) {
  const at = { bundle: true, format: "esm", target: "es2022", legalComments: "none", minify: true, logLevel: "silent", nodePaths };
  const entry = join(BENCHES, "time/cases.mjs");
  const both = join(folder, "both.js");
  await writeFile(both, `export * from ${JSON.stringify(entry)}; export * from ${JSON.stringify(join(BENCHES, "time/measure.mjs"))};`);
  await build({ ...at, entryPoints: [both], outfile: join(folder, "node.mjs"), platform: "browser" });
  const modules = [];
  const keepWasm = { name: "wasm stays a module", setup: (builder) => builder.onLoad({ filter: /\.wasm$/ }, () => undefined) || builder.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
    const name = basename(path);
    modules.push({ type: "CompiledWasm", path: name, contents: await readFile(join(resolveDir, path)) });
    return { path: `./${name}`, external: true };
  }) };
  const { outputFiles } = await build({ ...at, entryPoints: [both], conditions: ["workerd"], platform: "browser", plugins: [keepWasm], write: false });
  return { folder, nodePaths, script: "node.mjs", files: { browser: await readFile(join(folder, "node.mjs"), "utf8") }, workerScript: outputFiles[0].text, modules };
}
