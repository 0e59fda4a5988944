/** `session.fetch()`: requests and responses as they would be without a Worker in between, and tokens where they are for and nowhere else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { launchChromium, until } from "./browsers.mjs";
import { call, live, logIn, setClock, state, visit } from "./steps.mjs";

describe("fetch", { timeout: 300_000 }, () => {
  let browser;
  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  const signedIn = (options, work) => live(browser, options, async ({ world, visitor }) => {
    const tab = await visit(visitor, world);
    await logIn(tab, world);
    await work({ world, tab, visitor });
  });

  test("sends every kind of body as the browser would", () => signedIn({}, async ({ world, tab }) => {
    const sent = await tab.run(`async (api) => {
      const form = new FormData();
      form.set("file", new Blob(["hello"], { type: "text/x-mine" }), "a.txt");
      const stream = new Blob(["streamed"]).stream();
      const bodies = {
        text: "é", blob: new Blob(["<b>"], { type: "text/html" }), bytes: new Uint8Array([1, 2, 3]).subarray(1), buffer: new ArrayBuffer(4), search: new URLSearchParams({ a: "b c" }), form, stream, none: undefined,
      };
      const replies = {};
      for (const name in bodies) replies[name] = await (await session.fetch(api, { method: "PUT", body: bodies[name] })).json();
      replies.request = await (await session.fetch(new Request(api, { method: "POST", body: "in a request", headers: { "content-type": "text/x-mine" } }))).json();
      replies.unbound = await (0, session.fetch)(api + "?q").then((response) => response.json());
      replies.kept = bodies.bytes.length;
      return replies;
    }`, `${world.api}/upload`);
    const of = ({ method, type, length, text }) => [method, type, length, text];
    assert.deepEqual(of(sent.text), ["PUT", "text/plain;charset=UTF-8", 2, "é"]);
    assert.deepEqual(of(sent.blob), ["PUT", "text/html", 3, "<b>"]);
    assert.deepEqual([sent.bytes.length, sent.bytes.text, sent.kept], [2, "\u0002\u0003", 2]);
    assert.equal(sent.buffer.length, 4);
    assert.deepEqual(of(sent.search), ["PUT", "application/x-www-form-urlencoded;charset=UTF-8", 5, "a=b+c"]);
    assert.match(sent.form.type, /^multipart\/form-data; boundary=/);
    assert.match(sent.form.text, /name="file"; filename="a\.txt"\r\nContent-Type: text\/x-mine\r\n\r\nhello/);
    assert.deepEqual([sent.stream.length, sent.stream.text], [8, "streamed"]);
    assert.deepEqual([sent.none.method, sent.none.length], ["PUT", 0]);
    assert.deepEqual(of(sent.request), ["POST", "text/x-mine", 12, "in a request"]);
    assert.deepEqual([sent.unbound.method, sent.unbound.path], ["GET", "/upload?q"]);
    assert.ok(world.journal.shown.every(({ authorization }) => authorization?.startsWith("Bearer ")));
  }));

  test("brings responses as they are: status, headers, address, no body where there is none, copies", () => signedIn({}, async ({ world, tab }) => {
    const seen = await tab.run(`async (api) => {
      const empty = await session.fetch(api + "/empty", { method: "DELETE" });
      const missing = await session.fetch(api + "/missing");
      const copy = missing.clone();
      return {
        empty: [empty.status, empty.body, empty.ok], missing: [missing.status, missing.ok, missing.headers.get("content-type"), missing.url, await missing.json()],
        copy: [copy.url, await copy.json()], isResponse: missing instanceof Response,
      };
    }`, world.api);
    assert.deepEqual(seen, {
      empty: [204, null, true], missing: [404, false, "application/json", `${world.api}/missing`, { missing: true }], copy: [`${world.api}/missing`, { missing: true }], isResponse: true,
    });
  }));

  test("streams: what is large comes in parts as it is read, and what never ends can be cancelled and aborted", () => signedIn({}, async ({ world, tab }) => {
    const large = await tab.run(`async (url) => {
      const response = await session.fetch(url);
      let [bytes, parts, sum] = [0, 0, 0];
      for (const reader = response.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) return { bytes, parts, sum };
        bytes += value.length; parts++; sum += value[0];
      }
    }`, `${world.api}/large?bytes=30000000`);
    assert.equal(large.bytes, 30_000_000);
    assert.ok(large.parts > 10 && large.sum === 7 * large.parts, JSON.stringify(large));

    const first = await tab.run(`async (url) => {
      const reader = (await session.fetch(url)).body.getReader();
      const { value } = await reader.read();
      await reader.cancel();
      return new TextDecoder().decode(value);
    }`, `${world.api}/drip`);
    assert.match(first, /^one /);
    await until("the API sees that nobody reads", () => world.dripClosed);

    world.dripClosed = false;
    const aborted = await tab.run(`async (url) => {
      const ending = new AbortController();
      const reader = (await session.fetch(url, { signal: ending.signal })).body.getReader();
      await reader.read();
      ending.abort();
      try { for (;;) await reader.read(); } catch (error) { return error.name; }
    }`, `${world.api}/drip`);
    assert.equal(aborted, "AbortError");
    await until("the API sees that it was aborted", () => world.dripClosed);
  }));

  test("is aborted before, while and with a reason, as the browser's own is", () => signedIn({}, async ({ world, tab }) => {
    const names = await tab.run(`async (url) => {
      const nameOf = (promise) => promise.then(() => "answered", (error) => error.name ?? error);
      const late = new AbortController();
      const waiting = nameOf(session.fetch(url, { signal: late.signal }));
      setTimeout(() => late.abort("enough"), 100);
      return [await nameOf(session.fetch(url, { signal: AbortSignal.abort() })), await waiting, await nameOf(session.fetch(url, { signal: AbortSignal.timeout(100) }))];
    }`, `${world.api}/slow`);
    assert.deepEqual(names, ["AbortError", "enough", "TimeoutError"]);
  }));

  test("says why a body broke off, however it is read", () => signedIn({}, async ({ world, tab }) => {
    world.judge = ({ pathname, response, cors }) => {
      if (pathname !== "/cut") return false;
      response.writeHead(200, { ...cors, "content-length": "5000" }).write("x".repeat(100));
      setTimeout(() => response.destroy(), 100);
      return true;
    };
    const seen = await tab.run(`async (api) => {
      const said = {};
      for (const name of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]) {
        const ending = new AbortController();
        const aborted = (await session.fetch(api + "/drip", { signal: ending.signal })).clone()[name]();
        setTimeout(() => ending.abort(), 50);
        const cut = (await session.fetch(api + "/cut"))[name]();
        said[name] = [await aborted.catch((error) => error.name), await cut.catch((error) => error.code)];
      }
      const json = await (await session.fetch(api + "/large?bytes=1")).json().catch((error) => error.name);
      return { said, json };
    }`, world.api);
    for (const [name, reasons] of Object.entries(seen.said)) assert.deepEqual(reasons, ["AbortError", "network"], name);
    assert.equal(seen.json, "SyntaxError", "what is wrong with the body itself is said as ever");
  }));

  test("keeps no body in the Worker that nobody will read: one that is not asked for, and one that comes after it was aborted", () => signedIn({}, async ({ world, tab, visitor }) => {
    const cdp = await visitor.context.newCDPSession(tab.page);
    assert.equal(await tab.run("async (url) => { window.ending = new AbortController(); return (await session.fetch(url, { signal: ending.signal })).status; }", `${world.api}/drip`), 200);
    await until("the API sees that nobody reads", async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      return world.dripClosed;
    });
    world.dripClosed = false;
    const aborted = await tab.run(`async (url) => {
      const ending = new AbortController();
      const { push } = heard;
      heard.push = (message) => {
        if (message.done && message.value?.body) ending.abort(); // the answer is here, and not taken yet
        return push.call(heard, message);
      };
      return session.fetch(url, { signal: ending.signal }).catch((error) => error.name);
    }`, `${world.api}/drip`);
    assert.equal(aborted, "AbortError");
    await until("the API sees that it was aborted", () => world.dripClosed);
  }));

  test("follows no redirect: the token would not be safe there", () => signedIn({}, async ({ world, tab }) => {
    const reply = await call(tab, `${world.api}/redirect`);
    assert.deepEqual([reply.code, reply.error.phase], ["redirect_refused", "resource"]);
    assert.ok(!world.journal.shown.some(({ at }) => at === "foreign"));
  }));

  test("sends the token to the API and nowhere else, however the address is written", () => signedIn({}, async ({ world, tab }) => {
    world.session.api = [`${world.api}/v1`];
    await tab.goto(world.url);
    await until("it has started", () => tab.run("() => window.started"));
    const before = world.journal.shown.length;
    const { host, port } = new URL(world.api);
    const foreign = world.foreign;
    const evil = new URL(foreign).host;
    for (const url of [
      `${foreign}/v1`, `${world.api}/`, `${world.api}/v2`, `${world.api}/v10`, `${world.api}/v1/../v2`, `${world.api}/v1/%2e%2e/v2`, `${world.api}/v1/..%2fv2`, `${world.api}/v1/%2E%2E%2Fv2`,
      `${world.api}/v1//v2`, `${world.api}/v1/..\\v2`, `${world.api}/v1\\..\\v2`, `${world.api}//v1`, `${world.api}/V1`, `http://${host}@${evil}/v1`, `http://user:pass@${host}/v1`, `http://${evil}\\@${host}/v1`,
      `//${evil}/v1`, `\\\\${evil}\\v1`, `http://localhost:${port}/v1`, `http://127.1:${port}/v1/..//`, `http://127.0.0.1:1/v1`, `https://${host}/v1`, `http://127.0.0.1.evil.example:${port}/v1`, `data:text/plain,x`,
      `blob:${world.origin}/x`, `javascript:alert(1)`, `ftp://${host}/v1`, `ws://${host}/v1`, "/v1", "v1", "", "?x", `http:/${evil}/v1`, `http:${evil}/v1`, ` ${foreign}/v1`, `${foreign}/v1#${world.api}/v1`, `${foreign}/?${world.api}/v1`,
    ]) {
      const { code } = await call(tab, url);
      assert.equal(code, "origin_not_allowed", url);
    }
    assert.equal(world.journal.shown.length, before, "nothing was sent");
    for (const url of [`${world.api}/v1`, `${world.api}/v1/orders?x=//evil`, `${world.api.toUpperCase()}/v1/a`, `${world.api}/v1/a/../b`, ` ${world.api}/v1/c `]) {
      assert.equal((await call(tab, url)).status, 200, url);
    }
    assert.deepEqual(world.journal.shown.slice(before).map(({ path }) => path), ["/v1", "/v1/orders?x=//evil", "/v1/a", "/v1/b", "/v1/c"]);
    const other = await call(tab, "http://[", {});
    assert.deepEqual([other.code, other.error.about], ["invalid_argument", "input"]);
  }));

  test("without the option api sends the token nowhere", () => signedIn({ session: { api: [] } }, async ({ world, tab }) => {
    assert.equal((await call(tab, `${world.api}/orders`)).code, "origin_not_allowed");
  }));

  test("gets another token when the API refuses an old one, once, and sends the body again", () => signedIn({ session: { worker: "/clock.js" } }, async ({ world, tab }) => {
    let refusals = 0;
    world.judge = ({ pathname, authorization, response, cors }) => {
      if (pathname !== "/strict" || authorization === world.good) return false;
      refusals++;
      world.good ??= undefined;
      response.writeHead(401, { ...cors, "www-authenticate": 'Bearer error="invalid_token"' }).end();
      return true;
    };
    const young = await call(tab, `${world.api}/strict`, { method: "POST", body: "again" });
    assert.deepEqual([young.status, refusals, world.refreshes().length], [401, 1, 0], "a token as good as new is refused for something else");
    await setClock(tab, world, 70_000, 1);
    world.judge = ({ pathname, authorization, response, cors }) => {
      if (pathname !== "/strict" || refusals >= 2) return false;
      refusals++;
      response.writeHead(401, { ...cors, "www-authenticate": 'Bearer error="invalid_token"' }).end();
      return true;
    };
    const reply = await call(tab, `${world.api}/strict`, { method: "POST", body: "again" });
    assert.deepEqual([reply.status, JSON.parse(reply.text).text, world.refreshes().length], [200, "again", 1]);
    const [first, second] = world.journal.shown.slice(-2);
    assert.notEqual(first.authorization, second.authorization);
  }));

  test("with DPoP shows a token bound to a key that cannot be taken out, also after a reload, and answers a nonce", () => signedIn({
    session: { dpop: true, persistence: "device" }, features: { dPoP: { enabled: true } },
  }, async ({ world, tab }) => {
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    let asked = 0;
    world.judge = ({ dpop, response, cors }) => {
      const { nonce } = JSON.parse(Buffer.from(dpop.split(".")[1], "base64url"));
      if (nonce === "fresh") return false;
      asked++;
      response.writeHead(401, { ...cors, "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "fresh" }).end();
      return true;
    };
    const asking = await call(tab, `${world.api}/orders`, { method: "POST", body: "x" });
    assert.equal(asking.status, 200, JSON.stringify(asking));
    await tab.goto(world.url);
    await until("it has started", () => tab.run("() => window.started"));
    assert.equal((await call(tab, `${world.api}/orders`)).status, 200);
    assert.equal(asked, 2);
    const keys = world.journal.shown.map(({ authorization, dpop }) => [authorization.split(" ")[0], JSON.stringify(JSON.parse(Buffer.from(dpop.split(".")[0], "base64url")).jwk)].join(" "));
    assert.equal(new Set(keys).size, 1, "one key, before and after");
    assert.match(keys[0], /^DPoP /);
    assert.equal((await state(tab)).status, "signed_in");
  }));

  test("gives the network's failures by name", () => signedIn({}, async ({ world, tab }) => {
    await tab.page.context().route(`${world.api}/gone`, (route) => route.abort());
    const reply = await call(tab, `${world.api}/gone`);
    assert.deepEqual([reply.code, reply.error.phase, reply.error.fault], ["network", "resource", "transport"]);
    assert.equal((await state(tab)).status, "signed_in", "an API that is out of reach says nothing of the session");
  }));
});
