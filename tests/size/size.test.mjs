// Sizes are exact, so each entry has a budget, and what must never get into a module is looked for by name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { entries } from "../../xtask/node/entries.mjs";
import { dissect } from "../../xtask/node/functions.mjs";

const budgets = JSON.parse(readFileSync("benches/budgets.json", "utf8"));
const weighed = new Map(await entries());

test("every entry has a budget, and every budget an entry", () => {
  assert.deepEqual([...weighed.keys()].sort(), Object.keys(budgets).sort());
});

for (const [entry, budget] of Object.entries(budgets)) {
  test(`${entry} is no larger than its budget, and its budget has no slack to speak of`, () => {
    const { brotli } = weighed.get(entry);
    assert.ok(brotli <= budget, `${brotli} bytes by brotli, and benches/budgets.json allows ${budget}`);
    assert.ok(brotli > budget * 0.97 - 100, `${brotli} bytes by brotli: lower the ${budget} of benches/budgets.json`);
  });
}

test("README says what the budgets are", () => {
  const quoted = [...readFileSync("README.md", "utf8").matchAll(/^\| `(grantkit[\w/]*)`[^|]*\| ([\d.]+) KB \|/gm)].map(([, entry, size]) => [entry, Number(size) * 1000]);
  assert.deepEqual(quoted, ["grantkit", "grantkit/session", "grantkit/core"].map((entry) => [entry, budgets[entry]]));
});

// A URL parser with its tables of Unicode, a calendar, keys in wasm: each is larger than all of ours.
const CRATES = /\b(url|idna|icu_\w+|chrono|time_core|rsa|p256|ring|regex|serde_json|reqwest)::/;
// Formatting comes in by one `{:?}` and weighs more than a protocol; a panic's text and place are of no use to anyone here.
const FORMATTING = /\bcore::fmt::|panic_fmt|panicking::panic_/;
const TEXTS = [".rs:", "src/", "panicked at", "called `Option::unwrap()`", "assertion failed", "capacity overflow", "idna", "chrono"];

for (const name of ["client", "core", "edge", "resource"]) {
  const { functions } = dissect(readFileSync(`target/xtask/named/${name}/small.wasm`));
  const module = readFileSync(`pkg/dist/wasm/${name}.wasm`).toString("latin1");

  test(`${name}.wasm has no crate in it that the project does without`, () => {
    assert.ok(functions.length > 50, "its functions have names");
    assert.ok(functions.some((one) => one.name.includes("grantkit::")), "its functions have names");
    assert.deepEqual(functions.filter((one) => CRATES.test(one.name)), []);
  });

  test(`${name}.wasm formats nothing`, () => {
    assert.deepEqual(functions.filter((one) => FORMATTING.test(one.name)), []);
  });

  test(`${name}.wasm says nothing of panics, places in sources, or libraries`, () => {
    assert.deepEqual(TEXTS.filter((text) => module.includes(text)), []);
  });
}
