/**
 * Node, Deno and Bun: a program of a few lines in a folder where grantkit is installed, run as a process
 * that we end if it does not. What nobody catches is printed, and counts as a failure: it must not hide the other sentences.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const MARK = "results of the suite: ";
const require = createRequire(import.meta.url);

/** The runtimes, and the command line of each. */
export const PROGRAMS = {
  Node: (file) => [process.execPath, file],
  Deno: (file, folder) => [
    deno(), "run", "--quiet", "--no-lock", "--no-remote", "--node-modules-dir=manual", "--allow-net=127.0.0.1", `--allow-read=${folder}`, file,
  ],
  Bun: (file) => [program("bun", "bin/bun.exe"), file],
};

/** Runs the suite in the runtime of that name, over one entry of the package. */
export async function runProgram(name, { facts, installed, patience, suite = "runtimes", entry = "grantkit" }) {
  const file = join(installed.folder, "main.mjs");
  await writeFile(file, [
    `import * as grantkit from ${JSON.stringify(entry)};`,
    `import { run } from "./${suite}/suite.mjs";`,
    'import process from "node:process";',
    'for (const kind of ["uncaughtException", "unhandledRejection"]) process.on(kind, (error) => console.error(`${kind}: ${error?.stack ?? error}`));',
    `const results = await run(grantkit, ${JSON.stringify(facts)});`,
    `console.log(${JSON.stringify(MARK)} + JSON.stringify(results));`,
    "process.exit(0);",
  ].join("\n"));
  const [command, ...words] = PROGRAMS[name](file, installed.folder);
  const { output, errors, ending } = await finish(spawn(command, words, {
    cwd: installed.folder, stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DENO_DIR: join(installed.folder, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined },
  }), patience);
  const line = output.split("\n").find((text) => text.startsWith(MARK));
  if (line) return { results: JSON.parse(line.slice(MARK.length)), complaints: errors.trim() };
  throw new Error(`${name} ended with ${ending} and no results: ${(errors || output).trim().slice(-2_000)}`);
}

function finish(child, patience) {
  return new Promise((resolve, reject) => {
    let output = "", errors = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    child.stdout.on("data", (chunk) => { output += chunk; });
    child.stderr.on("data", (chunk) => { errors += chunk; });
    child.on("error", reject);
    child.on("close", (code, signal) => { clearTimeout(timer); resolve({ output, errors, ending: signal ?? `status ${code}` }); });
  });
}

/** Deno's program itself: the script that npm puts in its place would outlive us. */
function deno() {
  const own = program("deno", process.platform === "win32" ? "deno.exe" : "deno");
  if (existsSync(own)) return own;
  const libc = process.platform === "linux" ? "-glibc" : "";
  return program(`@deno/${process.platform}-${process.arch}${libc}`, process.platform === "win32" ? "deno.exe" : "deno");
}

function program(name, path) {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}
