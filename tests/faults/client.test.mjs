/** The table of faults in Node.js and in workerd, each row by its code; the server's books tell that nothing was lost. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { install } from "../runtimes/hosts/installed.mjs";
import { runProgram } from "../runtimes/hosts/program.mjs";
import { DATES, runWorkerd } from "../runtimes/hosts/workerd.mjs";
import { CLIENT, startFaults } from "./server.mjs";
import { FACTS } from "./table.mjs";

/** Milliseconds that one runtime may take for all of it. */
const PATIENCE = 120_000;

/** Ten thousand days, 250 for each request. */
const DAYS = Array.from({ length: 40 }, (_, at) => ({ days: [at * 250, (at + 1) * 250] }));

const RUNTIMES = {
  "Node.js": (at) => runProgram("Node", at),
  [`workerd at ${DATES[0]}`]: (at) => runWorkerd(DATES[0], at),
};

/** Each sentence of the suite as a test, so that they are counted. */
async function tell(t, { results, complaints }) {
  assert.ok(results.length > 0, "the suite ran no test");
  for (const { name, ok, error } of results) await t.test(name, () => assert.ok(ok, error));
  assert.equal(complaints, "", "nothing goes wrong outside of a test");
}

describe("the table of faults", { timeout: 3 * PATIENCE }, () => {
  let installed, faults;
  before(async () => { [installed, faults] = await Promise.all([install(), startFaults()]); });
  after(() => Promise.all([installed?.remove(), faults?.close()]));

  for (const [name, run] of Object.entries(RUNTIMES)) {
    test(name, async (t) => {
      const facts = { faults: faults.origin, client: CLIENT, rows: FACTS };
      await tell(t, await run({ facts, installed, patience: PATIENCE, suite: "faults" }));
    });
  }
});

test("ten thousand bad days in workerd", { timeout: 3 * PATIENCE }, async (t) => {
  const installed = await install();
  try {
    await tell(t, await runWorkerd(DATES[0], { facts: DAYS, installed, patience: PATIENCE, suite: "faults" }));
  } finally {
    await installed.remove();
  }
});
