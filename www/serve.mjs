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
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";

import { context } from "esbuild";

import { hostname, isOurs, startProvider } from "../tests/servers/oidc-provider.mjs";
import { edgeClient, freePort, startEdge } from "../worker/serve.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Paths that show the page: the front door, where a login comes back, where a logout ends. */
const PAGE = new Set(["/", "/callback", "/signed-out"]);

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
    const page = server.address().port;
    const at = (path) => (name) => [`http://${name}:${page}${path}`];
    op = await startProvider({
      port: opPort, bind: host, host: host === "0.0.0.0" ? "127.0.0.1" : host, ttl, idTokenAlg,
      redirectUris: (name) => [...at("/callback")(name), ...at("/silent.html")(name)],
      postLogoutRedirectUris: at("/signed-out"), clients: edgeOrigin ? [edgeClient(edgeOrigin)] : [],
    });
    if (edgeOrigin) edge = await startEdge({ port: Number(new URL(edgeOrigin).port), issuer: op.issuerAt("127.0.0.1") });
    return {
      url: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${page}/`, port: page, op, edgeOrigin,
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

  async function answer(request, response) {
    const name = hostname(request.headers.host);
    if (!isOurs(name)) return response.writeHead(421).end();
    const { pathname } = new URL(request.url, "http://page");
    const issuer = op.issuerAt(name);
    const nobody = `http://${name}:${closedPort}`;
    const send = (type, body, headers = {}) => response.writeHead(200, {
      "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers,
    }).end(body);

    if (PAGE.has(pathname)) {
      const html = await readFile(here("index.html"), "utf8");
      return send("text/html", html.replaceAll("%ISSUER%", issuer).replaceAll("%NOBODY%", nobody), policy(issuer, nobody));
    }
    switch (pathname) {
      case "/main.js": return send("text/javascript", await bundle.script());
      case "/style.css": return send("text/css", await readFile(here("style.css")));
      case "/login.ts": return send("text/plain", await readFile(here("src/login.ts")));
      case "/edge.json": return edgeOrigin ? send("application/json", JSON.stringify({ origin: edgeOrigin })) : response.writeHead(404).end();
      case "/silent.html": return send("text/html", "<!doctype html><title>silent</title>", { "content-security-policy": "default-src 'none'" });
      // What servers do on bad days; the page's error section sends token requests here.
      case "/faults/html": return send("text/html", "<!doctype html><title>502</title><h1>Bad gateway</h1><p>The proxy in front of the server is unwell.</p>");
      case "/faults/redirect": return response.writeHead(307, { location: "/faults/html" }).end();
      case "/faults/slow": return void setTimeout(() => send("application/json", "{}"), 60_000).unref();
      default: return response.writeHead(404, { "content-type": "text/plain" }).end("Nothing here.\n");
    }
  }
}

/** No inline script or style, no third party: the page speaks with itself and its authorization server. */
function policy(issuer, nobody) {
  const rules = [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data:",
    `connect-src 'self' ${issuer} ${nobody}`, `frame-src 'self' ${issuer}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ];
  return { "content-security-policy": rules.join("; "), "referrer-policy": "no-referrer" };
}

/** Bundles `src/main.ts` in memory, anew for each visit: edit, reload, see. */
async function bundler() {
  const builder = await context({
    entryPoints: [here("src/main.ts")], alias: { grantkit: library() }, bundle: true, write: false, format: "esm", target: "es2022",
    charset: "utf8", sourcemap: "inline", logLevel: "silent",
  });
  return {
    script: async () => (await builder.rebuild()).outputFiles[0].contents,
    dispose: () => builder.dispose(),
  };
}

/** The file that `import "grantkit"` means in a browser, by the package's own `exports`. */
function library() {
  const { exports } = JSON.parse(readFileSync(here("../pkg/package.json"), "utf8"));
  let target = exports["."];
  while (typeof target === "object") target = target.browser ?? target.import ?? target.default;
  const file = here(`../pkg/${target}`);
  if (!existsSync(file)) throw new Error("The package is not built yet. Type: cargo xtask build");
  return file;
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
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
