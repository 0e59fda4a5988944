/** In, around, out: logins by redirect, what a reload finds, what a callback is worth a second time. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launchChromium, until } from "./browsers.mjs";
import { answerServer, call, live, logIn, refreshed, started, state, visit } from "./steps.mjs";
import { INSECURE } from "./world.mjs";

describe("a session", { timeout: 300_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  test("begins with a login, and the page is where it wanted to be, with no code in its address", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    assert.deepEqual(await state(tab), { status: "signed_out", user: null, scope: null, error: null });
    assert.deepEqual((await call(tab, `${world.api}/orders`)).code, "not_signed_in");
    assert.equal(await refreshed(tab), "not_signed_in");
    await logIn(tab, world, { returnTo: "/orders?page=2#top" });
    assert.equal(await tab.url(), `${world.origin}/orders?page=2#top`);
    const { user, scope, expiresAt } = await state(tab);
    assert.deepEqual([user.sub, user.email, typeof expiresAt], ["ada.lovelace", "ada.lovelace@example.test", "number"]);
    assert.match(scope, /offline_access/);
    const reply = await call(tab, `${world.api}/orders`, { method: "POST", body: "three", headers: { "x-trace": "7" } });
    assert.deepEqual(JSON.parse(reply.text), { method: "POST", path: "/orders", type: "text/plain;charset=UTF-8", length: 5, text: "three", trace: "7", authorized: true });
    assert.equal(reply.url, `${world.api}/orders`);
    assert.match(world.journal.shown.at(-1).authorization, /^Bearer /);
    assert.ok(await tab.run("async () => await starting === await startedTwice"), "started twice, it is one");
  }));

  test("in memory is resumed by a reload without the user, and one on the device without the server", async () => {
    for (const [persistence, grants] of [["memory", 2], ["device", 1]]) {
      await live(browser, { session: { persistence } }, async ({ world, visitor }) => {
        const tab = await visit(visitor, world);
        assert.equal(world.journal.grants.length, 0, "nobody was here before: nothing is asked in silence");
        await logIn(tab, world);
        await tab.goto(world.url);
        await started(tab);
        assert.deepEqual([(await state(tab)).status, (await state(tab)).user.sub], ["signed_in", "ada.lovelace"], persistence);
        assert.equal(world.journal.grants.length, grants, persistence);
        assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
      });
    }
  });

  test("that the server does not know any more is over after a reload, and asks once", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    await visitor.context.clearCookies();
    await tab.goto(world.url);
    await started(tab);
    const { status, error } = await state(tab);
    assert.deepEqual([status, error.code], ["signed_out", "login_required"]);
    await tab.goto(world.url);
    await started(tab);
    assert.equal((await state(tab)).error, null, "there is nothing to resume any more");
  }));

  test("is not resumed in silence where that is off", () => live(browser, { session: { silent: false } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    await tab.goto(world.url);
    await started(tab);
    assert.equal((await state(tab)).status, "signed_out");
    assert.equal(world.journal.grants.length, 1);
  }));

  test("takes a callback once: a reload, the back button and a second window find it spent, and go on", () => live(browser, { session: { persistence: "device" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    const callback = until("the callback is seen", () => world.pageHits.find((url) => url.startsWith("/callback?")));
    await logIn(tab, world, { returnTo: "/orders" });
    const spent = world.origin + await callback;
    for (const path of [spent, spent, `${spent}#again`]) {
      await tab.goto("about:blank");
      await tab.goto(path);
      await started(tab);
      assert.equal(await tab.url(), `${world.origin}/orders`, "the address is cleaned again");
      assert.deepEqual([(await state(tab)).status, (await state(tab)).error], ["signed_in", null]);
    }
    const other = await visitor.tab();
    await other.goto(spent);
    await started(other);
    assert.equal((await state(other)).status, "signed_in");
    assert.deepEqual(world.journal.grants.map(({ type }) => type), ["authorization_code"]);
  }));

  test("that is under way in one tab is not lost to what others do: ten logins, eight silent ones, any number that are over", () => live(browser, {}, async ({ world, visitor }) => {
    const [first, other] = [await visit(visitor, world), await visit(visitor, world)];
    const leave = async (tab) => {
      await tab.run("() => { window.started = false; session.login({ prompt: 'login' }); }");
      await until("it has left", async () => (await tab.url()).startsWith(world.op.issuer));
    };
    await leave(first);
    for (let count = 0; count < 10; count++) {
      await other.goto(world.url);
      await started(other);
      await leave(other);
    }
    await answerServer(other, world);
    await started(other);
    await other.run(`() => new Promise((resolve, reject) => {
      const opening = indexedDB.open("grantkit");
      opening.onsuccess = () => {
        const transaction = opening.result.transaction("pending", "readwrite");
        for (let count = 0; count < 80; count++) transaction.objectStore("pending").put({ of: "x", mode: "redirect", returnTo: "", at: Date.now(), spent: true }, "spent " + count);
        transaction.oncomplete = resolve;
        transaction.onerror = reject;
      };
    })`);
    for (let count = 0; count < 8; count++) {
      await other.goto(world.url);
      await started(other);
      assert.equal((await state(other)).status, "signed_in");
    }
    await leave(other);
    await answerServer(first, world);
    await started(first);
    assert.deepEqual([(await state(first)).status, (await state(first)).error], ["signed_in", null]);
  }));

  test("refuses a callback that belongs to no login here, and one that is too old", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visitor.tab();
    await tab.goto(`${world.origin}/callback?code=stolen&state=forged&iss=${encodeURIComponent(world.op.issuer)}`);
    await started(tab);
    const { status, error } = await state(tab);
    assert.deepEqual([status, error.code], ["signed_out", "state_mismatch"]);
    assert.equal(world.journal.grants.length, 0);
    await tab.goto(`${world.origin}/callback?code=theirs&state=forged&iss=https%3A%2F%2Fother.example`);
    await started(tab);
    assert.equal((await state(tab)).error, null, "another server's answer is somebody else's to judge");
  }));

  test("says what went wrong when the user or the server says no", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await tab.run("() => { window.started = false; session.login({ returnTo: '/orders' }); }");
    await answerServer(tab, world, "deny");
    await started(tab);
    const { status, error } = await state(tab);
    assert.deepEqual([status, error.code, error.error_description], ["signed_out", "access_denied", "The user pressed Deny"]);
    assert.equal(await tab.url(), `${world.origin}/orders`);
    assert.ok(await tab.run("() => session.error instanceof grantkit.GrantError"));
  }));

  test("ends at the server too, and comes back to where the page wanted", () => live(browser, { session: { persistence: "device" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    const asked = [];
    tab.page.on("request", (request) => { if (request.url().includes("/session/end?")) asked.push(new URL(request.url())); });
    await tab.run("() => { window.started = false; session.logout({ returnTo: '/orders' }); }");
    await answerServer(tab, world);
    await started(tab);
    assert.equal(await tab.url(), `${world.origin}/orders`);
    assert.equal((await state(tab)).status, "signed_out");
    assert.equal(world.journal.revoked.length, 1);
    assert.deepEqual([...asked[0].searchParams.keys()].sort(), ["client_id", "post_logout_redirect_uri", "state"], "no ID token in a URL");
    await tab.run("() => { window.started = false; session.login(); }");
    await until("the server asks who it is", () => tab.run("() => !!document.querySelector('#login')").catch(() => false));
  }));

  test("shows its ID token at logout under the ugly name alone", () => live(browser, { session: { dangerouslySendIdTokenHint: true } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    const asked = tab.page.waitForRequest((request) => request.url().includes("/session/end?"));
    await tab.run("() => { session.logout(); }");
    const hint = new URL((await asked).url()).searchParams.get("id_token_hint");
    assert.ok(world.journal.tokens.has(hint));
  }));

  test("takes only options that mean something, and names the others", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    const refused = (change) => tab.run(`async (change) => {
      try { await grantkit.createSession({ ...options, clientId: "another", ...change }); } catch (error) { return [error.code, error.about]; }
    }`, change);
    for (const [name, value] of [
      ["issuer", null], ["clientId", ""], ["clientAuth", { method: "none" }], ["fetch", "x"], ["scopes", "openid"], ["idle", 0], ["absolute", "1h"], ["persistence", "cookie"],
      ["dpop", "yes"], ["silent", 1], ["api", ["api.example"]], ["redirectUri", 1], ["dangerouslySendIdTokenHint", "yes"], ["signedIntrospection", true], ["timeout", -1],
    ]) assert.deepEqual(await refused({ [name]: value }), ["invalid_argument", name], name);
    assert.deepEqual(await refused({ worker: "/nowhere.js" }), ["worker_unavailable", undefined]);
    assert.deepEqual(await tab.run("async () => { try { await session.login({ returnTo: 'https://evil.example/' }); } catch (error) { return [error.code, error.about]; } }"), ["invalid_argument", "returnTo"]);
  }));

  test("says so where the server sends an error that belongs to nothing, and takes no code of somebody else's for one", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visitor.tab();
    for (const [path, code] of [["/callback?error=access_denied", "state_mismatch"], ["/callback?code=SUMMER", undefined], ["/orders?error=none", undefined]]) {
      await tab.goto(world.origin + path);
      await started(tab);
      assert.equal((await state(tab)).error?.code, code, path);
    }
  }));

  test("tells every listener, also after one that throws", () => live(browser, { session: { worker: "/worker.js" } }, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    assert.deepEqual(await tab.run(`async () => {
      const [told, reported] = [[], []];
      addEventListener("error", (event) => { reported.push(event.message); event.preventDefault(); });
      session.on("change", () => { throw new Error("mine"); });
      session.on("change", ({ status }) => told.push(status));
      await session.logout({ local: true });
      return [told, reported];
    }`), [["signed_out"], ["Uncaught Error: mine"]]);
  }));

  test("takes no parameter that is no data, and says which", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    for (const popup of [false, true]) {
      assert.deepEqual(await tab.run("(popup) => session.login({ popup, login_hint: () => 1 }).catch((error) => [error.code, error.about, error.phase])", popup), ["invalid_argument", "login_hint", "authorization"]);
    }
    assert.equal(visitor.context.pages().length, 1, "no window was opened");
  }));

  test("that is closed says so to whoever asks it, and another can be made", () => live(browser, {}, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    assert.deepEqual(await tab.run(`async (url) => {
      const waiting = session.fetch(url).catch((error) => error.code);
      session.close();
      const code = await session.fetch(url).catch((error) => error.code);
      const other = await grantkit.createSession(options);
      session.close();
      return [await waiting, code, other !== session, other.status, await grantkit.createSession(options) === other];
    }`, `${world.api}/slow`), ["aborted", "aborted", true, "signed_in", true]);
  }));

  test("needs a policy that allows blob: Workers and WebAssembly, and says so where it has none", async () => {
    const policy = (workers) => ({ headers: { "content-security-policy": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *; frame-src *; worker-src ${workers}` } });
    await live(browser, policy("blob:"), async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
      assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    });
    await live(browser, { ...policy("'self'"), session: { worker: "/worker.js" } }, async ({ world, visitor }) => {
      const tab = await visit(visitor, world);
      await logIn(tab, world);
    });
    await live(browser, policy("'self'"), async ({ world, visitor }) => {
      const tab = await visitor.tab();
      await tab.goto(world.url);
      await until("it has failed", () => tab.run("() => !!window.failure"));
      assert.equal(await tab.run("() => failure.code"), "worker_unavailable");
    });
  });

  test("on an insecure origin lives in memory, and is refused what needs crypto.subtle", () => live(browser, {
    session: { idTokenSignature: "tls", worker: "/insecure.js" },
  }, async ({ world, visitor }) => {
    const tab = await visitor.tab();
    await tab.page.addInitScript(INSECURE);
    await tab.goto(world.url);
    await started(tab);
    await logIn(tab, world);
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    const refused = (change) => tab.run(`async (change) => {
      try { await grantkit.createSession({ ...options, clientId: "another", ...change }); } catch (error) { return [error.code, error.about]; }
    }`, change);
    assert.deepEqual(await refused({ persistence: "device" }), ["crypto_unavailable", "persistence"]);
    assert.deepEqual(await refused({ dpop: true }), ["crypto_unavailable", "dpop"]);
  }));
});

test("importing it on a server starts nothing, and calling it there says why not", async () => {
  const { createSession } = await import("../../pkg/dist/entry/session.js");
  await assert.rejects(createSession({ issuer: "https://op.example", clientId: "app", redirectUri: "https://app.example/" }), { code: "worker_unavailable" });
});
