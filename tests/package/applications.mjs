/** The sources of applications: the same few lines in every bundler and runtime. */
import { readFileSync } from "node:fs";

/** `probe.mjs` as a file of the application's own. */
export const PROBE = { "probe.mjs": readFileSync(new URL("probe.mjs", import.meta.url), "utf8") };

/** Imports by name, so that a bundler may shake the rest off; `result` is a promise of what both probes came to. */
export const NAMED = `
import { Client, GrantError, codeChallenge, randomCodeVerifier, secretBasic } from "grantkit";
import * as core from "grantkit/core";
import { probeClient, probeCore } from "./probe.mjs";
const result = (async () => ({
  client: await probeClient({ Client, GrantError, codeChallenge, randomCodeVerifier, secretBasic }),
  core: probeCore(core),
  oneError: core.GrantError === GrantError,
}))();
`;

/** For a program: prints the result. For a page: leaves it where the test looks. */
export const PROGRAM = `${NAMED}\nresult.then((value) => console.log(JSON.stringify(value)));\n`;
export const CJS = `
const { probeClient, probeCore } = require("./probe.mjs");
probeClient(require("grantkit")).then((client) => console.log(JSON.stringify({
  client, core: probeCore(require("grantkit/core")), oneError: require("grantkit").GrantError === require("grantkit/core").GrantError,
})));
`;
export const PAGE = `${NAMED}\nglobalThis.result = result;\n`;
export const WORKER = `${NAMED.replace("const result = (async () =>", "const work = async () =>").replace(/\}\)\)\(\);\s*$/, "});")}
export default { fetch: async () => Response.json(await work()) };
`;

/** The page's HTML. */
export const HTML = '<!doctype html><html><head><meta charset="utf-8"><title>application</title></head><body><script type="module" src="/main.mjs"></script></body></html>';
