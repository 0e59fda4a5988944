/** Everything that the suite speaks to, on loopback: a real authorization server, a stage for faults, and a page for the browser. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

import { SERVICE, SPA, startProvider } from "../../servers/oidc-provider.mjs";
import { freePort } from "../../servers/ports.mjs";
import { keys, laterKeys } from "./signer.mjs";
import { startStage } from "./stage.mjs";

/** Clients beside those of the demo: one with a secret in the form, and one whose identifier and secret must be encoded to survive HTTP Basic. */
const POST = { id: "poster", secret: "posted-secret-for-loopback-only" };
const ODD = { id: "an odd:client", secret: "p+ss%word/with:signs&more=odd ones" };

const confidential = ({ id, secret }, method) => ({
  client_id: id, client_secret: secret, token_endpoint_auth_method: method, grant_types: ["client_credentials"], response_types: [], redirect_uris: [],
});

/** Starts all of it. `facts` is what the suite is given, as plain data; `page` is the browser's server, whose handler the host sets. */
export async function startWorld() {
  const page = createServer((request, response) => page.handler?.(request, response));
  await new Promise((resolve, reject) => page.once("error", reject).listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${page.address().port}`;
  const redirectUri = `${origin}/callback`;
  const stage = await startStage();
  const provider = await startProvider({
    redirectUris: [redirectUri],
    clients: [confidential(POST, "client_secret_post"), confidential(ODD, "client_secret_basic")],
  });
  return {
    page,
    origin,
    facts: {
      issuer: provider.issuer, redirectUri, stage: stage.origin, nobody: `http://127.0.0.1:${await freePort()}`,
      clients: { spa: SPA, service: SERVICE, post: POST, odd: ODD },
      keys, laterKeys,
      quirks: JSON.parse(await readFile(new URL("../../vectors/quirks.json", import.meta.url), "utf8")),
      pkce: JSON.parse(await readFile(new URL("../../vectors/rfc7636.json", import.meta.url), "utf8")),
    },
    async close() {
      page.closeAllConnections();
      await Promise.all([new Promise((resolve) => page.close(resolve)), stage.close(), provider.close()]);
    },
  };
}
