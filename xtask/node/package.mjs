// pkg/src/**/*.ts → pkg/dist/**/*.js, one to one: imports stay as they are written, so that a bundler sees every module.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const from = "pkg/src";
const to = "pkg/dist";

const names = await readdir(from, { recursive: true });
const types = names.filter((name) => name.endsWith(".d.ts"));
const sources = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));

await mkdir(to, { recursive: true });
for (const name of await readdir(to)) {
  if (name !== "wasm") await rm(join(to, name), { recursive: true });
}

await build({
  entryPoints: sources.map((name) => join(from, name)),
  outbase: from,
  outdir: to,
  bundle: false,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  logLevel: "warning",
});

for (const name of types) {
  await mkdir(dirname(join(to, name)), { recursive: true });
  await cp(join(from, name), join(to, name));
}
