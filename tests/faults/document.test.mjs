/** The table that people read is the one that is tried. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { DOCUMENT, render } from "./document.mjs";
import { ROWS } from "./table.mjs";

test("docs/faults.md is the table: else type `node tests/faults/document.mjs --write`", async () => {
  assert.equal(await readFile(DOCUMENT, "utf8"), render());
});

test("no two rows have the same name, and each meets something", () => {
  assert.equal(new Set(ROWS.map(({ id }) => id)).size, ROWS.length);
  for (const { id, grants, sees, what } of ROWS) assert.ok(grants.length > 0 && Array.isArray(sees) && what, id);
});
