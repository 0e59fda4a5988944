/** What `grantkit/session` makes of each row: its policy is asked with the error that the refresh ended in, as its Worker asks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { Client, GrantError } from "../../pkg/dist/entry/client.inline.js";
import { instantiate } from "../../pkg/dist/instantiate.js";
import * as glue from "../../pkg/dist/wasm/session_bg.js";
import { CLIENT, startFaults } from "./server.mjs";
import { ROWS, fate } from "./table.mjs";

instantiate("session", glue, new WebAssembly.Module(readFileSync(new URL("../../pkg/dist/wasm/session.wasm", import.meta.url))));

/** What the policy answers. */
function ask(verb, input) {
  const answer = glue.session(verb, JSON.stringify({ now: 1_000, ...input }));
  assert.ok(!answer.startsWith("!"), answer);
  return JSON.parse(answer);
}

describe("a session in a page", { timeout: 60_000, concurrency: 4 }, () => {
  let faults;
  before(async () => { faults = await startFaults(); });
  after(() => faults.close());

  const { session } = ask("begin", { tokens: { access_token: "a", refresh_token: "r", expires_at: 900 } });
  assert.equal(ask("due", { session, terms: {} }).due, "refresh");

  for (const row of ROWS.filter(({ at, grants, abort }) => at === "/token" && grants.includes("refresh") && !abort)) {
    test(`${row.id}: it ${fate(row)}`, async () => {
      const { metadata, facts } = faults.open({ fault: row.id, on: "refresh" });
      const client = new Client(metadata, { clientId: CLIENT.id, timeout: row.patience ?? 10_000 });
      const sent = facts.refreshToken;
      const due = (next) => ask("due", { session: next, terms: {} }).due;
      try {
        const tokens = await client.refresh({ refresh_token: sent, claims: { sub: "ada" } });
        assert.equal(fate(row), "lives");
        assert.equal(due(ask("refreshed", { session, sent, tokens: { ...tokens, expires_at: 2_000 } }).session), "use");
      } catch (error) {
        if (!(error instanceof GrantError)) throw error;
        const { failed, session: next } = ask("failed", { session, error });
        assert.equal({ later: "waits", doubtful: "doubtful", ended: "ends" }[failed], fate(row));
        assert.equal(due(next), { later: "wait", doubtful: "authorize", ended: "authorize" }[failed], "the refresh token is not sent now");
      }
    });
  }
});
