/**
 * A scripted authorization server: honest, but for the one fault of `table.mjs` that a scene or a grant is given. It writes down what it was sent and what it
 * spent, and judges by that: a code or refresh token that comes again after it was spent ends its session (RFC 9700 §4.14.2), and is counted.
 *
 * `POST /-/open` with `{ fault }` opens a scene, a server of its own at `/<id>`, with one grant; `POST /-/visit` with `{ url }` is a person who logs in, and
 * gives the callback; `POST /-/mend/<id>` ends the fault; `GET /-/books/<id>` is what was written down. Every origin may read all of it.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { keys, laterKeys, sign } from "../runtimes/servers/signer.mjs";
import { play } from "../servers/play.mjs";
import { ROWS } from "./table.mjs";

export const CLIENT = { id: "app", secret: "faults-secret-for-loopback-only" };

/** Seconds that an access token lives. */
const LIFE = 300;

/** The requests of the token endpoint that a row's `grants` name. */
const GRANTS = {
  refresh: "refresh_token", code: "authorization_code", credentials: "client_credentials", device: "urn:ietf:params:oauth:grant-type:device_code",
  ciba: "urn:openid:params:grant-type:ciba",
};

/** The parameter that brings a grant. */
const sentBy = (form) => form.get("code") ?? form.get("refresh_token") ?? form.get("device_code") ?? form.get("auth_req_id");

const id = () => randomBytes(9).toString("hex");
const seconds = () => Math.floor(Date.now() / 1000);

/** Starts it. */
export async function startFaults() {
  const scenes = new Map();
  const server = createServer((request, response) => {
    response.on("error", () => {});
    answer(scenes, server, request, response).catch((error) => response.headersSent ? response.destroy() : play(response, { status: 500, body: String(error.stack) }));
  });
  server.on("clientError", (_, socket) => socket.destroy());
  // A busy runtime comes back after seconds: a connection that ended meanwhile would be a fault that nobody asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  server.origin = origin;
  return {
    origin,
    open: (options) => open(scenes, origin, options),
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

async function answer(scenes, server, request, response) {
  if (request.method === "OPTIONS") return play(response, { status: 204 });
  const url = new URL(request.url, server.origin);
  const [, first, second, third] = url.pathname.split("/");
  if (first === "-") return play(response, { json: await control(scenes, server.origin, second, third, await body(request)) });
  const wellKnown = first === ".well-known";
  const scene = scenes.get(wellKnown ? third : first);
  if (!scene) return play(response, { status: 404, body: "There is no such scene.\n" });
  const path = wellKnown ? `/.well-known/${second}` : url.pathname.slice(first.length + 1);
  if (path === "/authorize") return play(response, { status: 302, headers: { location: authorize(scene, url.searchParams) } });
  await endpoint(scene, path, request, response);
}

async function control(scenes, origin, what, name, sent) {
  const told = sent === "" ? {} : JSON.parse(sent);
  switch (what) {
    case "open": return open(scenes, origin, told).facts;
    case "visit": {
      const { pathname, searchParams } = new URL(told.url);
      return { callback: authorize(scenes.get(pathname.split("/")[1]), searchParams) };
    }
    case "mend": return mend(scenes.get(name));
    case "books": return scenes.get(name).books();
    default: throw new Error(`there is no ${what}`);
  }
}

/** A scene, and its first grant, which has a refresh token. `on`: the kind of grant that meets the fault; `life`: seconds that access tokens live. */
function open(scenes, origin, { fault, on, life = LIFE } = {}) {
  const name = id();
  const issuer = `${origin}/${name}`;
  const metadata = {
    issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`, userinfo_endpoint: `${issuer}/userinfo`,
    revocation_endpoint: `${issuer}/revoke`, introspection_endpoint: `${issuer}/introspect`, pushed_authorization_request_endpoint: `${issuer}/par`,
    device_authorization_endpoint: `${issuer}/device`, backchannel_authentication_endpoint: `${issuer}/backchannel`, backchannel_token_delivery_modes_supported: ["poll"],
    authorization_response_iss_parameter_supported: true, id_token_signing_alg_values_supported: ["ES256"],
  };
  const scene = { issuer, metadata, life, fault: row(fault), on, grants: [], requests: [], taken: 0, rotated: false };
  const { refresh } = begin(scene, { refresh: `rt-${id()}`, sub: "ada" });
  scene.facts = { id: name, metadata, refreshToken: refresh };
  scene.books = () => ({
    requests: scene.requests, taken: scene.taken,
    grants: scene.grants.map(({ code, refresh, alive, spent, again, sub }) => ({ code, refresh, alive, spent: [...spent], again, sub })),
  });
  scenes.set(name, scene);
  return scene;
}

const row = (fault) => ROWS.find((one) => one.id === fault);

function begin(scene, facts) {
  const grant = { id: id(), fault: scene.fault, on: scene.on, alive: true, refreshes: [], again: 0, spent: new Set(), ...facts };
  scene.grants.push(grant);
  return grant;
}

function mend(scene) {
  for (const one of [scene, ...scene.grants]) one.fault = undefined;
  return {};
}

/** Somebody logs in, at once. `fault` in the address is what the refreshes of this login meet, and names the user. */
function authorize(scene, asked) {
  const own = asked.get("fault");
  const grant = begin(scene, {
    code: `code-${id()}`, nonce: asked.get("nonce") ?? undefined, challenge: asked.get("code_challenge"), sub: own ?? "ada", ...(own && { fault: row(own), on: "refresh" }),
  });
  // The code of somebody else's login: the same server, another verifier.
  const code = scene.fault?.foreign ? begin(scene, { code: `code-${id()}`, challenge: "of-another-login", sub: "eve" }).code : grant.code;
  const callback = new URL(asked.get("redirect_uri"));
  for (const [name, value] of Object.entries({ code, state: asked.get("state"), iss: scene.issuer, ...scene.fault?.callback })) callback.searchParams.set(name, value);
  return callback.href;
}

async function endpoint(scene, path, request, response) {
  const form = new URLSearchParams(await body(request));
  const type = form.get("grant_type") ?? undefined;
  const grant = scene.grants.find((one) => holds(one, form));
  scene.requests.push({ path, grant_type: type, at: Date.now() });
  if (grant && type === GRANTS.refresh) grant.refreshes.push(Date.now());
  const fault = faultFor(scene, path, type, grant);
  const honest = fault && !fault.takes && path === "/token" ? { json: tokens(scene, grant, grant?.refresh) } : honestly(scene, path, form, grant);
  const told = fault ? fault.answer(honest, { grant, elsewhere: `${scene.issuer}/elsewhere`, idToken: (claims, how) => idToken(scene, grant, claims, how) }) : honest;
  if (fault?.rotates) scene.rotated = true;
  if (fault?.ends) grant.alive = false;
  if (fault?.polls) grant.fault = undefined; // once
  scene.taken = (await play(response, told)) || scene.taken;
}

/** The fault that this request meets: at the token endpoint that of its grant, for one kind of request. */
function faultFor(scene, path, type, grant) {
  const { fault, on } = path === "/token" && grant ? grant : scene;
  const found = fault?.at === path && fault.answer ? fault : undefined;
  return path !== "/token" || GRANTS[on] === type ? found : undefined;
}

const holds = (grant, form) => {
  const sent = sentBy(form);
  return sent !== null && (sent === grant.code || sent === grant.refresh || grant.spent.has(sent));
};

/** What a server answers to which nothing happens. */
function honestly(scene, path, form, grant) {
  switch (path) {
    case "/token": return redeem(scene, form, grant);
    case "/keys": return { json: scene.rotated ? laterKeys : keys };
    case "/.well-known/openid-configuration": return { json: scene.metadata };
    case "/userinfo": return { json: { sub: "ada", name: "Ada Lovelace" } };
    case "/device": return deviceAuthorization(scene);
    case "/backchannel": return backchannelAuthentication(scene);
    case "/revoke": return { status: 200 };
    default: return { status: 404, body: "Nothing here.\n" };
  }
}

/** RFC 8628 §3.2. The user says yes at once. */
function deviceAuthorization(scene) {
  const { code } = begin(scene, { code: `device-${id()}`, sub: "ada" });
  return { json: { device_code: code, user_code: "WDJB-MJHT", verification_uri: `${scene.issuer}/activate`, expires_in: 600, interval: 1 } };
}

/** CIBA §7.3. The user says yes at once. */
function backchannelAuthentication(scene) {
  const { code } = begin(scene, { code: `request-${id()}`, sub: "ada" });
  return { json: { auth_req_id: code, expires_in: 600, interval: 1 } };
}

/** RFC 6749 §4.1.3 and §6 with rotation, RFC 7636 §4.6. */
function redeem(scene, form, grant) {
  const type = form.get("grant_type");
  if (type === "client_credentials") return { json: { access_token: `at-${id()}`, token_type: "Bearer", expires_in: scene.life } };
  const sent = sentBy(form);
  const verified = form.get("code") === null || createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url") === grant?.challenge;
  if (grant?.spent.has(sent)) {
    grant.again++;
    grant.alive = false;
  }
  if (!grant?.alive || !verified) return { status: 400, json: { error: "invalid_grant" } };
  grant.spent.add(sent);
  grant.refresh = `rt-${id()}`;
  return { json: tokens(scene, grant, grant.refresh, type === GRANTS.code || type === GRANTS.ciba) };
}

function tokens(scene, grant, refresh, login) {
  const access = grant ? `at-of-${grant.id}` : `at-${id()}`;
  const json = { access_token: access, token_type: "Bearer", expires_in: scene.life, scope: "openid", ...(refresh && { refresh_token: refresh }) };
  return login ? { ...json, id_token: idToken(scene, grant) } : json;
}

/** Signed with the key that a server has, or takes into use. */
function idToken(scene, grant, claims, { kid, accessToken = `at-of-${grant.id}` } = {}) {
  const good = { iss: scene.issuer, sub: grant.sub, aud: CLIENT.id, iat: seconds(), exp: seconds() + LIFE, ...(grant.nonce && { nonce: grant.nonce }) };
  return sign({ alg: "ES256", kid, accessToken, claims: { ...good, ...claims } });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
