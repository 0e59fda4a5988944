// pkg/src/**/*.ts → pkg/dist/**/*.js, one to one: imports stay as they are written, so that a bundler sees every module. The Worker of
// `grantkit/session` becomes one script without imports, as a file and as text; what goes without WebAssembly becomes one file too, because its glue is another.
// What is one to one has a map with the TypeScript in it. The scripts that are one have none: a `blob:` URL has no place beside it, and most of them is a module.
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { build } from "esbuild";

const from = "pkg/src";
const to = "pkg/dist";
const worker = join("session", "worker");
const plain = join("entry", "client.no-wasm.ts");

const names = await readdir(from, { recursive: true });
const types = names.filter((name) => name.endsWith(".d.ts"));
const sources = names.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.startsWith(worker + sep) && name !== plain);

await mkdir(to, { recursive: true });
for (const name of await readdir(to)) {
  if (name !== "wasm") await rm(join(to, name), { recursive: true });
}

const settings = { format: "esm", target: "es2022", charset: "utf8", logLevel: "warning" };
await build({ ...settings, entryPoints: sources.map((name) => join(from, name)), outbase: from, outdir: to, bundle: false, sourcemap: true });

for (const name of types) {
  await mkdir(dirname(join(to, name)), { recursive: true });
  await cp(join(from, name), join(to, name));
}

// A token handler's client is the one of `grantkit`, over the handler's own module: so a Worker carries one module, not two.
const edge = {
  name: "over the module edge",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, kind }) => (kind === "entry-point" ? null : { path: `.${path}`.replace("client_bg", "edge_bg"), external: true }));
  },
};
await build({ ...settings, entryPoints: [join(from, "client.ts")], outfile: join(to, "worker", "client.js"), bundle: true, sourcemap: true, plugins: [edge] });

/** What the package's sources import from `wasm/` is built. This takes another of the modules in its place. */
const withModule = (name) => ({
  name: `the module ${name}`,
  setup({ onResolve }) {
    onResolve({ filter: /\/wasm\/\w+(_bg|\.text)\.js$/ }, ({ path }) => ({ path: resolve(to, "wasm", path.replace(/^.*\/\w+?(_bg|\.text)\.js$/, `${name}$1.js`)) }));
    onResolve({ filter: /\/wasm\/(plain|unpack)\.js$/ }, ({ path }) => ({ path: resolve(to, path.replace(/^.*(?=wasm\/)/, "")) }));
    if (name === "plain") onResolve({ filter: /\/load\.js$/ }, ({ resolveDir }) => ({ path: resolve(resolveDir, "load.no-wasm.ts") }));
  },
});

const whole = { ...settings, ignoreAnnotations: true, bundle: true, minify: true, legalComments: "none" };
for (const [name, ending] of [["session", ""], ["plain", ".no-wasm"]]) {
  const { outputFiles: [script] } = await build({ ...whole, entryPoints: [join(from, worker, "main.ts")], plugins: [withModule(name)], format: "iife", write: false });
  await writeFile(join(to, "session", `worker${ending}.js`), script.text);
  await writeFile(join(to, "session", `script${ending}.js`), `export default ${JSON.stringify(script.text)};\n`);
}
await build({ ...whole, entryPoints: [join(from, plain)], plugins: [withModule("plain")], outfile: join(to, plain).replace(/ts$/, "js") });
