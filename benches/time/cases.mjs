/**
 * What is timed: for each case the same work by each library, on the same input, with `fetch` answered from memory. It names no runtime: every
 * runtime runs this file. The first peer of a case is the base of its ratios.
 */
import * as dpop from "dpop";
import * as grantkit from "grantkit";
import { sealData, unsealData } from "iron-session";
import { EncryptJWT, jwtDecrypt } from "jose";
import * as oauth from "oauth4webapi";
import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";
import * as openid from "openid-client";
import pkceChallenge from "pkce-challenge";

import { COOKIES } from "./cookies.mjs";
import { chosen } from "./measure.mjs";
import { PAGE } from "./page.mjs";
import { PASSWORD } from "./password.mjs";
import { PLACE, sessionOf, vaultOf } from "./sessions.mjs";
import byGrantkit from "./workers/grantkit.mjs";
import byIron from "./workers/iron.mjs";
import byJose from "./workers/jose.mjs";

const ISSUER = "https://op.example";
const CLIENT_ID = "app";
const REDIRECT_URI = "https://app.example/callback";
const SCOPE = "openid profile";
const REFRESH_TOKEN = "8xLOxBtZp8-3rJ2k";

const SERVER = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  userinfo_endpoint: `${ISSUER}/userinfo`,
  end_session_endpoint: `${ISSUER}/logout`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  code_challenge_methods_supported: ["S256"],
  id_token_signing_alg_values_supported: ["ES256"],
};

/** The cases: `{ name, title, peers: { name: operation } }`, ready to be called: those that were chosen, and in a page without those that are a server's. */
export async function cases({ only, page } = {}) {
  const all = [...(await ofClients()), ...(page ? [] : await ofServers())];
  return all.filter(({ name }) => chosen(name, only));
}

async function ofClients() {
  const world = await fixtures();
  return [pkce(), authorizationRequest(world), tokenRequest(world), tokenResponse(world), refresh(world, "plain"),
    refresh(world, "claims"), refresh(world, "signature"), await dpopRequest(world)];
}

async function ofServers() {
  return [...(await sealing()), await handled()];
}

/** One signing key, its public half as the server publishes it, and the answers of the server. */
async function fixtures() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const jwks = JSON.stringify({ keys: [{ kty, crv, x, y, kid: "k1", use: "sig", alg: "ES256" }] });
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER, sub: "248289761001", aud: CLIENT_ID, exp: now + 86_400, iat: now, auth_time: now,
    name: "Jane Doe", given_name: "Jane", family_name: "Doe", preferred_username: "j.doe", email: "janedoe@example.com", email_verified: true,
  };
  const idToken = await sign(privateKey, { alg: "ES256", kid: "k1", typ: "JWT" }, claims);
  const plain = { access_token: "SlAV32hkKG7zX2v1y8n4r5t6u7i8o9p0", token_type: "Bearer", expires_in: 3600, scope: SCOPE, refresh_token: "tGzv3JOkF0XG5Qx2" };
  const tokens = { plain: JSON.stringify(plain), claims: JSON.stringify({ ...plain, id_token: idToken }) };
  const answer = (body) => new Response(body, { status: 200, headers: { "content-type": "application/json" } });
  const fetchOf = (body) => async (url) => answer(String(url).endsWith("/jwks") ? jwks : body);
  return { tokens, answer, plain: fetchOf(tokens.plain), claims: fetchOf(tokens.claims), signature: fetchOf(tokens.claims), api: async () => new Response("{}") };
}

async function sign(key, header, claims) {
  const part = (value) => encode(new TextEncoder().encode(JSON.stringify(value)));
  const signed = `${part(header)}.${part(claims)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, new TextEncoder().encode(signed));
  return `${signed}.${encode(new Uint8Array(signature))}`;
}

function encode(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function pkce() {
  return {
    name: "pkce", title: "PKCE pair: code verifier and S256 challenge",
    peers: {
      oauth4webapi: async () => oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
      "pkce-challenge": async () => pkceChallenge(),
      grantkit: () => grantkit.pkcePair(),
    },
  };
}

function authorizationRequest() {
  const ours = new grantkit.Client(SERVER, { clientId: CLIENT_ID, redirectUri: REDIRECT_URI, scope: SCOPE });
  const configuration = new openid.Configuration(SERVER, CLIENT_ID, undefined, openid.None());
  const stateStore = new WebStorageStateStore({ store: new InMemoryWebStorage() });
  const oidc = new OidcClient({ authority: ISSUER, client_id: CLIENT_ID, redirect_uri: REDIRECT_URI, scope: SCOPE, metadata: SERVER, stateStore });
  return {
    name: "authorization", title: "Authorization request: verifier, challenge, state, nonce, URL",
    peers: {
      oauth4webapi: async () => {
        const url = new URL(SERVER.authorization_endpoint);
        const challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier());
        const parameters = {
          client_id: CLIENT_ID, redirect_uri: REDIRECT_URI, response_type: "code", scope: SCOPE, state: oauth.generateRandomState(),
          nonce: oauth.generateRandomNonce(), code_challenge: challenge, code_challenge_method: "S256",
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url.href;
      },
      "openid-client": async () => openid.buildAuthorizationUrl(configuration, {
        redirect_uri: REDIRECT_URI, scope: SCOPE, state: openid.randomState(), nonce: openid.randomNonce(),
        code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()), code_challenge_method: "S256",
      }).href,
      "oidc-client-ts": async () => {
        const request = await oidc.createSigninRequest({ nonce: oauth.generateRandomNonce() });
        await stateStore.remove(request.state.id);
        return request.url;
      },
      grantkit: async () => (await ours.authorize()).url,
    },
  };
}

const CALLBACK = { code: "SplxlOBeZQQYbYS6WxSbIA", code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" };

function tokenRequest({ answer }) {
  const sink = answer("{}");
  const parameters = oauth.validateAuthResponse({ issuer: ISSUER }, { client_id: CLIENT_ID }, new URLSearchParams({ code: CALLBACK.code }), oauth.expectNoState);
  const options = { [oauth.customFetch]: async () => sink };
  const client = { clientId: CLIENT_ID };
  const grant = { grant_type: "authorization_code", redirect_uri: REDIRECT_URI, ...CALLBACK };
  return {
    name: "token-request", title: "Token request, until fetch is called",
    peers: {
      oauth4webapi: () => oauth.authorizationCodeGrantRequest(SERVER, { client_id: CLIENT_ID }, oauth.None(), parameters, REDIRECT_URI, CALLBACK.code_verifier, options),
      grantkit: () => grantkit.buildTokenRequest(SERVER, client, grant),
    },
  };
}

function tokenResponse({ tokens, answer }) {
  return {
    name: "token-response", title: "Token response, from a Response",
    peers: {
      oauth4webapi: () => oauth.processRefreshTokenResponse(SERVER, { client_id: CLIENT_ID }, answer(tokens.plain)),
      grantkit: async () => {
        const response = answer(tokens.plain);
        return grantkit.parseTokenResponse({ status: response.status, headers: response.headers, body: await response.text() });
      },
    },
  };
}

const REFRESHES = {
  plain: "Refresh, whole exchange, no ID token",
  claims: "Refresh, whole exchange, ID token's claims returned",
  signature: "Refresh, whole exchange, ID token's signature verified (ES256, key cached)",
};

function refresh(world, kind) {
  const fetch = world[kind];
  const client = { client_id: CLIENT_ID };
  const verified = kind === "signature";
  const cache = {};
  const configuration = new openid.Configuration(SERVER, CLIENT_ID, undefined, openid.None());
  configuration[openid.customFetch] = fetch;
  if (verified) openid.enableNonRepudiationChecks(configuration);
  const ours = new grantkit.Client(SERVER, { clientId: CLIENT_ID, fetch, idTokenSignature: verified ? "required" : "tls" });
  return {
    name: `refresh-${kind}`, title: REFRESHES[kind],
    peers: {
      oauth4webapi: async () => {
        const response = await oauth.refreshTokenGrantRequest(SERVER, client, oauth.None(), REFRESH_TOKEN, { [oauth.customFetch]: fetch });
        const result = await oauth.processRefreshTokenResponse(SERVER, client, response);
        if (verified) await oauth.validateApplicationLevelSignature(SERVER, response, { [oauth.customFetch]: fetch, [oauth.jwksCache]: cache });
        return kind === "plain" ? result : oauth.getValidatedIdTokenClaims(result);
      },
      "openid-client": async () => {
        const result = await openid.refreshTokenGrant(configuration, REFRESH_TOKEN);
        return kind === "plain" ? result : result.claims();
      },
      grantkit: async () => {
        const result = await ours.refresh(REFRESH_TOKEN);
        return kind === "plain" ? result : result.claims;
      },
    },
  };
}

async function dpopRequest({ plain, api }) {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const url = "https://api.example/orders";
  const tokens = { ...JSON.parse(await (await plain("")).text()), token_type: "DPoP" };
  const ours = new grantkit.Client(SERVER, { clientId: CLIENT_ID, dpop: pair, api: "https://api.example", fetch: api });
  return {
    name: "dpop", title: "Request to an API with a DPoP proof (ES256)",
    peers: {
      dpop: async () => {
        const proof = await dpop.generateProof(pair, url, "GET", undefined, tokens.access_token);
        return api(url, { headers: { authorization: `DPoP ${tokens.access_token}`, dpop: proof } });
      },
      oauth4webapi: () => oauth.protectedResourceRequest(tokens.access_token, "GET", new URL(url), undefined, undefined, {
        DPoP: oauth.DPoP({ client_id: CLIENT_ID }, pair), [oauth.customFetch]: api,
      }),
      grantkit: () => ours.fetch(tokens, url),
    },
  };
}

/** A session of 2 KB into a cookie's text and back. All three encrypt and authenticate; ours is bound to the cookie's name and the origin besides. */
async function sealing() {
  const session = sessionOf(2_048);
  const vault = await vaultOf();
  const text = JSON.stringify(session);
  const key = await crypto.subtle.importKey("raw", crypto.getRandomValues(new Uint8Array(32)), "AES-GCM", false, ["encrypt", "decrypt"]);
  const seal = {
    "iron-session": () => sealData(session, { password: PASSWORD }),
    "jose, dir + A256GCM": () => new EncryptJWT(session).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(key),
    grantkit: () => vault.seal(PLACE, JSON.stringify(session)),
  };
  const sealed = {};
  for (const [name, operation] of Object.entries(seal)) sealed[name] = await operation();
  const open = {
    "iron-session": () => unsealData(sealed["iron-session"], { password: PASSWORD }),
    "jose, dir + A256GCM": async () => (await jwtDecrypt(sealed["jose, dir + A256GCM"], key)).payload,
    grantkit: async () => JSON.parse((await vault.open(PLACE, sealed.grantkit)).text),
  };
  for (const [name, operation] of Object.entries(open)) {
    if (JSON.stringify(await operation()) !== text) throw new Error(`${name} opens something else than it sealed`);
  }
  return [
    { name: "seal", title: "A session of 2 KB, sealed", peers: seal },
    { name: "open", title: "A session of 2 KB, opened", peers: open },
  ];
}

/** The workers of `edge.mjs` without a network: what a session costs, from the request to the response. They ask their API by the global `fetch`, which is ours meanwhile. */
async function handled() {
  const api = async () => new Response('{"orders":[]}', { headers: { "content-type": "application/json" } });
  const session = sessionOf(2_048);
  const peers = {};
  for (const [name, kind, { fetch: answer }] of [["oauth4webapi + iron-session", "iron", byIron], ["oauth4webapi + jose", "jose", byJose], ["grantkit", "grantkit", byGrantkit]]) {
    const headers = { ...PAGE, cookie: await COOKIES[kind](session) };
    peers[name] = async () => {
      const { fetch } = globalThis;
      globalThis.fetch = api;
      try {
        return await answer(new Request("https://app.example/api/orders", { headers }), {});
      } finally {
        globalThis.fetch = fetch;
      }
    };
    const { status } = await peers[name]();
    if (status !== 200) throw new Error(`${name} answers ${status} to its own session`);
  }
  return { name: "handled", title: "A request to an API through the edge, without a network, its session 2 KB", peers };
}
