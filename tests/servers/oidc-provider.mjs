/**
 * A real authorization server on loopback: oidc-provider, OpenID-certified, configured as a careful operator would.
 *
 * PKCE is required, refresh tokens rotate, a reused code or refresh token revokes the whole grant, callbacks carry `iss`
 * (RFC 9207), and browsers may call the token endpoint only from the origins of the client's redirect URIs. Any user name
 * is welcome and no password is asked: this server is for demonstrations and tests.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { keyPair } from "./keys.mjs";
import { consentPage, errorPage, loginPage, logoutPage, signedOutPage } from "./pages.mjs";

const { default: Provider } = await quietly(() => import("oidc-provider"));

/** The public client of the demo: a page, which can keep no secret. */
export const SPA = "spa";
/** A confidential client for the client credentials grant. */
export const SERVICE = { id: "service", secret: "service-secret-for-loopback-only" };

/** Lifetimes in seconds: short enough to be seen running out. */
const TTL = {
  AccessToken: 120, AuthorizationCode: 60, ClientCredentials: 120, Grant: 86_400, IdToken: 600,
  Interaction: 1_800, RefreshToken: 3_600, Session: 86_400,
};

/**
 * Starts the server; `port` 0 takes a free one.
 *
 * An issuer is one exact URL, but a page may be opened as 127.0.0.1, as localhost or by the address of this machine. So
 * there is one issuer for each host name that is asked for, made when it is first needed; `redirectUris` and
 * `postLogoutRedirectUris` may be functions of that name. `clients` and `configuration` go to oidc-provider as they are;
 * `features` are switched on (or off) beside those that are on anyway.
 */
export async function startProvider({
  port = 0, host = "127.0.0.1", bind = host, redirectUris, postLogoutRedirectUris = [], ttl = {}, idTokenAlg = "RS256", clients = [], configuration = {}, features = {},
}) {
  const secrets = { jwks: signingKeys(), cookieKeys: [randomBytes(32).toString("base64url")], ttl: { ...TTL, ...ttl } };
  const providers = new Map();
  const server = createServer((request, response) => {
    const name = hostname(request.headers.host);
    if (!isOurs(name)) return response.writeHead(421, { "content-type": "text/plain" }).end("This server does not answer to that name.\n");
    at(name).callback()(request, response);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, bind, resolve));
  const listening = server.address().port;

  const issuerAt = (name) => `http://${name}:${listening}`;
  const at = (name) => {
    if (!providers.has(name)) {
      const spa = { redirectUris: list(redirectUris, name), postLogoutRedirectUris: list(postLogoutRedirectUris, name), idTokenAlg };
      providers.set(name, quietly(() => provider(issuerAt(name), secrets, spa, clients, configuration, features)));
    }
    return providers.get(name);
  };

  return {
    issuer: issuerAt(host),
    issuerAt,
    port: listening,
    provider: at(host),
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

/** Names by which a machine is reached without the public DNS: a page elsewhere cannot rebind its own name to us. */
export function isOurs(name) {
  return name === "localhost" || /\.(localhost|test|local)$/.test(name) || /^[\d.]+$/.test(name) || name.startsWith("[");
}

/** The name in a `Host` header, without the port. */
export function hostname(header = "") {
  return header.replace(/:\d+$/, "").toLowerCase();
}

function provider(issuer, { jwks, cookieKeys, ttl }, spa, clients, configuration, features) {
  const origins = new Set([...spa.redirectUris, ...spa.postLogoutRedirectUris].map((uri) => new URL(uri).origin));
  const made = new Provider(issuer, {
    clients: [
      {
        client_id: SPA, client_name: "the grantkit demo", token_endpoint_auth_method: "none", id_token_signed_response_alg: spa.idTokenAlg,
        grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
        redirect_uris: spa.redirectUris, post_logout_redirect_uris: spa.postLogoutRedirectUris,
      },
      { client_id: SERVICE.id, client_secret: SERVICE.secret, grant_types: ["client_credentials"], response_types: [], redirect_uris: [] },
      ...clients,
    ],
    jwks,
    cookies: { keys: cookieKeys },
    ttl,
    scopes: ["openid", "offline_access", "profile", "email", "api"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false, // name and email stand in the ID token, so a login needs no second request
    findAccount: (_, id) => ({ accountId: id, claims: () => account(id) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    clientBasedCORS: (_, origin) => origins.has(origin),
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = logoutPage(form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = signedOutPage(); },
      },
      ...features,
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => { ctx.type = "html"; ctx.body = errorPage(out); },
    ...configuration,
  });
  made.use(interaction(made));
  return made;
}

/** `/interaction/…`: shows the page for what is asked, login or consent, and passes the answer on. */
function interaction(provider) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith("/interaction/")) return next();
    const { prompt, params, session, grantId, uid } = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method !== "POST") {
      ctx.type = "html";
      ctx.set({ "cache-control": "no-store", "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'" });
      ctx.body = prompt.name === "login"
        ? loginPage(`/interaction/${uid}`, params)
        : consentPage(`/interaction/${uid}`, session.accountId, prompt.details.missingOIDCScope ?? params.scope.split(" "));
      return;
    }
    const form = await body(ctx.req);
    const finish = (result, mergeWithLastSubmission) => provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission });
    ctx.respond = false;
    if (form.get("answer") === "deny") return finish({ error: "access_denied", error_description: "The user pressed Deny" }, false);
    if (prompt.name === "login") return finish({ login: { accountId: form.get("login") || "ada" } }, false);
    const grant = (grantId && await provider.Grant.find(grantId)) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(" "));
    grant.addOIDCClaims(prompt.details.missingOIDCClaims ?? []);
    for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(" "));
    for (const detail of prompt.details.rar ?? []) grant.addRar(detail);
    return finish({ consent: { grantId: await grant.save() } }, true);
  };
}

function account(id) {
  const name = id.replace(/[._-]+/g, " ").replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());
  return { sub: id, name, email: `${id.replace(/[^\w.-]+/g, ".")}@example.test`, email_verified: true };
}

function signingKeys() {
  const rsa = keyPair("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const ec = keyPair("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  return { keys: [{ ...rsa, use: "sig", alg: "RS256" }, { ...ec, use: "sig", alg: "ES256" }] };
}

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

function list(uris, name) {
  return typeof uris === "function" ? uris(name) : uris;
}

/** Without the notices for operators: memory as storage and the age of Node are what is wanted here. */
function quietly(make) {
  const { warn, info } = console;
  const loud = () => Object.assign(console, { warn, info });
  console.warn = console.info = () => {};
  let made;
  try {
    made = make();
  } finally {
    if (!(made instanceof Promise)) loud();
  }
  return made instanceof Promise ? made.finally(loud) : made;
}
