/** The session's cookie in hands that it is not for: altered, cut, moved, grown, old, sealed by another key. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { Browser, forgetApplication, newKey, startWorld } from "./world.mjs";

after(forgetApplication);

const NAME = "__Host-Http-session";

/** A server that has much to say of everybody. */
const talkative = (length) => ({
  claims: { openid: ["sub", "filler"], profile: ["name"], email: ["email"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: "Ada", filler: "f".repeat(length) }) }),
});

const changed = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

describe("a sealed cookie", { timeout: 60_000 }, () => {
  let world, browser;
  before(async () => {
    world = await startWorld();
    browser = new Browser(world);
    await browser.logIn();
  });
  after(() => world.close());

  /** What the handler makes of these cookies. */
  const judge = async (cookies) => {
    const answer = await browser.fetch("/api/x", { keep: false, headers: { cookie: Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ") } });
    return { status: answer.status, code: answer.status === 200 ? undefined : (await answer.json()).code, set: answer.headers.getSetCookie() };
  };

  test("is what the browser holds, and all that it holds", () => {
    assert.deepEqual([...browser.cookies.keys()], [NAME]);
    assert.match(browser.session[NAME], /^1\.[\w-]+$/);
  });

  test("that was changed anywhere is damage: refused, deleted, and no request goes on", async () => {
    const value = browser.session[NAME];
    const seen = world.api.seen.length;
    // The count, the version, the key's id, the vector, the ciphertext, the tag.
    for (const at of [0, 2, 6, 18, 40, Math.floor(value.length / 2), value.length - 3]) {
      const { status, code, set } = await judge({ [NAME]: changed(value, at) });
      assert.deepEqual([status, code], [401, "session_damaged"], `at ${at}`);
      assert.match(set.join(), /__Host-Http-session=; .*Max-Age=0/);
    }
    assert.equal(world.api.seen.length, seen);
  });

  test("that was cut, grown or emptied is damage", async () => {
    const value = browser.session[NAME];
    for (const broken of [value.slice(0, -1), value.slice(0, -20), value.slice(0, 30), `${value}AAAA`, "1.", "", "2.abc", `1.${"A".repeat(8000)}`, "1.%00"]) {
      assert.equal((await judge({ [NAME]: broken })).code, "session_damaged", broken.slice(0, 40));
    }
    assert.equal((await judge({ [NAME]: value.replace("1.", "2."), [`${NAME}.1`]: "AAAA" })).code, "session_damaged", "with a foreign chunk");
  });

  test("has one way to be written: with a space, padded, or with bits that mean nothing, it is damage", async () => {
    const text = browser.session[NAME].slice(2);
    assert.notEqual(text.length % 4, 0, "a session whose last group is whole shows none of this");
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const stray = text.slice(0, -1) + letters[letters.indexOf(text.at(-1)) + 1];
    assert.deepEqual(Buffer.from(stray, "base64url"), Buffer.from(text, "base64url"), "the same bytes to whoever is lenient");
    for (const written of [stray, text.padEnd(Math.ceil(text.length / 4) * 4, "="), `${text.slice(0, 40)} ${text.slice(40)}`]) {
      assert.equal((await judge({ [NAME]: `1.${written}` })).code, "session_damaged");
    }
  });

  test("opens under its own name, for its own purpose and at its own origin alone", async () => {
    await browser.navigate("/auth/login");
    const [login] = [...browser.cookies.keys()].filter((name) => name.includes("-login."));
    assert.equal((await judge({ [NAME]: `1.${browser.cookies.get(login)}` })).code, "session_damaged", "a login's cookie is no session");
    const callback = await browser.navigate(`/auth/callback?code=c&state=${login.split("-login.")[1]}xxxxxxxxxxxxxxxxxxxxxxxxxxx`, { headers: { cookie: `${login}=${browser.session[NAME].slice(2)}` } });
    assert.match(await callback.text(), /callback_unknown/, "a session is no login");

    const elsewhere = await startWorld({ keys: world.keys });
    try {
      const answer = await new Browser(elsewhere).fetch("/api/x", { headers: { cookie: `${NAME}=${browser.session[NAME]}` } });
      assert.equal((await answer.json()).code, "session_damaged", "the same key at another origin");
    } finally {
      await elsewhere.close();
    }
    const renamed = await startWorld({ keys: world.keys, facts: { cookie: "other", origin: world.origin } });
    try {
      const answer = await renamed.send("/api/x", { headers: { "sec-fetch-site": "same-origin", "x-csrf": "1", cookie: `__Host-Http-other=${browser.session[NAME]}` } });
      assert.equal((await answer.json()).code, "session_damaged", "the same key under another name");
    } finally {
      await renamed.close();
    }
  });

  test("is in the format that is written down: another program opens it by its description", async () => {
    const bytes = Buffer.from(browser.session[NAME].slice(2), "base64url");
    const raw = Buffer.from(world.keys[0], "base64url");
    const id = Buffer.from(await webcrypto.subtle.digest("SHA-256", Buffer.concat([Buffer.from("grantkit seal key id"), raw]))).subarray(0, 8);
    assert.deepEqual([bytes[0], bytes.subarray(1, 9)], [1, id]);
    const key = await webcrypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const additionalData = Buffer.from(["1", "session", NAME, world.origin].join("\n"));
    const opened = await webcrypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(9, 21), additionalData }, key, bytes.subarray(21));
    const record = JSON.parse(Buffer.from(opened).toString());
    assert.deepEqual(Object.keys(record), ["id", "generation", "policy", "tokens", "claims"]);
    assert.equal(record.tokens.id_token, undefined, "no ID token is kept unless a logout is to show it");
  });

  test("of a login is sealed anew each time: two are never the same", async () => {
    const other = new Browser(world);
    await other.logIn();
    assert.notEqual(other.session[NAME], browser.session[NAME]);
  });
});

describe("keys", { timeout: 60_000 }, () => {
  test("rotate: the new one seals, the old one opens, and what it opened is sealed anew; a retired one opens nothing", async () => {
    const [old, young] = [newKey(), newKey()];
    const world = await startWorld({ keys: [old] });
    try {
      const browser = new Browser(world);
      await browser.logIn();
      const first = browser.header;
      await world.restart([young, old]);
      assert.equal((await browser.fetch("/api/x")).status, 200);
      assert.notEqual(browser.header, first, "sealed anew");
      const second = browser.header;
      assert.deepEqual((await browser.fetch("/api/x")).headers.getSetCookie(), [], "once");
      await world.restart([young]);
      assert.equal((await browser.fetch("/api/x")).status, 200);
      assert.equal(browser.header, second);
      assert.equal((await (await browser.fetch("/api/x", { headers: { cookie: first } })).json()).code, "session_damaged");
    } finally {
      await world.close();
    }
  });

  test("that nobody drew at random are refused, with how to make one", async () => {
    for (const keys of [["change-me"], [], [Buffer.from("correct-horse-battery-staple-123").toString("base64url")], [newKey().slice(0, 40)]]) {
      const world = await startWorld({ keys });
      try {
        const answer = await new Browser(world).fetch("/api/x");
        const problem = await answer.json();
        assert.deepEqual([answer.status, problem.code, problem.action], [500, "misconfigured", "operator"]);
      } finally {
        await world.close();
      }
    }
  });
});

describe("size and age", { timeout: 120_000, concurrency: 2 }, () => {
  test("a session that is larger than one cookie comes in chunks, and shrinks again", async () => {
    const world = await startWorld({ configuration: talkative(3500) });
    try {
      const browser = new Browser(world);
      assert.equal((await browser.logIn()).status, 302);
      assert.equal(Object.keys(browser.session).length, 2);
      assert.ok(Object.entries(browser.session).every(([name, value]) => name.length + value.length <= 4096));
      assert.equal((await browser.fetch("/api/x")).status, 200);
      const [first, second] = Object.entries(browser.session);
      const half = await browser.fetch("/api/x", { keep: false, headers: { cookie: first.join("=") } });
      assert.equal((await half.json()).code, "session_damaged", "half a session is none");
      const swapped = await browser.fetch("/api/x", { keep: false, headers: { cookie: `${first.join("=")}; ${second[0]}=${second[1].split("").reverse().join("")}` } });
      assert.equal((await swapped.json()).code, "session_damaged");
      await browser.fetch("/auth/logout", { method: "POST" });
      assert.deepEqual(browser.session, {}, "every chunk is deleted");
    } finally {
      await world.close();
    }
  });

  test("a session that fits into no cookies is refused at the login, by name", async () => {
    const world = await startWorld({ configuration: talkative(9000) });
    try {
      const answer = await new Browser(world).logIn();
      assert.equal(answer.status, 500);
      assert.match(await answer.text(), /session_too_large/);
    } finally {
      await world.close();
    }
  });

  test("a session ends when it was not used for too long, and when it is too old, however it was used", async () => {
    for (const [session, pause] of [[{ idle: 4, absolute: 60 }, 4.1], [{ idle: 60, absolute: 4 }, 4.1]]) {
      const world = await startWorld({ facts: { session } });
      try {
        const browser = new Browser(world);
        await browser.logIn();
        const cookie = browser.header;
        assert.equal((await browser.fetch("/api/x")).status, 200);
        await new Promise((resolve) => setTimeout(resolve, pause * 1000));
        const answer = await browser.fetch("/api/x", { headers: { cookie } });
        assert.deepEqual([answer.status, (await answer.json()).code], [401, "session_ended"], JSON.stringify(session));
        assert.deepEqual(browser.session, {});
      } finally {
        await world.close();
      }
    }
  });

  test("a session that is used goes on", async () => {
    const world = await startWorld({ facts: { session: { idle: 4, absolute: 60 } } });
    try {
      const browser = new Browser(world);
      await browser.logIn();
      for (let at = 0; at < 3; at++) {
        await new Promise((resolve) => setTimeout(resolve, 1700));
        assert.equal((await browser.fetch("/api/x")).status, 200, `after ${at + 1} turns`);
      }
    } finally {
      await world.close();
    }
  });
});
