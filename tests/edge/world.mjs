/**
 * An application at the edge, whole: a Worker with the token handler (one isolate or several), an authorization server with rotating refresh tokens, an API, and
 * a gate before the token endpoint that can go wrong in every way. All on loopback.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import { Readable } from "node:stream";

import { Miniflare } from "miniflare";

import { startProvider } from "../servers/oidc-provider.mjs";
import { freePort } from "../servers/ports.mjs";
import { bundle } from "../runtimes/hosts/workerd.mjs";
import { install } from "../runtimes/hosts/installed.mjs";

/** Today's runtime under a recent date, and under one of two years before. */
export const DATES = ["2026-04-01", "2024-09-23"];

export const CLIENT = { id: "edge", secret: "edge-secret-for-loopback-only" };

/** A session key. */
export const newKey = () => randomBytes(32).toString("base64url");

/** The package, installed once for a test file. */
let installed;
export async function application() {
  installed ??= install();
  return (await installed).folder;
}
export async function forgetApplication() {
  await (await installed)?.remove();
  installed = undefined;
}

/** The Worker. Under `/-/` it tells what tests ask for; the handler falls through to it as to its assets. */
export const source = (facts, { alone, limited } = {}) => `
import { tokenHandler, RefreshCoordinator, secretBasic } from "grantkit/worker";
let away = false;
/** Tells what it keeps, and can be away. */
class Watched extends RefreshCoordinator {
  constructor(state, env) { super(state, env); this.state = state; }
  async fetch(request) {
    if (away) throw new Error("away");
    if (new URL(request.url).pathname !== "/-/held") return super.fetch(request);
    return Response.json([...(await this.state.storage.list()).keys()]);
  }
}
export { Watched as RefreshCoordinator };
const events = [];
const handler = tokenHandler({
  ...${JSON.stringify(facts)},
  clientAuth: () => secretBasic(${JSON.stringify(CLIENT.secret)}),
  sessionKeys: (env) => env.KEYS,
  ${alone ? "" : "coordinator: (env) => env.SESSIONS,"}
  ${limited ? "rateLimit: (env) => env.LOGINS," : ""}
  log: (event) => events.push(event),
  async assets(request, env) {
    const url = new URL(request.url);
    try {
      switch (url.pathname) {
        case "/-/events": return Response.json(events);
        case "/-/client-token": return Response.json({ token: (await handler.clientToken(env)).access_token });
        case "/-/held": return env.SESSIONS.get(env.SESSIONS.idFromName(url.searchParams.get("name"))).fetch("https://coordinator/-/held");
        case "/-/away": away = !away; return new Response(null, { status: 204 });
        case "/-/sessions": return Response.json(await (await handler.sessions(env)).list(url.searchParams.get("sub")));
        case "/-/revoke": await (await handler.sessions(env)).revoke(url.searchParams.get("sub"), url.searchParams.get("id") ?? undefined); return new Response(null, { status: 204 });
      }
    } catch (error) {
      return new Response(String(error.message), { status: 500 });
    }
    return new Response("<!doctype html><title>app</title><script>window.started = true</script><h1>the application</h1>", { headers: { "content-type": "text/html" } });
  },
});
export default handler;
`;

/** What a handler at `origin` speaks with, and its options, as far as they are plain data. */
export async function startServers({ origin, facts = {}, ttl = {}, features, configuration }) {
  const op = await startProvider({
    redirectUris: [`${origin}/callback`], ttl, features: { backchannelLogout: { enabled: true }, dPoP: { enabled: true }, ...features },
    // Its own would not speak with this machine.
    configuration: { fetch: (url, { dispatcher: _, ...init }) => fetch(url, init), ...configuration },
    clients: [{
      client_id: CLIENT.id, client_secret: CLIENT.secret, grant_types: ["authorization_code", "refresh_token", "client_credentials"], response_types: ["code"],
      redirect_uris: [`${origin}/auth/callback`], post_logout_redirect_uris: [`${origin}/bye`],
      backchannel_logout_uri: `${origin}/auth/backchannel-logout`, backchannel_logout_session_required: true,
    }],
  });
  const issued = new Set();
  op.provider.on("refresh_token.saved", (token) => issued.add(token));
  const metadata = await (await fetch(`${op.issuer}/.well-known/openid-configuration`)).json();
  const gate = await startGate(metadata);
  const api = await startApi();
  const options = {
    issuer: op.issuer, server: { ...metadata, token_endpoint: gate.url, revocation_endpoint: gate.revocation }, clientId: CLIENT.id, scope: "openid offline_access profile email", authorization: { prompt: "consent" },
    origin, logout: { returnTo: "/bye" },
    routes: { "/api/": `${api.origin}/base/`, "/own/": { url: `${api.origin}/own/`, token: "client" }, "/open/": { url: `${api.origin}/open/`, token: "none", methods: ["GET"] }, "/timed/": { url: `${api.origin}/timed/`, timeout: 1_000 }, "/gone/": "http://127.0.0.1:9/" },
    ...facts,
  };
  return {
    op, gate, api, options,
    /** The server takes no refresh token any more. */
    revokeAll: () => Promise.all([...issued].map((token) => token.destroy())),
    close: () => Promise.all([gate.close(), api.close(), op.close()]),
  };
}

/**
 * Starts everything. `facts` are the handler's options that are plain data; `isolates` is how many Workers share the Durable Objects; `alone`: without any; `limited`: logins
 * in a minute, by a rate limit of the platform's; `secure`: over https, by a certificate that nobody vouches for; `serve` starts what the handler speaks with.
 */
export async function startWorld({ serve = startServers, isolates = 1, alone = false, limited, secure = false, date = DATES[0], keys = [newKey()], persist, ...more } = {}) {
  const folder = await application();
  const port = await freePort();
  const origin = `${secure ? "https" : "http"}://127.0.0.1:${port}`;
  const servers = await serve({ origin, ...more });
  let mf;
  let bound = keys;
  const start = async () => {
    const { script, modules } = await bundle(folder, source(servers.options, { alone, limited }));
    const names = Array.from({ length: isolates }, (_, at) => `edge${at}`);
    mf = new Miniflare({
      host: "127.0.0.1", port, cf: false, https: secure, ...(persist && { durableObjectsPersist: persist }),
      workers: names.map((name, at) => ({
        name, compatibilityDate: date, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }], modules: [{ type: "ESModule", path: "worker.js", contents: script }, ...modules], bindings: { KEYS: bound },
        ...(limited && { ratelimits: { LOGINS: { simple: { limit: limited, period: 60 } } } }),
        ...(!alone && { durableObjects: { SESSIONS: { className: "RefreshCoordinator", useSQLite: true, ...(at > 0 && { scriptName: names[0] }) } } }),
      })),
    });
    await mf.ready;
  };
  try {
    await start();
  } catch (error) {
    // What nobody closes would keep the test file alive.
    await Promise.allSettled([mf?.dispose(), servers.close()]);
    throw error;
  }
  return {
    ...servers, origin, keys,
    /** Sends a request to one of the isolates. */
    async send(path, init = {}, isolate = 0) {
      return send(new URL(new URL(path, origin).href.slice(origin.length), await mf.unsafeGetDirectURL(`edge${isolate}`)), init, { host: new URL(origin).host });
    },
    /** Asks for a WebSocket, as a browser does; `say` sends a short text and gives the next that comes. */
    socket: async (path, headers, isolate = 0) => connect(new URL(path, await mf.unsafeGetDirectURL(`edge${isolate}`)), { host: new URL(origin).host, ...headers }),
    /** The Worker starts anew; its isolates forget everything. */
    async restart(newKeys) {
      await mf.dispose();
      if (newKeys) bound = newKeys;
      await start();
    },
    async events(isolate = 0) {
      return (await this.send("/-/events", {}, isolate)).json();
    },
    async close() {
      await Promise.all([mf.dispose(), servers.close()]);
    },
  };
}

/** A browser as far as HTTP goes: it keeps cookies, and sends what a page of this origin sends. */
export class Browser {
  cookies = new Map();

  constructor(world) {
    this.world = world;
  }

  /** What a script of the application sends. */
  async fetch(path, { headers, isolate, keep = true, ...init } = {}) {
    const response = await this.world.send(path, {
      ...init, headers: { "sec-fetch-site": "same-origin", "x-csrf": "1", ...(init.method && init.method !== "GET" && { origin: this.world.origin }), cookie: this.header, ...headers },
    }, isolate);
    if (keep) this.keep(response);
    return response;
  }

  /** What following a link sends. */
  async navigate(path, { headers, isolate, ...init } = {}) {
    const response = await this.world.send(path, {
      ...init, headers: { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", cookie: this.header, ...headers },
    }, isolate);
    this.keep(response);
    return response;
  }

  get header() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  keep(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      this.cookies.delete(name);
      if (name.length + value.length <= 4096 && !attributes.includes("Max-Age=0")) this.cookies.set(name, value);
    }
  }

  /** From the login endpoint over the authorization server to the callback, whose response is the answer. */
  async logIn(query = "", { isolate, user } = {}) {
    const begun = await this.navigate(`/auth/login${query}`, { isolate });
    if (begun.status !== 302) return begun;
    const came = await visitServer(begun.headers.get("location"), { user });
    return this.navigate(came, { isolate, headers: { "sec-fetch-site": "cross-site" } });
  }

  /** The session, as the page sees it. */
  async view(options) {
    return (await this.fetch("/auth/session", options)).json();
  }

  /** The session's cookies alone. */
  get session() {
    return Object.fromEntries([...this.cookies].filter(([name]) => /^__Host-Http-session(\.\d)?$/.test(name)));
  }
}

export { visit as visitServer } from "../runtimes/servers/visitor.mjs";
import { visit as visitServer } from "../runtimes/servers/visitor.mjs";

/** Stands before the token endpoint and the one for revocations, writes down what goes through, waits (`delay` milliseconds before the server acts, `after` it), and does what it is told: `pass`, `html`, `empty`, `unavailable`, `reset`, `slow`, `lost` (the server acts, the answer is lost). */
async function startGate({ token_endpoint, revocation_endpoint }) {
  const gate = { mode: "pass", delay: 0, after: 0, grants: [], issued: [], revoked: [] };
  const server = createServer(async (request, response) => {
    const body = await read(request);
    const form = new URLSearchParams(body.toString());
    const revokes = request.url === "/revocation";
    if (revokes) gate.revoked.push(form.get("token"));
    else gate.grants.push(form.get("grant_type"));
    if (gate.delay && !revokes) await new Promise((resolve) => setTimeout(resolve, gate.delay));
    switch (revokes ? "pass" : gate.mode) {
      case "html": return response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome to the airport</h1>");
      case "empty": return response.writeHead(400).end();
      case "unavailable": return response.writeHead(503, { "retry-after": "3", "content-type": "text/html" }).end("<h1>503</h1>");
      case "reset": return request.socket.resetAndDestroy();
      case "slow": return void setTimeout(() => response.destroy(), 30_000).unref();
    }
    const target = revokes ? revocation_endpoint : token_endpoint;
    const onward = httpRequest(target, { method: "POST", headers: { ...request.headers, host: new URL(target).host } }, async (answer) => {
      const text = await read(answer);
      if (!revokes && answer.statusCode === 200) gate.issued.push(JSON.parse(text));
      if (gate.after && !revokes) await new Promise((resolve) => setTimeout(resolve, gate.after));
      if (gate.mode === "lost") return request.socket.resetAndDestroy();
      response.writeHead(answer.statusCode, answer.headers).end(text);
    });
    onward.on("error", () => response.destroy());
    onward.end(body);
  });
  await listen(server);
  const origin = `http://127.0.0.1:${server.address().port}`;
  Object.assign(gate, { url: `${origin}/token`, revocation: `${origin}/revocation` });
  gate.refreshes = () => gate.grants.filter((grant) => grant === "refresh_token").length;
  gate.close = () => stop(server);
  return gate;
}

/** An API: says what it got. */
export async function startApi() {
  const api = { refuse: new Set(), seen: [] };
  const released = new Promise((resolve) => { api.release = resolve; });
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://api");
    const token = request.headers.authorization ?? "";
    api.seen.push({ method: request.method, url: request.url, headers: request.headers, token });
    if (api.refuse.has(token)) return response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"', "content-type": "application/json" }).end("{}");
    if (pathname.endsWith("/redirect")) return response.writeHead(302, { location: searchParams.get("to") }).end();
    if (pathname.endsWith("/stream")) {
      response.writeHead(200, { "content-type": "text/plain" });
      for await (const chunk of request) response.write(`<${chunk}>`);
      return response.end("end");
    }
    if (pathname.endsWith("/never")) return;
    if (pathname.endsWith("/held")) await released;
    if (pathname.endsWith("/begun")) return response.writeHead(200).write("begun, "), void setTimeout(() => response.end("and done"), 1_500);
    const body = await read(request);
    response.writeHead(200, {
      "content-type": "application/json", "cache-control": searchParams.get("cache") ?? "public, max-age=600", "set-cookie": "evil=1; Path=/", "access-control-allow-origin": "*", "x-api": "1",
      "cdn-cache-control": "public, max-age=600", "x-accel-redirect": "/etc/passwd", "alt-svc": 'h3="evil.example:443"', expires: "Wed, 01 Jan 2098 00:00:00 GMT",
    }).end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: body.toString() }));
  });
  // RFC 6455 §1.3, and one text frame back for each that comes.
  const sockets = new Set();
  server.on("upgrade", (request, socket) => {
    sockets.add(socket);
    api.seen.push({ method: "UPGRADE", url: request.url, headers: request.headers, token: request.headers.authorization ?? "" });
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
    socket.on("error", () => {});
    socket.on("data", (frame) => {
      if ((frame[0] & 15) === 8) return socket.end();
      const [length, mask] = [frame[1] & 127, frame.subarray(2, 6)];
      const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]));
      const answer = Buffer.from(`api says ${text}`);
      socket.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer]));
    });
  });
  await listen(server);
  api.origin = `http://127.0.0.1:${server.address().port}`;
  api.close = () => {
    for (const socket of sockets) socket.destroy();
    return stop(server);
  };
  return api;
}

/** Sends exactly these headers: the `fetch` of Node would add some of its own. */
export function send(url, { method = "GET", headers = {}, body, signal }, more) {
  return new Promise((resolve, reject) => {
    const given = Object.fromEntries(Object.entries({ ...more, ...headers }).filter(([, value]) => value !== undefined && value !== ""));
    const request = httpRequest(url, { method, headers: given, signal }, (answer) => {
      const received = new Headers();
      for (let at = 0; at < answer.rawHeaders.length; at += 2) received.append(answer.rawHeaders[at], answer.rawHeaders[at + 1]);
      const empty = [204, 304].includes(answer.statusCode) || method === "HEAD";
      if (empty) answer.resume();
      resolve(new Response(empty ? null : Readable.toWeb(answer), { status: answer.statusCode, headers: received }));
    });
    request.on("error", reject);
    if (body instanceof Readable) body.pipe(request);
    else request.end(body?.toString());
  });
}

/** RFC 6455 §1.3, §5.2: one handshake, and frames of less than 126 bytes. */
function connect(url, headers) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString("base64");
    const request = httpRequest(url, { headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key, ...headers } });
    request.on("error", reject);
    request.on("response", (answer) => { answer.resume(); resolve({ status: answer.statusCode }); });
    request.on("upgrade", (answer, socket) => {
      socket.on("error", () => {});
      const say = (text) => new Promise((heard) => {
        socket.once("data", (frame) => { heard(frame.subarray(2, 2 + (frame[1] & 127)).toString()); socket.destroy(); });
        const mask = randomBytes(4);
        socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, Buffer.from(text).map((byte, at) => byte ^ mask[at % 4])]));
      });
      const headers = new Headers();
      for (const line of answer.headers["set-cookie"] ?? []) headers.append("set-cookie", line);
      resolve({ status: answer.statusCode, headers, say });
    });
    request.end();
  });
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const listen = (server) => new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
const stop = (server) => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
