/**
 * oidc-provider with everything switched on that hardens a client or grants it something, and a browser that needs no screen:
 * it follows redirects, keeps cookies, and answers the server's forms.
 */
import { webcrypto } from "node:crypto";

import { keyPair } from "../../servers/keys.mjs";
import { startProvider } from "../../servers/oidc-provider.mjs";

export const REDIRECT_URI = "https://app.example/callback";
export const PING_URI = "https://app.example/ping";
export const SECRET = "a-secret-of-thirty-two-characters-and-more";

const GRANTS = {
  exchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  jwt: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  saml: "urn:ietf:params:oauth:grant-type:saml2-bearer",
};

/** A key pair: the private half as a CryptoKey that cannot be taken out, the public half as a JWK. */
async function signingKey(kid) {
  const { publicKey, privateKey } = keyPair("ec", { namedCurve: "P-256" });
  const bytes = privateKey.export({ format: "der", type: "pkcs8" });
  const key = await webcrypto.subtle.importKey("pkcs8", bytes, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return { key, kid, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" } };
}

/** Starts the server, with one client for each way of being one. `seen` holds what it sent to the clients. */
export async function startHost() {
  const signer = await signingKey("k1");
  const web = (id, metadata) => ({
    client_id: id, redirect_uris: [REDIRECT_URI], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], ...metadata,
  });
  const jwks = { keys: [signer.jwk] };
  const signing = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256", jwks };
  const ciba = "urn:openid:params:grant-type:ciba";
  const clients = [
    web("public", { authorization_details_types: ["payment"], token_endpoint_auth_method: "none" }),
    web("device", {
      token_endpoint_auth_method: "none", response_types: [], redirect_uris: [], application_type: "native",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    }),
    web("poll", { client_secret: SECRET, response_types: [], redirect_uris: [], grant_types: [ciba], backchannel_token_delivery_mode: "poll" }),
    web("ping", {
      client_secret: SECRET, response_types: [], redirect_uris: [], grant_types: [ciba], backchannel_token_delivery_mode: "ping",
      backchannel_client_notification_endpoint: PING_URI,
    }),
    web("backend", { client_secret: SECRET, response_types: [], redirect_uris: [], grant_types: Object.values(GRANTS) }),
    web("par", { token_endpoint_auth_method: "none", require_pushed_authorization_requests: true }),
    web("jar", { ...signing, request_object_signing_alg: "ES256", require_signed_request_object: true }),
    web("jarm", { token_endpoint_auth_method: "none", authorization_signed_response_alg: "ES256" }),
    web("dpop", { token_endpoint_auth_method: "none", dpop_bound_access_tokens: true }),
    web("secret-jwt", { client_secret: SECRET, token_endpoint_auth_method: "client_secret_jwt", grant_types: ["client_credentials"], response_types: [], redirect_uris: [] }),
    web("key-jwt", { ...signing, grant_types: ["client_credentials"], response_types: [], redirect_uris: [] }),
    web("fapi", { ...signing, dpop_bound_access_tokens: true, require_pushed_authorization_requests: true, id_token_signed_response_alg: "ES256" }),
  ];
  const seen = { pings: [], decisions: [] };
  const features = {
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (ctx, form) => { ctx.body = form; },
      userCodeConfirmSource: (ctx, form) => { ctx.body = form; },
      successSource: (ctx) => { ctx.body = "Back to the device"; },
    },
    ciba: {
      enabled: true, deliveryModes: ["poll", "ping"],
      processLoginHint: async (_, hint) => (hint === "nobody" ? undefined : hint),
      verifyUserCode() {}, validateRequestContext() {}, validateBindingMessage() {},
      triggerAuthenticationDevice: async (ctx, request, account, client) => { seen.decisions.push({ ctx, request, account, client }); },
    },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true },
    jwtResponseModes: { enabled: true },
    claimsParameter: { enabled: true },
    resourceIndicators: {
      enabled: true, defaultResource: () => undefined, useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "api", accessTokenFormat: "opaque" }),
    },
    richAuthorizationRequests: {
      enabled: true,
      types: { payment: { validate() {} } },
      authorizationDetailsForGrantSource: (ctx) => JSON.parse(ctx.oidc.params.authorization_details),
      authorizationDetailsForAccessToken: (ctx, token, source) => source.rar,
      authorizationDetailsForIntrospection: (_, token) => token.rar,
    },
    dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => true },
    fapi: { enabled: true, profile: (_, client) => (client?.clientId === "fapi" ? "2.0" : undefined) },
  };
  const notified = async (url, init) => {
    seen.pings.push(new Request(url, init));
    return new Response(null, { status: 204 });
  };
  const ttl = { DeviceCode: 600, BackchannelAuthenticationRequest: 600 };
  const server = await startProvider({ redirectUris: [REDIRECT_URI], ttl, clients, features, configuration: { fetch: notified } });
  const provider = await server.provider;

  // Grants that oidc-provider has not of its own: it authenticates the client, and these say what they were given.
  const echo = (answer) => async (ctx) => { ctx.body = { access_token: JSON.stringify(ctx.oidc.params), token_type: "Bearer", expires_in: 60, ...answer(ctx.oidc.params) }; };
  const exchange = ({ requested_token_type: asked }) => (
    asked?.endsWith(":jwt") ? { issued_token_type: asked, token_type: "N_A" } : { issued_token_type: "urn:ietf:params:oauth:token-type:access_token" }
  );
  provider.registerGrantType(GRANTS.exchange, echo(exchange), ["subject_token", "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "audience", "scope"], ["audience"]);
  provider.registerGrantType(GRANTS.jwt, echo(() => ({})), ["assertion", "scope"]);
  provider.registerGrantType(GRANTS.saml, echo(() => ({})), ["assertion", "scope"]);

  /** What a user answers who was asked by CIBA. */
  async function decide(error) {
    const { request, account, client } = seen.decisions.shift();
    if (error) return provider.backchannelResult(request, error);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return provider.backchannelResult(request, grant, { acr: "x" });
  }

  return { issuer: server.issuer, close: server.close, provider, signer, seen, decide };
}

/** A browser: goes where it is sent, answers forms with `answers`, and stops at the client's door, or where nothing is left to answer. */
export function browser(answers = {}) {
  const cookies = new Map();
  const fields = { login: "ada", answer: "allow", ...answers };
  return async function visit(url) {
    const answered = new Set();
    let init = {};
    for (let step = 0; step < 20; step++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, { ...init, redirect: "manual", headers: { ...init.headers, cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (value) cookies.set(name, value); else cookies.delete(name);
      }
      init = {};
      const location = response.headers.get("location");
      const page = await response.text();
      if (location) {
        url = new URL(location, url).href;
        if (url.startsWith("https://app.example/")) return { url };
        continue;
      }
      const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page);
      if (!form || !response.ok) return { url, status: response.status, page };
      const body = new URLSearchParams();
      for (const [input] of form[2].matchAll(/<(?:input|button)\b[^>]*>/g)) {
        const name = /name="([^"]*)"/.exec(input)?.[1];
        if (name && !body.has(name)) body.set(name, fields[name] ?? /value="([^"]*)"/.exec(input)?.[1] ?? "");
      }
      url = new URL(form[1], url).href;
      if (url.startsWith("https://app.example/")) return { url, body };
      const asked = `${url} ${[...body.keys()]}`;
      if (answered.has(asked)) return { url, status: response.status, page }; // it asks again: it is done with us
      answered.add(asked);
      init = { method: "POST", body };
    }
    throw new Error(`the browser is still at ${url}`);
  };
}
