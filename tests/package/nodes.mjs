/** Other versions of Node.js than the one that runs this: from npm, which has them as programs for Linux on x64. */
import { join } from "node:path";

import { installed } from "./installed.mjs";

export const ELSEWHERE = process.platform !== "linux" || process.arch !== "x64" ? "the programs on npm are for Linux on x64" : false;

/** Node.js of that line. */
export async function nodeOf(line) {
  return join(await installed("tests/package/nodes"), `node_modules/node${line}/bin/node`);
}

/** A Node.js of that line or a newer one: this one, or one from npm; `undefined` where there is none. */
export async function newerNode(line) {
  if (Number(process.versions.node.split(".")[0]) >= line) return process.execPath;
  return ELSEWHERE ? undefined : nodeOf(24);
}
