// What a browser downloads: an entry of a package, bundled and minified whole. An inlined module counts as the text that it ships as; a
// `.wasm` file that an entry loads is added. Brotli at quality 11, gzip at level 9.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes raw, by gzip, by brotli. */
export const weigh = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length,
});

const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

/** What these lines of JavaScript weigh with all that they import, found from this folder; or why they do not bundle. */
export async function bundle(lines, folder) {
  try {
    const { outputFiles } = await build({
      stdin: { contents: lines, resolveDir: folder },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      treeShaking: true,
      legalComments: "none",
      define: { "process.env.NODE_ENV": '"production"' },
      loader: { ".wasm": "file" },
      outdir: "out",
      write: false,
      // Whoever uses the binding has it.
      external: ["react"],
      logLevel: "silent",
    });
    return outputFiles.map((file) => weigh(file.contents)).reduce(add);
  } catch (error) {
    return String(error.errors?.[0]?.text ?? error.message);
  }
}

/** Everything that an entry exports. */
export const whole = (entry) => `export * from ${JSON.stringify(entry)}`;

/** Rows of a name and a weight, as a table; a reason may stand in place of a weight. */
export function table(rows, title = "bytes") {
  const number = (value) => value.toLocaleString("en-US").padStart(10);
  const width = Math.max(12, title.length, ...rows.map(([name]) => name.length));
  const line = ([name, size, ...more]) =>
    name.padEnd(width) +
    (typeof size === "string" ? `  skipped: ${size}` : number(size.raw) + number(size.gzip) + number(size.brotli) + more.map((one) => one.padStart(8)).join(""));
  return [`${title.padEnd(width)}${"raw".padStart(10)}${"gzip 9".padStart(10)}${"brotli 11".padStart(10)}`, ...rows.map(line)].join("\n");
}
