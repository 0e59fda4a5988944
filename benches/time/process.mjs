/** What only whole processes show: how long the first pair takes from nothing, what compiling costs, and whether memory stays where it is. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build } from "esbuild";

import { rotated } from "./measure.mjs";
import { amounts, digits, picture, spread, table } from "./report.mjs";

const execute = promisify(execFile);
const run = (program, words) => execute(program, words, { timeout: PATIENCE, killSignal: "SIGKILL" });
const PACKAGE = fileURLToPath(new URL("../../pkg", import.meta.url));

/** Milliseconds after which a process is ended. */
const PATIENCE = 600_000;

const FIRST_PAIR = {
  oauth4webapi: 'import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi"; await calculatePKCECodeChallenge(generateRandomCodeVerifier());',
  grantkit: 'import { pkcePair } from "grantkit"; pkcePair();',
  "grantkit/core": 'import { pkcePair } from "grantkit/core"; pkcePair();',
  "nothing at all": "export {};",
};

/** From the start of a process to the first PKCE pair, in Node. */
export async function coldStart({ folder, nodePaths }, quick) {
  const figures = {};
  for (const [name, contents] of Object.entries(FIRST_PAIR)) {
    await bundle(contents, file(folder, name), nodePaths);
    figures[name] = [];
  }
  const names = Object.keys(FIRST_PAIR);
  for (let round = 0; round < (quick ? 5 : 31); round++) {
    for (const name of rotated(names, round)) {
      const began = performance.now();
      await run(process.execPath, [file(folder, name)]);
      figures[name].push(performance.now() - began);
    }
  }
  const results = { Node: figures };
  const subject = { title: "A process from its start to the first PKCE pair", base: names[0], peers: names, unit: "ms" };
  return [{ name: "cold-start", text: table(subject, results), svg: picture(subject, results), results }];
}

const file = (folder, name) => join(folder, `first-${name.replaceAll(/\W/g, "-")}.mjs`);

function bundle(contents, outfile, nodePaths) {
  return build({
    stdin: { contents, resolveDir: PACKAGE }, outfile, bundle: true, minify: true, format: "esm", target: "es2022", platform: "browser", legalComments: "none",
    logLevel: "silent", nodePaths,
  });
}

/** Compiling and instantiating each module, the first time in a process, in Node. */
export async function instantiation(quick) {
  const figures = {};
  for (const name of ["client", "core", "edge"]) {
    const path = join(PACKAGE, `dist/wasm/${name}.wasm`);
    const program = `const bytes = require("node:fs").readFileSync(${JSON.stringify(path)});
      const began = performance.now();
      const module = new WebAssembly.Module(bytes);
      const compiled = performance.now();
      const imports = {};
      for (const one of WebAssembly.Module.imports(module)) (imports[one.module] ??= {})[one.name] = () => {};
      const ready = performance.now();
      new WebAssembly.Instance(module, imports);
      console.log(compiled - began + performance.now() - ready);`;
    figures[`${name}.wasm`] = [];
    for (let round = 0; round < (quick ? 3 : 15); round++) {
      const { stdout } = await run(process.execPath, ["--input-type=commonjs", "-e", program]);
      figures[`${name}.wasm`].push(Number(stdout));
    }
  }
  const rows = Object.entries(figures).map(([name, list]) => {
    const { median, least, most } = spread(list);
    return `| ${name} | ${digits(median)} (${digits(least)}–${digits(most)}) |`;
  });
  const title = "Compile and instantiate, first in a process";
  const text = [`| ${title}, ms, median (least–most) | Node |`, "|---|---|", ...rows].join("\n");
  const medians = Object.fromEntries(Object.entries(figures).map(([name, list]) => [name, spread(list).median]));
  return [{ name: "instantiation", text, svg: amounts({ title, unit: "ms, the median" }, { Node: medians }), results: { Node: figures } }];
}

const NATIVE = { challenge: "The S256 challenge of a verifier, in a Rust program", "token-response": "A token response read, in a Rust program" };

/** The crate, natively, beside the `oauth2` crate. */
export async function native() {
  if (!process.env.NATIVE) throw new Error("the program was not compiled");
  const { stdout } = await run(process.env.NATIVE, []);
  return Object.entries(JSON.parse(stdout)).map(([name, figures]) => {
    const peers = Object.keys(figures);
    const subject = { title: NATIVE[name], base: peers[0], peers, unit: "µs" };
    return { name: `native-${name}`, text: table(subject, { native: figures }), svg: picture(subject, { native: figures }) };
  });
}

/** How many operations, and after which parts of them somebody looks. */
const OPERATIONS = 1_000_000;
const LOOKS = 10;

/** What lives on in a process after operations without end: the module's memory, and the heap once its garbage is gone. */
export async function memory({ folder, nodePaths }, quick) {
  const many = quick ? OPERATIONS / 50 : OPERATIONS;
  const script = join(folder, "memory.mjs");
  await bundle(`
    const { Instance } = WebAssembly;
    let memory;
    WebAssembly.Instance = function (...given) { const made = new Instance(...given); memory = made.exports.memory; return made; };
    const grantkit = await import("grantkit");
    const body = '{"access_token":"SlAV32hkKG","token_type":"Bearer","expires_in":3600,"refresh_token":"8xLOxBtZp8"}';
    const response = { status: 200, headers: { "content-type": "application/json" }, body };
    const client = new grantkit.Client({ issuer: "https://op.example", authorization_endpoint: "https://op.example/a", token_endpoint: "https://op.example/t" }, {
      clientId: "app", redirectUri: "https://app.example/cb", fetch: async () => new Response(body, { headers: response.headers }),
    });
    const work = {
      "PKCE pair": () => grantkit.pkcePair(),
      "token response": () => grantkit.parseTokenResponse(response),
      "authorization request": () => client.authorize(),
      "refresh, whole exchange": () => client.refresh("8xLOxBtZp8"),
    };
    const seen = {};
    const look = () => { gc(); gc(); return { module: memory.buffer.byteLength, heap: process.memoryUsage().heapUsed }; };
    for (const [name, operation] of Object.entries(work)) {
      seen[name] = [];
      for (let part = 0; part < ${LOOKS}; part++) {
        for (let i = 0; i < ${many / LOOKS}; i++) { const result = operation(); if (result instanceof Promise) await result; }
        await new Promise((resolve) => setTimeout(resolve, 50));
        seen[name].push(look());
      }
    }
    console.log(JSON.stringify(seen));`, script, nodePaths);
  const { stdout } = await run(process.execPath, ["--expose-gc", script]);
  const results = {};
  const shown = [1, LOOKS / 2, LOOKS];
  const rows = Object.entries(JSON.parse(stdout)).map(([name, seen]) => {
    const first = seen[0], last = seen.at(-1);
    results[name] = { seen, flat: last.module === first.module && last.heap < first.heap * 1.1 };
    const of = (what) => shown.map((part) => (seen[part - 1][what] / 1024).toFixed(0)).join(" · ");
    return `| ${name} | ${of("module")} | ${of("heap")} |`;
  });
  const count = (part) => ((many / LOOKS) * part).toLocaleString("en-US");
  const held = Object.entries(results).map(([name, { seen }]) => [name, Object.fromEntries(shown.flatMap((part) => {
    const { module, heap } = seen[part - 1];
    return [[`module, after ${count(part)}`, module / 1024], [`heap, after ${count(part)}`, heap / 1024]];
  }))]);
  const svg = amounts({ title: "Memory held after many operations", unit: "KiB" }, Object.fromEntries(held));
  const text = [`| KiB held after ${shown.map(count).join(" · ")} operations | the module's memory | JavaScript's heap, collected |`, "|---|---|---|", ...rows].join("\n");
  return [{ name: "memory", text, svg, results: { Node: results } }];
}
