/** The workflows: actions are pinned by what cannot be moved, and may do little. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "./consumer.mjs";

const FOLDER = join(ROOT, ".github/workflows");

for (const name of readdirSync(FOLDER)) {
  const text = readFileSync(join(FOLDER, name), "utf8");

  test(`${name} pins each action by its commit, and says which version that is`, () => {
    const used = [...text.matchAll(/^\s*- ?uses: (.*)$/gm)].map((match) => match[1]);
    assert.ok(used.length > 0);
    for (const action of used) assert.match(action, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${name} may read, and writes nothing but a signature`, () => {
    assert.match(text, /^permissions:\n {2}contents: read\n\n/m);
    const granted = [...text.matchAll(/^\s+(\w[\w-]*): write\b/gm)].map((match) => match[1]);
    assert.deepEqual(granted, name === "release.yml" ? ["id-token"] : []);
    assert.doesNotMatch(text, /pull_request_target|\$\{\{ *github\.event\.(?!_)(?!name)/, "nothing of a stranger's is run or spliced into a script");
    for (const part of text.split(/uses: actions\/checkout@/).slice(1)) assert.match(part.split("- ")[0], /persist-credentials: false/);
  });

  test(`${name} runs the commands that a developer runs`, () => {
    const commands = [...text.matchAll(/^\s*- run: (.*)$/gm)].map((match) => match[1]);
    for (const command of commands) assert.match(command, /^cargo xtask \w+( --[\w-]+( \d+)?)?$/);
    assert.ok(commands.includes("cargo xtask test"));
  });
}
