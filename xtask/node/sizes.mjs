// What a browser downloads: each module, and each entry of the package bundled and minified whole. An inlined module counts as the
// text that it ships as; a `.wasm` file that an entry loads is added. Brotli at quality 11, gzip at level 9.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const weigh = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length,
});

const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

/** The names that the package exports, as one imports them. */
function entries() {
  if (!existsSync("pkg/package.json")) return [];
  const { name, exports = {} } = JSON.parse(readFileSync("pkg/package.json", "utf8"));
  return Object.keys(exports)
    .filter((path) => !/\.(json|wasm)$|\*/.test(path))
    .map((path) => name + path.slice(1));
}

async function bundle(entry) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir: "pkg" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    treeShaking: true,
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".wasm": "file" },
    outdir: "pkg/dist",
    write: false,
    logLevel: "silent",
  });
  return outputFiles.map((file) => weigh(file.contents)).reduce(add);
}

const rows = [];
const folder = "pkg/dist/wasm";
const modules = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".wasm")) : [];
for (const name of modules) rows.push([name, weigh(readFileSync(join(folder, name)))]);
for (const entry of entries()) {
  const size = await bundle(entry).catch((error) => String(error.errors?.[0]?.text ?? error.message));
  rows.push([entry, size]);
}

const number = (value) => value.toLocaleString("en-US").padStart(10);
const width = Math.max(12, ...rows.map(([name]) => name.length));
console.log(`${"bytes".padEnd(width)}${"raw".padStart(10)}${"gzip 9".padStart(10)}${"brotli 11".padStart(10)}`);
for (const [name, size] of rows) {
  const text = typeof size === "string" ? `  ${size}` : number(size.raw) + number(size.gzip) + number(size.brotli);
  console.log(name.padEnd(width) + text);
}
