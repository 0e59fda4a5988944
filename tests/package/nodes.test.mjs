/** Each line of Node.js that is supported, as a program from npm, imports and requires the package. On other systems than Linux on x64, only the one that runs this. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { CJS, PROBE, PROGRAM } from "./applications.mjs";
import { application, run } from "./consumer.mjs";
import { ELSEWHERE, nodeOf } from "./nodes.mjs";
import { CLIENT, CORE } from "./probe.mjs";

const ALL = { client: CLIENT, core: CORE, oneError: true };

let app;
before(async () => { app = await application({ ...PROBE, "main.mjs": PROGRAM, "main.cjs": CJS }); });
after(() => app?.remove());

for (const line of [20, 22, 24]) {
  test(`Node ${line} imports and requires it, and says nothing`, { skip: ELSEWHERE, timeout: 300_000 }, async () => {
    const node = await nodeOf(line);
    assert.ok(existsSync(node), `${node} is there`);
    assert.match(await run(node, ["--version"], app.folder), new RegExp(`^v${line}\\.`));
    for (const file of ["main.mjs", "main.cjs"]) {
      assert.deepEqual(JSON.parse(await run(node, ["--throw-deprecation", join(app.folder, file)], app.folder)), ALL, file);
    }
  });
}
