/** The documents, and the examples in them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./consumer.mjs";

export const read = (path) => readFileSync(join(ROOT, path), "utf8");

/** The blocks of a document: their language, their text, and the line on which each begins. */
export function blocks(path) {
  const found = [];
  let block;
  for (const [index, line] of read(path).split("\n").entries()) {
    const fence = /^\s*```\s*(\w*)/.exec(line);
    if (block && fence) {
      found.push(block);
      block = undefined;
    } else if (fence) block = { path, line: index + 2, language: fence[1], text: "" };
    else if (block) block.text += `${line}\n`;
  }
  assert.equal(block, undefined, `${path}: a block is not closed`);
  return found;
}

/** The one block of a document that says this. */
export function blockWith(path, words) {
  const found = blocks(path).filter(({ text }) => text.includes(words));
  assert.equal(found.length, 1, `${path} has one block with "${words}"`);
  return found[0].text;
}
