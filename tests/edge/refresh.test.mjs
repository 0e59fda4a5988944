/** One refresh at a time, in real workerd, over several isolates, against a server that ends the session when a refresh token comes twice. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { Browser, DATES, forgetApplication, startWorld } from "./world.mjs";

after(forgetApplication);

/** Short enough to be waited for, long enough to be used: seconds. */
const LIFE = 2;

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** A world, somebody logged in there, and the access token run out; `later`: how long those after it live. */
async function expired({ later = 60, ...options }, run) {
  let first = true;
  const world = await startWorld({ ttl: { AccessToken: () => { const life = first ? LIFE : later; first = false; return life; } }, ...options });
  try {
    const browser = new Browser(world);
    const came = await browser.logIn();
    assert.equal(came.status, 302, await came.text());
    await wait(LIFE + 0.1);
    await run(world, browser);
  } finally {
    await world.close();
  }
}

const tokensSeen = (world) => new Set(world.api.seen.map(({ token }) => token));

for (const date of DATES) {
  for (const store of ["sealed", "durable"]) {
    describe(`workerd at ${date}, ${store}`, { timeout: 60_000 }, () => {
      test("200 requests at once on an expired session, over four isolates, make one token request, and none is refused", () => expired({ date, isolates: 4, facts: { store } }, async (world, browser) => {
        const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => browser.fetch(`/api/${at}`, { isolate: at % 4, keep: false })));
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
        assert.equal(world.gate.refreshes(), 1);
        assert.equal(tokensSeen(world).size, 1, "all with the same new token");
        if (store === "sealed") assert.ok(answers.every((answer) => answer.headers.getSetCookie().length > 0), "each gets the new cookie");
      }));
    });
  }

  test(`workerd at ${date}: without a coordinator one isolate refreshes once`, { timeout: 60_000 }, () => expired({ date, alone: true }, async (world, browser) => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => browser.fetch(`/api/${at}`, { keep: false })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(world.gate.refreshes(), 1);
    const late = await browser.fetch("/api/late");
    assert.equal(late.status, 200, "a late request with the old cookie is answered");
    assert.equal(world.gate.refreshes(), 1);
    assert.ok(late.headers.getSetCookie().length > 0, "and gets the new one");
  }));
}

/** Until the API heard of a path. */
async function heard(world, path) {
  while (!world.api.seen.some(({ url }) => url.endsWith(path))) await wait(0.02);
}

for (const [name, options] of [["sealed", { facts: { store: "sealed" } }], ["durable", { facts: { store: "durable" } }], ["without a coordinator", { alone: true }]]) {
  describe(`a session that ends meanwhile, ${name}`, { timeout: 120_000 }, () => {
    test("an API that answers late undoes no logout, and takes the place of no other user", () => expired(options, async (world, browser) => {
      const late = browser.fetch("/api/held", { keep: false });
      await heard(world, "/held");
      assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
      assert.equal((await browser.logIn("", { user: "grace" })).status, 302);
      world.api.release();
      const answer = await late;
      browser.keep(answer);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.headers.getSetCookie(), []);
      assert.equal((await browser.view()).claims.sub, "grace");
      assert.ok(world.gate.revoked.includes(world.gate.issued[1].refresh_token), "the logout revoked the newest, which its own cookie did not hold");
    }));

    test("tokens that come when the session is over are given back", () => expired(options, async (world, browser) => {
      world.gate.after = 700;
      const asking = browser.fetch("/api/x", { keep: false });
      while (world.gate.issued.length < 2) await wait(0.02);
      assert.equal((await browser.fetch("/auth/logout", { method: "POST" })).status, 200);
      const answer = await asking;
      assert.deepEqual([answer.status, (await answer.json()).code], [401, "session_ended"]);
      assert.ok(world.gate.revoked.includes(world.gate.issued[1].refresh_token));
    }));
  });
}

test("a WebSocket whose session was refreshed brings its cookie", { timeout: 60_000 }, () => expired({}, async (world, browser) => {
  const old = browser.header;
  const socket = await world.socket("/api/socket", { origin: world.origin, cookie: old });
  assert.deepEqual([socket.status, world.gate.refreshes(), await socket.say("hello")], [101, 1, "api says hello"]);
  browser.keep(socket);
  assert.notEqual(browser.header, old);
  assert.equal((await browser.fetch("/api/x")).headers.getSetCookie().length, 0, "the new one is known");
}));

describe("a bad day of the authorization server", { timeout: 120_000, concurrency: 3 }, () => {
  test("a server that is unavailable logs nobody out, and is asked again when it said", () => expired({}, async (world, browser) => {
    world.gate.mode = "unavailable";
    const answer = await browser.fetch("/api/x");
    const problem = await answer.json();
    assert.deepEqual([answer.status, problem.code, problem.action], [503, "refresh_unavailable", "wait"]);
    assert.equal(answer.headers.get("retry-after"), "3");
    const view = await browser.view();
    assert.deepEqual([view.authenticated, view.action], [true, "wait"]);
    assert.equal(world.gate.refreshes(), 1, "and not before");
    world.gate.mode = "pass";
    await wait(3.1);
    assert.equal((await browser.fetch("/api/x")).status, 200);
  }));

  for (const mode of ["html", "empty", "reset", "lost", "slow", "down"]) {
    test(`an answer that is ${mode} leaves the refresh token in doubt: it is not sent again, and a new login settles it`, () => expired({ isolates: 2, ...(mode === "slow" && { facts: { timeout: 1500 } }) }, async (world, browser) => {
      world.gate.mode = mode;
      if (mode === "down") await world.gate.close();
      const answers = await Promise.all([0, 1, 0, 1].map((isolate) => browser.fetch("/api/x", { isolate })));
      for (const answer of answers) {
        const problem = await answer.json();
        assert.deepEqual([answer.status, problem.code, problem.action], [401, "login_required", "login_silently"]);
      }
      world.gate.mode = "pass";
      assert.equal((await browser.fetch("/api/x", { isolate: 1 })).status, 401);
      assert.equal(world.gate.refreshes(), mode === "down" ? 0 : 1, "sent once, whatever was asked since");
      const view = await browser.view();
      assert.deepEqual([view.authenticated, view.claims.name, view.action], [true, "Ada Lovelace", "login_silently"], "nobody was logged out");
      if (mode === "down") return;
      assert.equal((await browser.logIn()).status, 302);
      assert.equal((await browser.fetch("/api/x")).status, 200);
    }));
  }

  test("a refusal ends the session, clears the cookie, and says so", () => expired({}, async (world, browser) => {
    const old = new Map(browser.cookies);
    await world.revokeAll();
    const answer = await browser.fetch("/api/x");
    assert.deepEqual([answer.status, (await answer.json()).code], [401, "session_ended"]);
    assert.deepEqual(browser.session, {});
    browser.cookies = old;
    assert.equal((await (await browser.fetch("/api/x")).json()).code, "session_ended", "a copy of the cookie is worth nothing either");
    assert.equal(world.gate.refreshes(), 1);
  }));

  test("a server that is away, slow or no server at all keeps a login from beginning, and says so on a page", async () => {
    for (const issuer of ["http://127.0.0.1:9", "slow"]) {
      const slow = createServer(() => {}).listen(0, "127.0.0.1");
      await new Promise((resolve) => slow.once("listening", resolve));
      const facts = { server: undefined, timeout: 700, issuer: issuer === "slow" ? `http://127.0.0.1:${slow.address().port}` : issuer };
      const world = await startWorld({ facts });
      try {
        const answers = await Promise.all(Array.from({ length: 5 }, () => new Browser(world).navigate("/auth/login")));
        for (const answer of answers) {
          assert.deepEqual([answer.status, answer.headers.getSetCookie()], [503, []]);
          assert.match(await answer.text(), issuer === "slow" ? /timeout/ : /network/);
        }
        assert.deepEqual(await new Browser(world).view(), { authenticated: false }, "what needs no server goes on");
      } finally {
        slow.closeAllConnections();
        slow.close();
        await world.close();
      }
    }
  });

  test("while the token is good, a server that is away is nobody's trouble", async () => {
    const world = await startWorld({ ttl: { AccessToken: 40 } });
    try {
      const browser = new Browser(world);
      await browser.logIn();
      world.gate.mode = "unavailable";
      for (let at = 0; at < 3; at++) assert.equal((await browser.fetch("/api/x")).status, 200);
      await world.restart();
      assert.equal((await browser.fetch("/api/x")).status, 200, "nor of a handler's that has never asked it for its metadata");
    } finally {
      await world.close();
    }
  });
});

describe("late, lost and restarted", { timeout: 120_000, concurrency: 3 }, () => {
  test("a late request with the old cookie gets the successor, in another isolate too", () => expired({ isolates: 2 }, async (world, browser) => {
    const old = browser.header;
    await browser.fetch("/api/x", { isolate: 0 });
    const fresh = browser.header;
    assert.notEqual(old, fresh);
    const late = await browser.fetch("/api/y", { isolate: 1, headers: { cookie: old } });
    assert.equal(late.status, 200);
    assert.equal(world.gate.refreshes(), 1);
    assert.equal((await browser.fetch("/api/z")).status, 200, "what the late one was given is good");
  }));

  test("what a refresh brought is what the next one sends", () => expired({ later: 3, isolates: 2 }, async (world, browser) => {
    for (const refreshes of [1, 2]) {
      assert.equal((await browser.fetch("/api/x", { isolate: refreshes % 2 })).status, 200);
      assert.equal(world.gate.refreshes(), refreshes);
      await wait(3.1);
    }
  }));

  for (const store of ["sealed", "durable"]) {
    test(`a restart in between forgets nothing that matters (${store})`, async () => {
      const persist = await mkdtemp(join(tmpdir(), "grantkit-edge-"));
      try {
        await expired({ persist, facts: { store } }, async (world, browser) => {
          const old = browser.header;
          assert.equal((await browser.fetch("/api/x")).status, 200);
          await world.restart();
          assert.equal((await browser.fetch("/api/y")).status, 200);
          assert.equal((await browser.fetch("/api/y", { headers: { cookie: old } })).status, 200, "also of who is late");
          assert.equal(world.gate.refreshes(), 1);
        });
      } finally {
        await rm(persist, { recursive: true, force: true });
      }
    });
  }

  test("a restart while the token is out leaves it in doubt", async () => {
    const persist = await mkdtemp(join(tmpdir(), "grantkit-edge-"));
    try {
      await expired({ persist }, async (world, browser) => {
        world.gate.delay = 1500;
        const cut = browser.fetch("/api/x", { keep: false }).catch(() => undefined);
        await wait(0.7);
        assert.equal(world.gate.refreshes(), 1);
        await world.restart();
        await cut;
        world.gate.delay = 0;
        const pending = browser.fetch("/api/y").catch(() => undefined);
        const answer = await Promise.race([pending, wait(3)]);
        assert.equal(answer, undefined, "somebody may come back yet: it waits");
        assert.equal(world.gate.refreshes(), 1, "and the token is not sent again");
      });
    } finally {
      await rm(persist, { recursive: true, force: true });
    }
  });
});
