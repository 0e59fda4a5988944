/** An application: the suites, and the package in a `node_modules` beside it, resolved by name through `exports`. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../../pkg/", import.meta.url));
const TESTS = fileURLToPath(new URL("../../", import.meta.url));

/** What runs in a runtime, beside the package. */
const SUITES = ["runtimes/suite.mjs", "runtimes/suite", "faults/suite.mjs"];

/** Makes its folder, which `remove()` takes away. */
export async function install() {
  if (!existsSync(join(PACKAGE, "dist/wasm/client.wasm"))) throw new Error("The package is not built yet. Type: cargo xtask build");
  const folder = await realpath(await mkdtemp(join(tmpdir(), "grantkit-runtimes-")));
  const home = join(folder, "node_modules/grantkit");
  await mkdir(home, { recursive: true });
  await cp(join(PACKAGE, "package.json"), join(home, "package.json"));
  await cp(join(PACKAGE, "dist"), join(home, "dist"), { recursive: true });
  for (const name of SUITES) await cp(join(TESTS, name), join(folder, name), { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module", "dependencies": { "grantkit": "*" } }');
  return { folder, home, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The file that an import means where these conditions hold. */
export async function resolve(home, path, conditions) {
  let target = JSON.parse(await readFile(join(home, "package.json"), "utf8")).exports[path];
  while (typeof target === "object") target = target[Object.keys(target).find((name) => conditions.includes(name) || name === "default")];
  return target;
}
