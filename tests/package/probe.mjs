/**
 * What an application does with grantkit, in the least: the PKCE vector of RFC 7636, and a token exchange with a stub.
 * The text of this file is installed beside each application, so it names no runtime; it takes the package's exports as they were imported.
 */

const SERVER = { issuer: "https://op.example", token_endpoint: "https://op.example/token" };
const ANSWER = { access_token: "a", token_type: "Bearer", expires_in: 3600, scope: "api" };

/** With the network: a whole client, whose `fetch` is the stub. */
export async function probeClient({ Client, GrantError, codeChallenge, randomCodeVerifier, secretBasic }) {
  const sent = [];
  const fetch = async (url, { method, body, headers }) => {
    sent.push(`${method} ${url} ${body} ${headers.authorization}`);
    return new Response(JSON.stringify(ANSWER), { headers: { "content-type": "application/json" } });
  };
  const client = new Client(SERVER, { clientId: "app", clientAuth: secretBasic("s"), fetch });
  const { access_token, scope, checks } = await client.clientCredentials({ scope: "api" });
  const refusal = await client.authorize().catch((error) => error);
  return { challenge: vector(codeChallenge), verifier: randomCodeVerifier().length, sent, tokens: [access_token, scope, checks], refusal: refusal instanceof GrantError && refusal.code };
}

/** Without it: the request and the answer are carried by hand. */
export function probeCore({ buildTokenRequest, codeChallenge, parseTokenResponse, randomState, secretBasic }) {
  const { method, url, body, headers } = buildTokenRequest(SERVER, { clientId: "app", clientAuth: secretBasic("s") }, { grant_type: "client_credentials", scope: "api" });
  const { access_token, scope, deviations } = parseTokenResponse({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(ANSWER) });
  return { challenge: vector(codeChallenge), state: randomState().length, sent: [`${method} ${url} ${body} ${headers.authorization}`], tokens: [access_token, scope, deviations] };
}

/** An API's side: a request without a token, and one with what is none; no keys are asked for before. */
export async function probeResourceServer({ GrantError, ResourceServer }) {
  const asked = [];
  const fetch = async (url) => {
    asked.push(url);
    return new Response('{"keys":[]}', { headers: { "content-type": "application/json" } });
  };
  const api = new ResourceServer({ ...SERVER, jwks_uri: "https://op.example/jwks" }, { fetch });
  const code = async (headers) => {
    const refusal = await api.validateAccessToken({ method: "GET", url: "https://api.example/", headers }, { audience: "https://api.example" }).catch((error) => error);
    return refusal instanceof GrantError && refusal.code;
  };
  return { refusals: [await code({}), await code({ authorization: "Bearer a.b.c" })], asked, issuer: api.server.issuer };
}

/** What each must come to. */
const sent = ["POST https://op.example/token grant_type=client_credentials&scope=api Basic YXBwOnM="];
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
export const CLIENT = { challenge, verifier: 43, sent, tokens: ["a", "api", []], refusal: "unsupported_by_server" };
export const RESOURCE_SERVER = { refusals: ["missing_access_token", "malformed_jwt"], asked: [], issuer: "https://op.example" };
export const CORE = { challenge, state: 43, sent, tokens: ["a", "api", []] };

function vector(codeChallenge) {
  return codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}
