/**
 * A client of the Model Context Protocol that knows nothing but the server's URL. By the authorization part of that protocol it
 *
 * 1. asks, and is refused with the address of the resource's metadata (RFC 9728),
 * 2. finds the authorization server there (RFC 8414) and registers itself (RFC 7591),
 * 3. logs the user in with code and PKCE for this resource (RFC 8707), with a redirect to this machine (RFC 8252),
 * 4. and speaks the protocol with the access token.
 */
import { createServer } from "node:http";

import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client } from "grantkit";

const server = process.argv[2] ?? "http://127.0.0.1:4100/mcp";
const door = await openDoor();
try {
  const { client, resource } = await introduce(server, door.redirectUri);
  const tokens = await logIn(client, resource);
  await use(client, tokens);
} finally {
  door.close();
}

/** A client at the authorization server that the resource names. */
async function introduce(url, redirectUri) {
  const refusal = await fetch(url, { method: "POST", redirect: "manual" });
  if (refusal.status !== 401) throw new Error(`${url} answers ${refusal.status} without a token`);
  const { resource, authorization_servers: [issuer] = [], scopes_supported = [] } = await Client.discoverResource(refusal);
  if (!issuer) throw new Error(`${resource} names no authorization server`);
  const { server: metadata } = await Client.discover(issuer, { clientId: "unregistered" });
  const { client_id: clientId } = await Client.register(metadata, {
    client_name: "grantkit example", redirect_uris: [redirectUri], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
    token_endpoint_auth_method: "none", application_type: "native",
  });
  const client = new Client(metadata, { clientId, redirectUri, scope: scopes_supported.join(" "), resource, api: resource });
  return { client, resource };
}

async function logIn(client, resource) {
  const { url, pending } = await client.authorize();
  console.log(`To let this program use ${resource}, open\n${url}`);
  return client.callback(await door.arrival, pending);
}

async function use(client, tokens) {
  const mcp = new McpClient({ name: "grantkit example", version: "0.1.0" });
  await mcp.connect(new StreamableHTTPClientTransport(new URL(server), { fetch: (input, init) => client.fetch(tokens, input, init) }));
  const { tools } = await mcp.listTools();
  for (const { name, description } of tools) console.log(`${name}: ${description}`);
  await mcp.close();
}

/** Listens on this machine for one callback. */
async function openDoor() {
  let arrive;
  const arrival = new Promise((resolve) => { arrive = resolve; });
  const http = createServer((request, response) => {
    const url = new URL(request.url, `http://127.0.0.1:${http.address().port}`);
    if (url.pathname !== "/callback") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/plain", "referrer-policy": "no-referrer" }).end("You may close this page.");
    arrive(url);
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = () => { http.close(); http.closeAllConnections(); };
  return { redirectUri: `http://127.0.0.1:${http.address().port}/callback`, arrival, close };
}
