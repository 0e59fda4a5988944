/** The crate as it is published: its sources, its tests with their vectors, and nothing else of this repository or of this machine. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ROOT, run } from "./consumer.mjs";

test("the crate holds its sources, its tests and what describes it, and nothing else", async () => {
  const listed = (await run("cargo", ["package", "--package", "grantkit", "--list", "--allow-dirty"], ROOT)).trim().replaceAll("\\", "/").split("\n");
  const expected = [".cargo_vcs_info.json", "CHANGELOG.md", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
  const others = listed.map((path) => path.trim()).filter((path) => !/^(src|tests\/spec|tests\/vectors)\//.test(path));
  assert.deepEqual(others.filter((path) => path !== ".cargo_vcs_info.json"), expected.slice(1));
  assert.ok(listed.includes("src/lib.rs") && listed.includes("src/web/host.js") && listed.length > 80);
});
