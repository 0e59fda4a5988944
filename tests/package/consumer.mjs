/** What `npm pack` makes of the package, and applications that install it: each in a folder of its own, away from this repository. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGE = join(ROOT, "pkg");

/** Milliseconds that a program may take. */
const PATIENCE = 60_000;

/** The tarball, in a new folder under `folder`. */
export async function pack(folder) {
  if (!existsSync(join(PACKAGE, "dist/wasm/client.wasm"))) throw new Error("The package is not built yet. Type: cargo xtask build");
  const listed = JSON.parse(await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], PACKAGE));
  const [report] = Array.isArray(listed) ? listed : Object.values(listed);
  return { file: join(folder, report.filename), report };
}

/** An application with grantkit installed from its tarball; `remove()` when it is done. `files` are written by their paths. */
export async function application(files = {}) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "grantkit-package-")));
  const write = async (more) => {
    for (const [name, content] of Object.entries(more)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  };
  const { file, report } = await pack(folder);
  await write({ "package.json": '{ "name": "application", "private": true, "type": "module" }', ...files });
  await npm(["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", file], folder);
  return {
    folder, report, write, home: join(folder, "node_modules/grantkit"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a program to its end and gives what it printed; throws what it complained of. */
export function run(command, words, cwd, env = {}, patience = PATIENCE) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined, ...env } });
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    let output = "", errors = "";
    child.stdout.on("data", (chunk) => { output += chunk; });
    child.stderr.on("data", (chunk) => { errors += chunk; });
    child.on("error", (error) => { clearTimeout(timer); reject(error); });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(output);
      reject(new Error(`${[command, ...words].join(" ")} ended with ${signal ?? code}: ${(errors + output).trim().slice(-4_000).replace(/[^\P{Cc}\n]/gu, "\u00b7")}`));
    });
  });
}

/** npm, as it came with this Node.js. On Windows its program is a script of the shell's, which Node.js starts no more without one. */
export function npm(words, cwd, patience = PATIENCE) {
  const script = process.env.npm_execpath ?? (process.platform === "win32" ? join(dirname(process.execPath), "node_modules/npm/bin/npm-cli.js") : undefined);
  const [command, ...first] = script ? [process.execPath, script] : ["npm"];
  return run(command, [...first, ...words], cwd, {}, patience);
}

/** TypeScript's compiler, on a folder with a tsconfig.json. */
export function tsc(project) {
  return run(process.execPath, [createRequire(import.meta.url).resolve("typescript/package.json").replace("package.json", "bin/tsc"), "--project", project, "--pretty", "false"], dirname(project));
}
