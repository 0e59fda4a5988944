/**
 * A page that uses `grantkit/session`, an API and an authorization server that rotates refresh tokens: each on a port, and so an origin, of its own.
 * The server side writes down what really happened: which tokens were issued, which grants were spent, what the API was shown.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import { SPA, startProvider } from "../servers/oidc-provider.mjs";

const DIST = fileURLToPath(new URL("../../pkg/dist", import.meta.url));
const TYPES = { ".js": "text/javascript", ".html": "text/html; charset=utf-8" };

/** Pages that start the session at once: the front door, where a login and a logout come back, and one to return to. */
const PAGES = new Set(["/", "/callback", "/signed-out", "/orders"]);

/** A Worker's clock that a test can set: the script is ours to serve, the package knows nothing of it. */
const CLOCK = (shift) => `(() => {
  const Real = Date, channel = new BroadcastChannel("clock");
  let shift = ${shift};
  channel.onmessage = ({ data }) => { if ("set" in data) { shift = data.set; channel.postMessage({ heard: shift }); } };
  self.Date = class extends Real {
    constructor(...words) { if (words.length > 0) super(...words); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})();\n`;

/** What a page over plain http, and its Worker, have not. */
export const INSECURE = `Object.defineProperty(Crypto.prototype, "subtle", { get: () => undefined }); delete Object.getPrototypeOf(navigator).locks;\n`;

/** What the page does at load; every message that it receives is written down, also those of ports that it does not hold. */
const APP = (options) => `
globalThis.heard = [];
for (const type of [MessagePort, BroadcastChannel, Worker]) {
  const { get, set } = Object.getOwnPropertyDescriptor(type.prototype, "onmessage");
  Object.defineProperty(type.prototype, "onmessage", { get, set(listener) {
    set.call(this, (event) => { heard.push(event.data); return listener.call(this, event); });
  } });
}
const grantkit = globalThis.grantkit = await import("/dist/entry/session.js");
globalThis.options = ${JSON.stringify(options)};
globalThis.errors = [];
globalThis.states = [];
globalThis.starting = grantkit.createSession(options);
globalThis.startedTwice = grantkit.createSession(options);
try {
  const session = globalThis.session = await starting;
  session.on("change", () => states.push(JSON.parse(JSON.stringify(session))));
  session.on("error", (error) => errors.push(error));
} catch (error) { globalThis.failure = error; }
globalThis.started = true;
`;

/** Starts all three. `session` are options on top of the usual ones. */
export async function startWorld({ session = {}, ttl = { AccessToken: 120, RefreshToken: 86_400 }, headers = {}, ...server } = {}) {
  const journal = { tokens: new Set(), grants: [], shown: [], revoked: [] };
  const world = { journal, shift: 0, session, headers, pageHits: [], delay: async () => {} };
  const page = await listen((request, response) => servePage(world, request, response));
  const api = await listen((request, response) => serveApi(world, request, response));
  const foreign = await listen((request, response) => serveApi(world, request, response, "foreign"));
  const op = await startProvider({
    ttl, redirectUris: ["/callback", "/silent.html"].map((path) => page.origin + path), postLogoutRedirectUris: [`${page.origin}/signed-out`], ...server,
  });
  op.provider.use(write(world));
  Object.assign(world, {
    op, origin: page.origin, api: api.origin, foreign: foreign.origin, url: `${page.origin}/`,
    refreshes: () => journal.grants.filter((grant) => grant.type === "refresh_token"),
    close: () => Promise.all([page.close(), api.close(), foreign.close(), op.close()]),
  });
  return world;
}

/** Writes down what goes over the authorization server's endpoints; `world.delay` may hold an answer back, or lose it. */
function write(world) {
  return async (ctx, next) => {
    const { journal } = world;
    await next();
    // Time passes for a server too while a machine sleeps: here it tells what time it is instead.
    ctx.append("access-control-expose-headers", "date");
    if (ctx.path === "/token/revocation") journal.revoked.push(ctx.oidc?.params?.token);
    if (ctx.path !== "/token" || ctx.method !== "POST") return;
    const grant = { type: ctx.oidc?.params?.grant_type, sent: ctx.oidc?.params?.refresh_token, status: ctx.status, error: ctx.body?.error };
    journal.grants.push(grant);
    const secrets = [ctx.body?.access_token, ctx.body?.refresh_token, ctx.body?.id_token, ctx.oidc?.params?.code_verifier];
    for (const secret of secrets) if (secret) journal.tokens.add(secret);
    await world.delay(grant, ctx);
  };
}

function optionsOf(world) {
  return {
    issuer: world.op.issuer, clientId: SPA, redirectUri: `${world.origin}/callback`, scope: "openid offline_access profile email", api: [`${world.api}/`],
    silentRedirectUri: `${world.origin}/silent.html`, postLogoutRedirectUri: `${world.origin}/signed-out`, ...world.session,
  };
}

async function servePage(world, request, response) {
  const { pathname } = new URL(request.url, "http://page");
  const send = (type, body) => response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...world.headers }).end(body);
  if (PAGES.has(pathname)) {
    world.pageHits.push(request.url);
    return send(TYPES[".html"], '<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title><script type="module" src="/app.js"></script></html>');
  }
  if (pathname === "/app.js") return send(TYPES[".js"], APP(optionsOf(world)));
  if (pathname === "/silent.html") return send(TYPES[".html"], "<!doctype html><title>silent</title>");
  if (pathname === "/blank") return send(TYPES[".html"], "<!doctype html><title>blank</title>");
  if (pathname === "/worker.js") return send(TYPES[".js"], await readFile(`${DIST}/session/worker.js`));
  if (pathname === "/clock.js") return send(TYPES[".js"], CLOCK(world.shift) + await readFile(`${DIST}/session/worker.js`, "utf8"));
  if (world.extra?.[pathname]) return send(TYPES[".js"], world.extra[pathname]);
  if (pathname === "/insecure.js") return send(TYPES[".js"], INSECURE + await readFile(`${DIST}/session/worker.js`, "utf8"));
  const file = pathname.startsWith("/dist/") && await readFile(DIST + pathname.slice(5)).catch(() => undefined);
  if (!file) return response.writeHead(404).end();
  send(TYPES[extname(pathname)] ?? "application/octet-stream", file);
}

async function serveApi(world, request, response, name = "api") {
  const { pathname, searchParams } = new URL(request.url, "http://api");
  const cors = {
    "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-headers": "authorization, content-type, dpop, x-trace",
    "access-control-allow-methods": "*", "access-control-expose-headers": "www-authenticate, dpop-nonce, x-length", "cache-control": "no-store",
  };
  if (request.method === "OPTIONS") return response.writeHead(204, { ...cors, "access-control-allow-methods": "GET, POST, PUT, DELETE" }).end();
  const { authorization, dpop } = request.headers;
  world.journal.shown.push({ at: name, path: request.url, authorization, dpop });
  if (world.judge?.({ pathname, authorization, dpop, response, cors })) return undefined;
  const body = [];
  for await (const part of request) body.push(part);
  const bytes = Buffer.concat(body);
  switch (pathname) {
    case "/redirect": return response.writeHead(302, { ...cors, location: `${world.foreign}/caught` }).end();
    case "/empty": return response.writeHead(204, cors).end();
    case "/missing": return response.writeHead(404, { ...cors, "content-type": "application/json" }).end('{"missing":true}');
    case "/large": return response.writeHead(200, { ...cors, "x-length": searchParams.get("bytes") }).end(Buffer.alloc(Number(searchParams.get("bytes")), 7));
    case "/drip": {
      response.writeHead(200, { ...cors, "content-type": "text/plain" }).write("one ");
      const timer = setInterval(() => response.write("more "), 50);
      response.on("close", () => { clearInterval(timer); world.dripClosed = true; });
      return undefined;
    }
    case "/slow": return void setTimeout(() => response.writeHead(200, cors).end("late"), 2_000).unref();
    default: return response.writeHead(200, { ...cors, "content-type": "application/json" }).end(JSON.stringify({
      method: request.method, path: request.url, type: request.headers["content-type"], length: bytes.length, text: bytes.length < 1_000 ? bytes.toString() : "",
      trace: request.headers["x-trace"], authorized: authorization !== undefined,
    }));
  }
}

async function listen(answer) {
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error) => { if (!response.headersSent) response.writeHead(500).end(String(error)); });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
