/**
 * Runs one suite over the public API in every runtime, against a real authorization server and a stage for faults, all on loopback.
 *
 *     node tests/runtimes/run.mjs              every runtime
 *     node tests/runtimes/run.mjs node deno    some of them, by the start of their names
 *
 * Ends with one line, `N passed, N failed`, and status 1 if something failed or a runtime ran no test.
 */
import { runBrowser, runBrowserWithoutWasm } from "./hosts/browser.mjs";
import { install } from "./hosts/installed.mjs";
import { PROGRAMS, runProgram } from "./hosts/program.mjs";
import { DATES, runWorkerd } from "./hosts/workerd.mjs";
import { startWorld } from "./servers/world.mjs";

/** Milliseconds that one runtime may take for all of it. */
const PATIENCE = 180_000;

const RUNTIMES = [
  ...Object.keys(PROGRAMS).map((name) => ({ name, run: (at) => runProgram(name, at) })),
  { name: "Node, grantkit/core", run: (at) => runProgram("Node", { ...at, entry: "grantkit/core" }) },
  ...DATES.map((date) => ({ name: `workerd ${date}`, run: (at) => runWorkerd(date, at) })),
  { name: "Chromium", run: runBrowser },
  { name: "Chromium without WebAssembly", run: runBrowserWithoutWasm },
];

/** What one runtime showed: how many sentences hold, and which do not. */
async function judge({ name, run }, at) {
  const began = performance.now();
  const outcome = await run(at).catch((error) => ({ results: [{ name: "the suite runs", ok: false, error: error.message }] }));
  const failed = outcome.results.filter((result) => !result.ok);
  const passed = outcome.results.length - failed.length;
  if (outcome.results.length === 0) failed.push({ name: "the suite runs", error: "it ran no test" });
  if (outcome.complaints) failed.push({ name: "nothing goes wrong outside of a test", error: outcome.complaints.slice(0, 2_000) });
  console.log(`${failed.length ? "FAIL" : "ok"}   ${name}: ${passed} hold, ${failed.length} do not, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  for (const { name: sentence, error } of failed) console.log(`       ${sentence}\n         ${error}`);
  return { passed, failed: failed.length };
}

const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = RUNTIMES.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().startsWith(word)));
if (chosen.length === 0) throw new Error(`there is no such runtime: choose among ${RUNTIMES.map(({ name }) => name).join(", ")}`);

const world = await startWorld();
const installed = await install().catch(async (error) => { await world.close(); throw error; });
const total = { passed: 0, failed: 0 };
try {
  for (const runtime of chosen) {
    const { passed, failed } = await judge(runtime, { world, facts: world.facts, installed, patience: PATIENCE });
    total.passed += passed;
    total.failed += failed;
  }
} finally {
  await Promise.all([world.close(), installed.remove()]);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
