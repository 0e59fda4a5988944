/** Node (import and require), Deno, Bun and workerd, each with the package installed from its tarball. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { askWorker, DATES } from "../runtimes/hosts/workerd.mjs";
import { PROGRAMS } from "../runtimes/hosts/program.mjs";
import { CJS, PROBE, PROGRAM, WORKER } from "./applications.mjs";
import { application, run } from "./consumer.mjs";
import { CLIENT, CORE, RESOURCE_SERVER } from "./probe.mjs";

const ALL = { client: CLIENT, core: CORE, oneError: true };

let app;
before(async () => { app = await application({ ...PROBE, "main.mjs": PROGRAM, "main.cjs": CJS }); });
after(() => app?.remove());

for (const name of ["Node", "Deno", "Bun"]) {
  test(`${name} imports it`, async () => assert.deepEqual(await result(name, "main.mjs"), ALL));
}
for (const name of ["Node", "Bun"]) {
  test(`${name} requires it`, async () => assert.deepEqual(await result(name, "main.cjs"), ALL));
}

test("Node says nothing while it imports it", async () => {
  const [command, ...words] = PROGRAMS.Node(join(app.folder, "main.mjs"), app.folder);
  assert.deepEqual(JSON.parse(await run(command, ["--throw-deprecation", "--trace-uncaught", ...words], app.folder)), ALL);
});

for (const date of DATES) {
  test(`workerd imports it as of ${date}, as a compiled module`, async () => {
    assert.deepEqual(await askWorker({ folder: app.folder, source: WORKER, date }), ALL);
  });
}

const JUDGES = `import * as grantkit from "grantkit/resource-server";\nimport { probeResourceServer } from "./probe.mjs";\n`;
for (const name of ["Node", "Deno", "Bun"]) {
  test(`${name} judges access tokens with it`, async () => {
    await app.write({ "judge.mjs": `${JUDGES}console.log(JSON.stringify(await probeResourceServer(grantkit)));` });
    assert.deepEqual(await result(name, "judge.mjs"), RESOURCE_SERVER);
  });
}

test("workerd judges access tokens with it", async () => {
  const source = `${JUDGES}export default { fetch: async () => Response.json(await probeResourceServer(grantkit)) };`;
  assert.deepEqual(await askWorker({ folder: app.folder, source }), RESOURCE_SERVER);
});

test("workerd finds it with the conditions of wrangler too, which name the browser beside", async () => {
  assert.deepEqual(await askWorker({ folder: app.folder, source: WORKER, conditions: ["workerd", "worker", "browser"] }), ALL);
});

test("workerd starts the slim entries with the .wasm files that the package exports", async () => {
  const source = `
    import * as grantkit from "grantkit/slim";
    import * as core from "grantkit/core/slim";
    import clientModule from "grantkit/client.wasm";
    import coreModule from "grantkit/core.wasm";
    import { probeClient, probeCore } from "./probe.mjs";
    export default { fetch: async () => {
      await Promise.all([grantkit.init(clientModule), core.init(coreModule)]);
      return Response.json({ client: await probeClient(grantkit), core: probeCore(core), oneError: grantkit.GrantError === core.GrantError });
    } };`;
  assert.deepEqual(await askWorker({ folder: app.folder, source }), ALL);
});

async function result(name, file) {
  const [command, ...words] = PROGRAMS[name](join(app.folder, file), app.folder);
  return JSON.parse(await run(command, words, app.folder, { DENO_DIR: join(app.folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" }));
}
