/** How the host's `fetch` is used: without a receiver, and with `{method, headers, body, redirect, signal}` alone, which every runtime accepts. */

const SERVER = { issuer: "https://op.example", token_endpoint: "https://op.example/token", jwks_uri: "https://op.example/keys", authorization_endpoint: "https://op.example/a" };
const TOKENS = { access_token: "a", token_type: "Bearer" };
const FORM = "application/x-www-form-urlencoded";

export default function (test, { grantkit, facts, same, holds, refused, serverThat, stillUsable }) {
  const { Client, secretBasic } = grantkit;
  const json = (value) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
  const within = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("the promise never settles")), 2_000))]);

  /** A `fetch` that answers with `reply(url)` and keeps what it was called with. */
  function spy(reply) {
    const calls = [];
    const fetch = function (url, init, ...rest) {
      calls.push({ receiver: this, url, init, rest });
      return Promise.resolve(reply(url));
    };
    return { calls, fetch };
  }

  test("a fetch of the caller's is called without a receiver, with the URL as text and five options at most", async () => {
    const { calls, fetch } = spy(() => json(TOKENS));
    await new Client(SERVER, { clientId: "app", clientAuth: secretBasic("s"), fetch }).clientCredentials({ scope: "a" });
    const [{ receiver, url, init, rest }] = calls;
    same([calls.length, receiver, url, rest], [1, undefined, SERVER.token_endpoint, []]);
    same(Object.keys(init).sort(), ["body", "headers", "method", "redirect", "signal"]);
    same([init.method, init.redirect, init.body], ["POST", "manual", "grant_type=client_credentials&scope=a"]);
    same(init.headers, { accept: "application/json", "content-type": FORM, authorization: `Basic ${btoa("app:s")}` });
    same(Object.getPrototypeOf(init.headers) === Object.prototype && init.signal instanceof AbortSignal, true, "plain headers, and a signal");
  });

  test("metadata and keys are fetched the same way, without a body", async () => {
    const { calls, fetch } = spy((url) => url.endsWith("/keys") ? json({ keys: [] }) : url.endsWith("/token") ? json(TOKENS) : json(SERVER));
    const client = await Client.discover(SERVER.issuer, { clientId: "app", redirectUri: "https://app.example/cb", scope: "openid", fetch });
    const { pending } = await client.authorize();
    await refused(() => client.callback(`?code=c&state=${pending.state}`, pending), { code: "missing_id_token" });
    same(calls.map((call) => call.url), ["https://op.example/.well-known/openid-configuration", SERVER.jwks_uri, SERVER.token_endpoint]);
    for (const { receiver, init } of calls.slice(0, 2)) {
      same([receiver, Object.keys(init).sort(), init.method, init.headers], [undefined, ["headers", "method", "redirect", "signal"], "GET", { accept: "application/json" }]);
    }
  });

  test("on the wire there are the documented headers, and those of the call", async () => {
    const server = await serverThat({ "/token": { json: TOKENS } });
    await new Client(server.metadata, { clientId: "app", clientAuth: secretBasic("s e") }).clientCredentials({}, { headers: { "X-Trace": "1" } });
    const [{ method, headers, search }] = await server.log();
    same([method, search, headers.accept, headers["content-type"], headers.authorization, headers["x-trace"], headers.cookie, headers.dpop],
      ["POST", "", "application/json", FORM, `Basic ${btoa("app:s+e")}`, "1", undefined, undefined]);
  });

  test("headers that the protocol sets, or that are no headers, are refused, and nothing is sent", async () => {
    const { calls, fetch } = spy(() => json(TOKENS));
    const client = new Client(SERVER, { clientId: "app", fetch });
    for (const name of ["Authorization", "content-type", "Accept", "DPoP"]) await refused(() => client.clientCredentials({}, { headers: { [name]: "x" } }), { code: "reserved_parameter", fault: "caller", about: name.toLowerCase() });
    for (const [name, value] of [["x-a", "1\r\nx-b: 2"], ["x a", "1"], ["", "1"], ["x-ü", "1"], ["x-a", "\0"], ["x-a", "日本"]]) await refused(() => client.refresh("r", {}, { headers: { [name]: value } }), { code: "invalid_argument", fault: "caller", about: "headers", grantMayBeConsumed: false });
    same(calls.length, 0);
  });

  test("requests to an API that are under way together are each repeated once with the nonce that it asks for", async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const nonces = [];
    const fetch = async (url, { headers }) => {
      const { nonce } = JSON.parse(atob(new Headers(headers).get("dpop").split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
      nonces.push(nonce);
      await new Promise((done) => setTimeout(done, 20));
      return nonce === "n1" ? new Response("ok") : new Response("", { status: 401, headers: { "dpop-nonce": "n1", "www-authenticate": 'DPoP error="use_dpop_nonce"' } });
    };
    const client = new Client(SERVER, { clientId: "app", dpop: { privateKey, publicKey }, api: "https://api.example", fetch });
    const all = await Promise.all([1, 2, 3].map((one) => client.fetch({ access_token: "a", token_type: "DPoP" }, `https://api.example/${one}`)));
    same([all.map(({ status }) => status), nonces.length], [[200, 200, 200], 6]);
  });

  test("the global fetch is looked up at each call", async () => {
    const client = new Client(SERVER, { clientId: "app" });
    const { fetch } = globalThis;
    const { calls, fetch: other } = spy(() => json(TOKENS));
    globalThis.fetch = other;
    try {
      await client.clientCredentials();
    } finally {
      globalThis.fetch = fetch;
    }
    same(calls.length, 1);
  });

  test("a page's own copy of fetch, with a receiver of its own, may be given", async () => {
    const server = await serverThat({ "/token": { json: TOKENS } });
    const holder = { fetch: (...args) => fetch(...args) };
    same((await new Client(server.metadata, { clientId: "app", fetch: holder.fetch }).clientCredentials()).access_token, "a");
    same((await new Client(server.metadata, { clientId: "app", fetch }).clientCredentials()).access_token, "a");
  });

  const broken = {
    "throws": () => { throw new Error("no"); },
    "throws what is no error": () => { throw undefined; },
    "rejects": () => Promise.reject(new TypeError("failed")),
    "rejects with a symbol": () => Promise.reject(Symbol("no")),
    "answers with nothing": () => undefined,
    "promises nothing": () => Promise.resolve(),
    "promises null": () => Promise.resolve(null),
    "promises what is no response": () => Promise.resolve({}),
    "promises half a response": () => Promise.resolve({ status: 200 }),
    "promises a number": () => Promise.resolve(7),
    "promises a response that was read before": async () => { const response = json(TOKENS); await response.text(); return response; },
    "promises an error response": () => Promise.resolve(Response.error()),
    "promises a body of text chunks": () => Promise.resolve({ status: 200, headers: new Headers(), body: new ReadableStream({ start(stream) { stream.enqueue("{}"); stream.close(); } }) }),
    "promises a body that fails": () => Promise.resolve(new Response(new ReadableStream({ pull() { throw new Error("no"); } }))),
    "promises a body whose reader is taken": () => { const response = json(TOKENS); response.body.getReader(); return Promise.resolve(response); },
    "answers with a thenable that throws": () => ({ then() { throw new Error("no"); } }),
  };
  for (const [how, fetch] of Object.entries(broken)) {
    test(`a fetch that ${how} ends in a GrantError, and the module goes on`, async () => {
      const client = new Client(SERVER, { clientId: "app", fetch });
      await refused(() => within(client.clientCredentials()), { phase: "token" });
      await refused(() => within(client.refresh("r")), { phase: "token", grantMayBeConsumed: true });
      stillUsable();
      const server = await serverThat({ "/token": { json: TOKENS } });
      same((await within(new Client(server.metadata, { clientId: "app" }).clientCredentials())).access_token, "a", "another client goes on");
    });
  }

  test("where the host has no timer left, nothing is sent, and the same call goes well later", async () => {
    const { setTimeout } = globalThis;
    const { calls, fetch } = spy(() => json(TOKENS));
    const client = new Client(SERVER, { clientId: "app", fetch });
    globalThis.setTimeout = () => { throw new Error("quota"); };
    try {
      await refused(() => client.refresh("r"), { code: "network", phase: "token", retryable: true, grantMayBeConsumed: false });
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    same(calls.length, 0);
    same((await client.refresh("r")).refresh_token, "r");
  });

  test("a response that comes without a promise is read, or refused: the call ends", async () => {
    const client = new Client(SERVER, { clientId: "app", fetch: () => json(TOKENS) });
    const ended = await within(client.clientCredentials().catch((error) => error));
    holds(ended.access_token === "a" || ended instanceof grantkit.GrantError, `it ended with ${ended}`);
  });

  test("a fetch that answers where a redirect led is refused", async () => {
    const redirected = json(TOKENS);
    Object.defineProperty(redirected, "redirected", { value: true });
    await refused(() => new Client(SERVER, { clientId: "app", fetch: async () => redirected }).clientCredentials(), { code: "redirect_refused" });
  });
}
