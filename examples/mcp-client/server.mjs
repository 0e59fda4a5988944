/** A server of the Model Context Protocol to try the client with: it takes access tokens of `ISSUER` that are meant for it, and no others. */
import { createServer } from "node:http";

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { GrantError, ResourceServer } from "grantkit/resource-server";

const { ISSUER = "http://127.0.0.1:4000", PORT = "4100" } = process.env;
const ORIGIN = `http://127.0.0.1:${PORT}`;
const RESOURCE = `${ORIGIN}/mcp`;
/** Where RFC 9728 §3.1 puts the metadata of a resource with a path. */
const METADATA = "/.well-known/oauth-protected-resource/mcp";

const judge = await ResourceServer.discover(ISSUER);

const http = createServer((request, response) => {
  // What is no request, and what breaks off, ends this exchange and not the process.
  serve(request, response).catch(() => (response.headersSent ? response.destroy() : json(response, 400, {})));
});
http.listen(Number(PORT), "127.0.0.1", () => console.log(`An MCP server is at ${RESOURCE}`));

async function serve(request, response) {
  const url = new URL(ORIGIN + request.url);
  if (url.pathname === METADATA) {
    return json(response, 200, { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ["api"], bearer_methods_supported: ["header"] });
  }
  if (url.pathname !== "/mcp") return json(response, 404, {});
  try {
    const { claims } = await judge.validateAccessToken({ method: request.method, url: url.href, headers: plain(request.headers) }, { audience: RESOURCE, scope: "api" });
    await answer(request, response, claims.sub);
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    // The server's keys could not be had: nothing is known of the token.
    if (error.phase === "jwks") return json(response, 503, {});
    const said = error.code === "missing_access_token" ? "" : `error="${error.code === "insufficient_scope" ? error.code : "invalid_token"}", `;
    response.setHeader("www-authenticate", `Bearer ${said}resource_metadata="${ORIGIN}${METADATA}"`);
    json(response, error.code === "insufficient_scope" ? 403 : 401, {});
  }
}

/** One request, one server: nothing is kept. */
async function answer(request, response, user) {
  const server = new McpServer({ name: "grantkit example", version: "0.1.0" });
  server.registerTool("whoami", { description: `Says that you are ${user}` }, () => ({ content: [{ type: "text", text: user }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on("close", () => { transport.close(); server.close(); });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}

function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Headers with one value each, which are all that a token is read from. */
function plain(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => typeof value === "string"));
}
