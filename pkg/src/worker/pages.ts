/** What somebody sees who navigated to the handler and did not get through: a page of words. */

import type { Problem } from "./ask.js";

const STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;color:#222;background:#fff}" +
  "h1{font-size:1.3rem}code{color:#666}a{margin-right:1.5rem}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#9bf}code{color:#999}}";

/** The page; `again` is where a login begins anew. */
export function problemPage(problem: Problem, again: string): string {
  const title = problem.action === "wait" ? "Please try again in a moment" : "The login did not succeed";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style>` +
    `<h1>${title}</h1><p>${escape(problem.message)}</p><p><code>${escape(problem.code)}</code></p><p><a href="${escape(again)}">Log in again</a><a href="/">Front page</a></p></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
