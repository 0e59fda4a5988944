/**
 * Times grantkit beside its peers.
 *
 *     node benches/time/run.mjs                       everything
 *     node benches/time/run.mjs --only pkce,edge      cases and parts by the start of their names
 *     node benches/time/run.mjs --in node,workerd     cases in some runtimes, and no other part
 *     node benches/time/run.mjs --quick               fewer and shorter rounds, for a look
 *
 * Prints the tables. The run of everything writes them to `benches/time.md` too, with a picture of each. What is not there or fails is named, and left out.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { edge } from "./edge.mjs";
import { HOSTS } from "./hosts.mjs";
import { chosen } from "./measure.mjs";
import { coldStart, instantiation, memory, native } from "./process.mjs";
import { picture, table } from "./report.mjs";
import { judged } from "./targets.mjs";

const BENCHES = fileURLToPath(new URL("../", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../pkg", import.meta.url));

/** What is measured beside the cases; each gives tables. */
const PARTS = { edge, "cold-start": coldStart, instantiation, memory, native };

const { values } = parseArgs({ options: { only: { type: "string" }, in: { type: "string" }, quick: { type: "boolean", default: false } } });
const options = { ...(values.quick ? { rounds: 3, milliseconds: 30 } : { rounds: 9, milliseconds: 100 }), only: values.only };

const folder = await mkdtemp(join(tmpdir(), "grantkit-bench-"));
try {
  const nodePaths = [join(folder, "node_modules"), process.env.PEERS];
  await mkdir(nodePaths[0]);
  await symlink(PACKAGE, join(nodePaths[0], "grantkit"), "junction");
  const bundles = await bundle(folder, nodePaths);
  const loads = [];
  const missing = [];
  const attempt = async (name, work) => {
    loads.push(loadavg()[0]);
    const began = performance.now();
    try {
      const outcome = await work();
      console.log(`   ok  ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
      return outcome;
    } catch (error) {
      missing.push(`${name}: ${error.message}`);
      console.log(`   --  ${name}: ${error.message}`);
      return undefined;
    }
  };

  const { cases } = await import(pathToFileURL(join(folder, "node.mjs")).href);
  const wanted = await cases(options);
  const byRuntime = {};
  for (const [name, run] of Object.entries(HOSTS)) {
    if (wanted.length === 0 || !chosen(name, values.in)) continue;
    const figures = await attempt(name, () => run(bundles, options));
    if (figures) byRuntime[name] = figures;
  }
  const tables = wanted.map((one) => timed(one, byRuntime)).filter((one) => one.results && Object.keys(one.results).length > 0);
  for (const [name, part] of Object.entries(PARTS)) {
    if (values.in || !chosen(name, values.only)) continue;
    tables.push(...((await attempt(name, () => part(bundles, values.quick))) ?? []));
  }
  loads.push(loadavg()[0]);

  const note = [
    `${cpus()[0].model.trim()}, ${cpus().length} cores; load of the machine ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}, our own included.`,
    `${options.rounds} rounds of ${options.milliseconds} ms, rotated. Read ratios; below 1.25x two are equal.`,
    ...missing.map((what) => `Not measured: ${what}`),
  ].join("\n");
  const targets = judged(tables);
  console.log(["", ...tables.map(({ text }) => text), targets, note].join("\n\n"));
  if (!values.quick && !values.only && !values.in) await keep(tables, targets, note);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** One table and one picture for a case, over the runtimes that answered. */
function timed({ name, title, peers }, byRuntime) {
  const names = Object.keys(peers);
  const subject = { title, base: names[0], peers: names, unit: "µs" };
  const results = Object.fromEntries(Object.entries(byRuntime).filter(([, figures]) => figures[name]).map(([runtime, figures]) => [runtime, figures[name]]));
  return { name, text: table(subject, results), svg: picture(subject, results), results };
}

async function keep(tables, targets, note) {
  const head = "# Time, beside the peers\n\nWritten by `cargo xtask bench`: what it printed, nothing else.";
  const body = tables.map(({ name, text, svg }) => (svg ? `![](${name}.svg)\n\n${text}` : text));
  await writeFile(join(BENCHES, "time.md"), [head, note, "## Targets", targets, "## Measured", ...body].join("\n\n") + "\n");
  for (const { name, svg } of tables) if (svg) await writeFile(join(BENCHES, `${name}.svg`), svg);
}

/** The cases with all peers in one file, our module as text in it, and the source of the same for workerd. */
async function bundle(folder, nodePaths) {
  const both = ["cases", "measure"].map((name) => `export * from ${JSON.stringify(join(BENCHES, `time/${name}.mjs`))};`).join("\n");
  const outfile = join(folder, "node.mjs");
  await build({
    stdin: { contents: both, resolveDir: folder }, outfile, bundle: true, format: "esm", target: "es2022", platform: "browser", legalComments: "none", minify: true,
    logLevel: "silent", nodePaths,
  });
  return { folder, nodePaths, script: "node.mjs", files: { browser: await readFile(outfile, "utf8") }, entry: both };
}
