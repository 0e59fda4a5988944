// The modules and the entries of the package, as they stand in `pkg/dist`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bundle, weigh, whole } from "./weigh.mjs";

const folder = "pkg/dist/wasm";

/** The modules: name and weight. */
export const modules = () =>
  (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".wasm")) : []).map((name) => [name, weigh(readFileSync(join(folder, name)))]);

/** The entries, as one imports them: name and weight. */
export async function entries() {
  if (!existsSync("pkg/package.json")) return [];
  const { name, exports = {} } = JSON.parse(readFileSync("pkg/package.json", "utf8"));
  const paths = Object.keys(exports).filter((path) => !/\.(json|wasm)$|\*/.test(path));
  return Promise.all(paths.map(async (path) => [name + path.slice(1), await bundle(whole(name + path.slice(1)), "pkg")]));
}
