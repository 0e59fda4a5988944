/**
 * Writes `docs/faults.md` from the table.
 *
 *     node tests/faults/document.mjs            prints it
 *     node tests/faults/document.mjs --write    puts it in its place
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { CHAPTERS, fate } from "./table.mjs";

export const DOCUMENT = new URL("../../docs/faults.md", import.meta.url);

const INTRODUCTION = `# Faults, one by one

What a caller sees when something goes wrong between grantkit and an authorization server, and what is not lost by it. This page is written from
[tests/faults/table.mjs](../tests/faults/table.mjs); \`cargo xtask test faults\` tries each row in Node.js and in workerd against a server that goes wrong in that way and
keeps books of what it was sent, each refresh also at a token handler in workerd and by the policy of a session in a page, and fails where this page says something else. What to do about an error is in [errors.md](errors.md).

Three things hold in every row but those of the last table:

- **No grant is sent twice.** One call is one request at the token endpoint; nothing is tried again behind the caller's back, and nothing goes where a redirect leads. Some hosts
  send a request again by themselves, below \`fetch\`: [what we do not protect from](../.github/SECURITY.md#what-we-do-not-protect-from).
- **No refresh token is dropped.** Where \`grantMayBeConsumed\` is \`false\`, the same code or refresh token is sent again by the test, and the server takes it. Where a call ends in
  tokens, the refresh token among them is the one that the server knows.
- **No session ends that need not.** Only the server's own \`invalid_grant\` ends one.

| column | what it says |
|---|---|
| the caller sees | the error's \`code\`, and in brackets its \`fault\` and \`phase\`; or tokens, with the \`deviations\` that they name |
| credentials: \`retryable\` | of a request for which nothing is at stake, client credentials. Of a code or a refresh token it is \`true\` only where the next column says no |
| grant: \`grantMayBeConsumed\` | of a code or a refresh token. Of client credentials it is \`false\` always |
| in truth | what the server did with the code or the refresh token, which the caller cannot know |
| the session | what becomes of a session whose refresh meets this, in \`grantkit/worker\` and in \`grantkit/session\`: both go by the same policy |

| the session | what that means |
|---|---|
| goes on | with the new tokens |
| waits | the refresh token is as good as before, and is sent again later: when the server said, or after 1, 2, 4 … seconds |
| is kept | the refresh token may be spent, and is not sent again. While the access token is good nobody notices; then a new login settles it, mostly without a word to the user (\`prompt=none\`) |
| ends | the server has ended it |
`;

const SESSION = { lives: "goes on", waits: "waits", doubtful: "is kept", ends: "ends" };

/** Phases by the request, where a row does not name its own. */
const PHASES = { "/token": "token" };

function seen({ sees: [code, fault, phase], named, deviations = named, at, phase: own, wait, keys }) {
  const list = deviations?.length ? `, \`${deviations.join("`, `")}\`` : "";
  if (code === undefined) return `tokens${list}${keys ? "; the keys are fetched anew" : ""}`;
  return `\`${code}\` (${fault}, ${phase ?? own ?? PHASES[at]})${wait ? `, \`retryAfter\` ${wait}` : ""}${list}`;
}

const yes = (truth) => (truth ? "yes" : "no");

/** `invalid_grant` needs no truth of the table's: the session was over before. */
const truth = (row) => (row.takes ? "spent" : row.ends ? "ended before" : row.foreign ? "refused" : "not spent");

const COLUMNS = {
  grant: [
    ["what happens", ({ what }) => what],
    ["the caller sees", seen],
    ["credentials: `retryable`", (row) => (row.grants.includes("credentials") && row.sees.length > 0 ? yes(row.again) : "")],
    ["grant: `grantMayBeConsumed`", (row) => (row.sees.length === 0 ? "" : yes(!row.kept))],
    ["in truth", truth],
    ["the session", (row) => (row.grants.includes("refresh") ? SESSION[fate(row)] : "")],
  ],
  polls: [
    ["what happens", ({ what }) => what],
    ["the caller sees", seen],
    ["asked in all", ({ polls }) => (polls === 1 ? "once" : "twice")],
    ["in truth, the first time", truth],
  ],
  call: [
    ["what happens", ({ what }) => what],
    ["the caller sees", seen],
    ["`retryable`", (row) => yes(row.again)],
  ],
};

function table(columns, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(columns.map(([title]) => title)), `|${"---|".repeat(columns.length)}`, ...rows.map((row) => line(columns.map(([, cell]) => cell(row))))].join("\n");
}

function chapter({ title, words, rows }) {
  const columns = rows.every(({ polls }) => polls) ? COLUMNS.polls : rows.every(({ at }) => at === "/token") ? COLUMNS.grant : COLUMNS.call;
  return `## ${title}\n\n${words ? `${words}\n\n` : ""}${table(columns, rows)}\n`;
}

/** The whole document. */
export const render = () => [INTRODUCTION, ...CHAPTERS.map(chapter)].join("\n");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--write")) await writeFile(DOCUMENT, render());
  else process.stdout.write(render());
}
