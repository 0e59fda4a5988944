/** The table of faults at `grantkit/worker`, in workerd: each row meets the refresh of a session of its own, and the server's books tell that nothing was lost. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Browser, forgetApplication, startApi, startWorld, visitServer } from "../edge/world.mjs";
import { CLIENT, startFaults } from "./server.mjs";
import { ROWS, fate } from "./table.mjs";

after(forgetApplication);

/** Seconds that an access token lives. */
const LIFE = 1;

/** Milliseconds that the handler waits for the server. */
const PATIENCE = 5_000;

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The servers of a handler, in place of those of `edge/world.mjs`. */
async function serve({ origin }) {
  const [faults, api] = await Promise.all([startFaults(), startApi()]);
  const scene = faults.open({ life: LIFE });
  return {
    scene, api,
    options: {
      issuer: scene.issuer, server: scene.metadata, clientId: CLIENT.id, scope: "openid", origin, timeout: PATIENCE, routes: { "/api/": `${api.origin}/base/` },
    },
    close: () => Promise.all([faults.close(), api.close()]),
  };
}

describe("a session at the edge", { timeout: 180_000, concurrency: 4 }, () => {
  let world;
  before(async () => { world = await startWorld({ serve }); });
  after(() => world?.close());

  /** Somebody who is logged in; the refreshes of this login meet this fault. */
  async function user(fault = "") {
    const browser = new Browser(world);
    await logIn(browser, fault);
    return browser;
  }

  async function logIn(browser, fault) {
    const address = new URL((await browser.navigate("/auth/login")).headers.get("location"));
    if (fault) address.searchParams.set("fault", fault);
    const came = await browser.navigate(await visitServer(address.href), { headers: { "sec-fetch-site": "cross-site" } });
    assert.equal(came.status, 302, await came.text());
  }

  const ENDS = {
    async lives(browser, { id }, grant) {
      for (const time of ["at first", "and again"]) {
        assert.equal((await browser.fetch("/api/x")).status, 200, time);
        await wait(LIFE + 0.1);
      }
      assert.ok(grant.refreshes.length >= (id === "huge-integer" ? 1 : 2));
    },
    async waits(browser, { wait: seconds = 1 }, grant) {
      const answer = await browser.fetch("/api/x");
      const { code, action } = await answer.json();
      assert.deepEqual([answer.status, code, action], [503, "refresh_unavailable", "wait"]);
      const later = Number(answer.headers.get("retry-after"));
      // Doubled, where the machine was so busy that it asked a second time already.
      assert.ok(later > 0 && later <= Math.max(seconds, 2 ** (grant.refreshes.length - 1)), `${later} seconds`);
      assert.equal((await browser.view()).authenticated, true, "nobody was logged out");
      grant.fault = undefined;
      let status = 503;
      for (let tries = 0; tries < 60 && status === 503; tries++) {
        await wait(0.25);
        ({ status } = await browser.fetch("/api/x"));
      }
      assert.equal(status, 200, "it goes on by itself");
      const [first, second] = grant.refreshes;
      // Of whole seconds, one may have begun.
      assert.ok(second - first >= (seconds - 1) * 1000, `asked again after ${second - first} ms`);
    },
    async doubtful(browser, _, grant) {
      for (let time = 0; time < 3; time++) {
        const answer = await browser.fetch("/api/x");
        const { code, action } = await answer.json();
        assert.deepEqual([answer.status, code, action], [401, "login_required", "login_silently"]);
      }
      assert.equal(grant.refreshes.length, 1, "sent once, whatever was asked since");
      const view = await browser.view();
      assert.deepEqual([view.authenticated, view.claims.sub, view.action], [true, grant.sub, "login_silently"], "nobody was logged out");
      await logIn(browser);
      assert.equal((await browser.fetch("/api/x")).status, 200, "a new login settles it");
    },
    async ends(browser, _, grant) {
      const answer = await browser.fetch("/api/x");
      assert.deepEqual([answer.status, (await answer.json()).code], [401, "session_ended"]);
      assert.deepEqual(browser.session, {});
      assert.equal(grant.refreshes.length, 1);
    },
  };

  for (const row of ROWS.filter(({ at, grants, edge = true, lie }) => at === "/token" && grants.includes("refresh") && edge && !lie)) {
    test(`${row.id}: it ${fate(row)}`, async () => {
      const browser = await user(row.id);
      const grant = world.scene.grants.find(({ sub }) => sub === row.id);
      await wait(LIFE + 0.1);
      await ENDS[fate(row)](browser, row, grant);
      assert.equal(grant.again, 0, "nothing that was spent comes again");
      assert.equal(grant.alive, fate(row) !== "ends", "the server has no reason to end it");
    });
  }
});

describe("a logout at the edge", { timeout: 60_000 }, () => {
  let world;
  before(async () => { world = await startWorld({ serve }); });
  after(() => world?.close());

  for (const row of ROWS.filter(({ at }) => at === "/revoke")) {
    test(`${row.id}: the session ends all the same`, async () => {
      world.scene.fault = undefined;
      const browser = new Browser(world);
      assert.equal((await browser.logIn()).status, 302);
      world.scene.fault = row;
      const copy = browser.header;
      assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
      assert.deepEqual(browser.session, {});
      assert.ok(world.scene.requests.some(({ path }) => path === "/revoke"), "the server was asked");
      await wait(LIFE + 0.1); // a sealed session lasts as long as its access token
      assert.equal((await (await browser.fetch("/api/x", { headers: { cookie: copy } })).json()).code, "session_ended", "a copy of the cookie is worth nothing");
    });
  }
});
