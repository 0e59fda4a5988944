/** oidc-provider with what resource servers and clients need beside tokens switched on, and a user who logs in there without a browser. */
import { errors } from "oidc-provider";

import { startProvider } from "../../servers/oidc-provider.mjs";

export const REDIRECT_URI = "http://127.0.0.1:9/callback";
export const SECRET = "a-secret-for-loopback-only-0123456789";
export const RESOURCE = "https://rs.example/api";

const code = { redirect_uris: [REDIRECT_URI], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
const machine = { client_secret: SECRET, grant_types: ["client_credentials"], response_types: [], redirect_uris: [] };

/** Starts the server. `clients` come beside those that every test may use. */
export function start({ clients = [], features = {} } = {}) {
  return startProvider({
    redirectUris: [REDIRECT_URI],
    clients: [
      { client_id: "plain", token_endpoint_auth_method: "none", ...code },
      { client_id: "signed", token_endpoint_auth_method: "none", userinfo_signed_response_alg: "ES256", ...code },
      { client_id: "bound", token_endpoint_auth_method: "none", dpop_bound_access_tokens: true, ...code },
      { client_id: "machine", ...machine },
      { client_id: "asking", ...machine, introspection_signed_response_alg: "ES256" },
      ...clients,
    ],
    configuration: {
      fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }), // back-channel logout goes to this machine, which the default refuses
      enabledJWA: {
        idTokenSigningAlgValues: ["RS256", "ES256"], userinfoSigningAlgValues: ["RS256", "ES256"], introspectionSigningAlgValues: ["RS256", "ES256"],
      },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true },
        jwtIntrospection: { enabled: true },
        jwtUserinfo: { enabled: true },
        revocation: { enabled: true },
        registration: { enabled: true },
        backchannelLogout: { enabled: true },
        dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => undefined,
          getResourceServerInfo: (_, resource) => {
            if (resource !== RESOURCE) throw new errors.InvalidTarget();
            return { scope: "api", audience: RESOURCE, accessTokenFormat: "jwt", accessTokenTTL: 60 };
          },
        },
        ...features,
      },
    },
  });
}

/** Logs `user` in and gives the consent that is asked for: the callback that the browser would come back with. */
export async function walk(url, user = "ada") {
  const jar = new Map();
  const visit = async (to, body) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(to, { method: body ? "POST" : "GET", body, redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return response;
  };
  let response = await visit(url);
  for (let at = url, hop = 0; hop < 20; hop++) {
    const location = response.headers.get("location");
    if (location) {
      at = new URL(location, at).href;
      if (at.startsWith(REDIRECT_URI)) return at;
      response = await visit(at);
      continue;
    }
    const page = await response.text();
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
    if (!action) throw new Error(`no form: ${response.status} ${page}`);
    at = new URL(action, at).href;
    response = await visit(at, new URLSearchParams({ login: user, answer: "allow" }));
  }
  throw new Error("the login does not end");
}

/** Logs in with this client. */
export async function logIn(client, parameters) {
  const { url, pending } = await client.authorize(parameters);
  return client.callback(await walk(url), pending);
}

/** Whether an error is of this code. */
export const coded = (code) => (error) => error.code === code || new Error(`${error.code ?? error}: ${JSON.stringify(error)}`);
