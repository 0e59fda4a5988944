/**
 * Serves the demo: the page, bundled as it is asked for, and an authorization server beside it.
 *
 *     PORT     the page's port, 7420 unless told
 *     OP_PORT  the authorization server's port, 7421 unless told
 *     EDGE_PORT  the port of the Worker that keeps tokens at the edge, 7422 unless told
 *     LISTEN   the address to listen on, 127.0.0.1 unless told; 0.0.0.0 lets other devices in, over plain http
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";

import { context } from "esbuild";

import { hostname, isOurs, SPA, startProvider } from "../tests/servers/oidc-provider.mjs";
import { freePort } from "../tests/servers/ports.mjs";
import { edgeClient, startEdge } from "../worker/serve.mjs";
import { BUNDLE, FILES, page, PAGES, policies, SILENT, workerScript } from "./pages.mjs";

/** Where each page is shown. */
const DOORS = new Map(Object.entries(PAGES).flatMap(([file, paths]) => paths.map((path) => [`/${path}`, file])));

/** Starts both servers, and the Worker where `edgePort` is given; a port of 0 takes a free one. */
export async function startDemo({ port = 0, opPort = 0, edgePort, host = "127.0.0.1", ttl, idTokenAlg } = {}) {
  const bundle = await bundler();
  const closedPort = await unusedPort();
  const edgeOrigin = edgePort === undefined ? undefined : `http://127.0.0.1:${edgePort || await freePort()}`;
  let op, edge;
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error.message)));
  });
  try {
    await listen(server, port, host);
    const own = server.address().port;
    const at = (path) => (name) => [`http://${name}:${own}${path}`];
    op = await startProvider({
      port: opPort, bind: host, host: host === "0.0.0.0" ? "127.0.0.1" : host, ttl, idTokenAlg,
      redirectUris: (name) => ["/callback", "/protocol/callback", "/silent.html"].flatMap((path) => at(path)(name)),
      postLogoutRedirectUris: (name) => ["/signed-out", "/protocol/signed-out"].flatMap((path) => at(path)(name)), clients: edgeOrigin ? [edgeClient(edgeOrigin)] : [],
    });
    if (edgeOrigin) edge = await startEdge({ port: Number(new URL(edgeOrigin).port), issuer: op.issuerAt("127.0.0.1"), asset: edgeAsset });
    return {
      url: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${own}/`, port: own, op, edgeOrigin,
      async close() {
        server.closeAllConnections();
        await Promise.all([new Promise((resolve) => server.close(resolve)), op.close(), edge?.close(), bundle.dispose()]);
      },
    };
  } catch (error) {
    server.close();
    await bundle.dispose();
    throw error;
  }

  function factsFor(name) {
    const issuer = op.issuerAt(name);
    return { issuer, api: `${issuer}/me`, nobody: `http://${name}:${closedPort}`, edge: edgeOrigin ? `${edgeOrigin}/` : "" };
  }

  /** The front page as the edge serves it: the same files, another policy. */
  async function edgeAsset(path) {
    const facts = { ...factsFor("127.0.0.1"), edge: "here", browser: `http://127.0.0.1:${server.address().port}/` };
    if (path === "/home.js") return reply("text/javascript", await bundle.script(path));
    const file = FILES[path.slice(1)];
    if (file) return reply(file[1], await readFile(file[0]));
    return reply("text/html", page("index.html", named(facts)), policies(facts).edge);
  }

  async function answer(request, response) {
    const name = hostname(request.headers.host);
    if (!isOurs(name)) return response.writeHead(421).end();
    const { pathname } = new URL(request.url, "http://page");
    const facts = factsFor(name);
    const rules = policies(facts);
    const send = (type, body, policy) => {
      const { headers } = reply(type, body, policy);
      return response.writeHead(200, headers).end(body);
    };

    if (DOORS.has(pathname)) return send("text/html", page(DOORS.get(pathname), named(facts)), rules[DOORS.get(pathname)]);
    const file = FILES[pathname.slice(1)];
    if (file) return send(file[1], await readFile(file[0]));
    switch (pathname) {
      case "/home.js": case "/protocol.js": return send("text/javascript", await bundle.script(pathname));
      case "/worker.js": return send("text/javascript", await readFile(workerScript()), rules["worker.js"]);
      case "/edge.json": return edgeOrigin ? send("application/json", JSON.stringify({ origin: edgeOrigin })) : response.writeHead(404).end();
      case "/silent.html": return send("text/html", SILENT, rules["silent.html"]);
      // An API with an open redirect: the attack of the front page sends a token there, and must not see it go further.
      case "/api/moved": return response.writeHead(302, { location: "https://attacker.example/" }).end();
      // What servers do on bad days; the page's error section sends token requests here.
      case "/faults/html": return send("text/html", "<!doctype html><title>502</title><h1>Bad gateway</h1><p>The proxy in front of the server is unwell.</p>");
      case "/faults/redirect": return response.writeHead(307, { location: "/faults/html" }).end();
      case "/faults/slow": return void setTimeout(() => send("application/json", "{}"), 60_000).unref();
      default: return response.writeHead(404, { "content-type": "text/plain" }).end("Nothing here.\n");
    }
  }
}

/** What a page is told, by the names of its placeholders. */
function named({ issuer, api, nobody, edge = "", browser = "" }) {
  return {
    ROOT: "/", SUFFIX: "", PROTOCOL: browser ? `${browser}protocol` : "/protocol", ISSUER: issuer, AUTHORIZATION: `${issuer}/auth`, CLIENT: SPA, API: api, EDGE: edge, BROWSER: browser, NOBODY: nobody,
  };
}

/** A file as it is sent: never kept, since it may change with the next visit. */
function reply(type, body, policy) {
  return {
    body,
    headers: {
      "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
      ...(policy && { "content-security-policy": policy }),
    },
  };
}

/** Bundles the pages' scripts in memory, anew for each visit: edit, reload, see. */
async function bundler() {
  const builder = await context({ ...BUNDLE, write: false, sourcemap: "inline" });
  return {
    script: async (path) => (await builder.rebuild()).outputFiles.find((file) => file.path.endsWith(path)).contents,
    dispose: () => builder.dispose(),
  };
}

/** A port where nobody listens, for the error section's "server down". */
async function unusedPort() {
  const probe = createServer();
  await listen(probe, 0, "127.0.0.1");
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
}

async function main() {
  const { PORT = 7420, OP_PORT = Number(PORT) + 1, EDGE_PORT = Number(PORT) + 2, LISTEN = "127.0.0.1" } = process.env;
  const demo = await startDemo({ port: Number(PORT), opPort: Number(OP_PORT), edgePort: Number(EDGE_PORT), host: LISTEN }).catch((error) => {
    console.error(error.code === "EADDRINUSE"
      ? `Port ${error.port} is taken by another program. Type: PORT=${Number(PORT) + 100} cargo xtask demo`
      : error.code === "EACCES" ? `Port ${error.port} needs privileges. Type: PORT=7420 cargo xtask demo` : error.message);
    process.exit(1);
  });
  console.log(`\n  Open ${demo.url}\n`);
  if (LISTEN === "0.0.0.0") {
    const others = Object.values(networkInterfaces()).flat().filter((it) => it.family === "IPv4" && !it.internal);
    for (const { address } of others) console.log(`  From another device, over plain http: http://${address}:${demo.port}/\n`);
  }
  console.log(`  Tokens at the edge: ${demo.edgeOrigin}/\n`);
  console.log(`  The authorization server is ${demo.op.issuer}. Ctrl-C stops all of them.\n`);

  const stop = async () => {
    process.off("SIGINT", stop).off("SIGTERM", stop); // a second Ctrl-C ends it at once
    await demo.close();
    process.exit(0);
  };
  // workerd's host would end this process at once, and not cleanly.
  process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
