// `cargo xtask size`: node size.mjs <folder of the peers> <folder of a Rust login with grantkit> <… with oauth2> <module with names>…
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { entries, modules } from "./entries.mjs";
import { dissect } from "./functions.mjs";
import { bundle, table, weigh, whole } from "./weigh.mjs";

const [peers, withGrantkit, withOauth2, ...named] = process.argv.slice(2);

const OAUTH4WEBAPI =
  "discoveryRequest, processDiscoveryResponse, generateRandomCodeVerifier, generateRandomState, generateRandomNonce, calculatePKCECodeChallenge, None, validateAuthResponse, authorizationCodeGrantRequest, processAuthorizationCodeResponse, refreshTokenGrantRequest, processRefreshTokenResponse, getValidatedIdTokenClaims";
const PROVEN = `${OAUTH4WEBAPI}, DPoP, isDPoPNonceError, generateKeyPair, validateApplicationLevelSignature, jwksCache`;

// What a login by code and PKCE with a refresh takes of each, and everything that each has.
const PEERS = [
  ["oauth4webapi, a login", "oauth4webapi", `export { ${OAUTH4WEBAPI} } from "oauth4webapi"`],
  ["oauth4webapi, a login + DPoP + signatures", "oauth4webapi", `export { ${PROVEN} } from "oauth4webapi"`],
  ["oauth4webapi", "oauth4webapi"],
  ["openid-client, a login", "openid-client", 'export { discovery, Configuration, None, randomPKCECodeVerifier, calculatePKCECodeChallenge, randomState, randomNonce, buildAuthorizationUrl, authorizationCodeGrant, refreshTokenGrant } from "openid-client"'],
  ["openid-client", "openid-client"],
  ["oidc-client-ts, OidcClient", "oidc-client-ts", 'export { OidcClient, WebStorageStateStore, InMemoryWebStorage } from "oidc-client-ts"'],
  ["oidc-client-ts, UserManager", "oidc-client-ts", 'export { UserManager, WebStorageStateStore } from "oidc-client-ts"'],
  ["oidc-client-ts", "oidc-client-ts"],
  ["jose, jwtVerify + createRemoteJWKSet", "jose", 'export { jwtVerify, createRemoteJWKSet } from "jose"'],
  ["@badgateway/oauth2-client, a login", "@badgateway/oauth2-client", 'export { OAuth2Client, generateCodeVerifier } from "@badgateway/oauth2-client"'],
  ["arctic, a generic login", "arctic", 'export { OAuth2Client, CodeChallengeMethod, generateState, generateCodeVerifier, decodeIdToken } from "arctic"'],
  ["keycloak-js", "keycloak-js", 'export { default } from "keycloak-js"'],
  ["@axa-fr/oidc-client, a login", "@axa-fr/oidc-client", 'export { OidcClient, TokenRenewMode } from "@axa-fr/oidc-client"'],
  ["@okta/okta-auth-js, core", "@okta/okta-auth-js", 'export { default } from "@okta/okta-auth-js/core"'],
  ["@okta/okta-auth-js, OktaAuth", "@okta/okta-auth-js", 'export { OktaAuth } from "@okta/okta-auth-js"'],
  ["@auth0/auth0-spa-js, Auth0Client", "@auth0/auth0-spa-js", 'export { Auth0Client } from "@auth0/auth0-spa-js"'],
  ["@azure/msal-browser, PublicClientApplication", "@azure/msal-browser", 'export { PublicClientApplication } from "@azure/msal-browser"'],
  ["pkce-challenge", "pkce-challenge", 'export { default } from "pkce-challenge"'],
  ["oauth4webapi, a login + iron-session", "iron-session", `export { ${PROVEN} } from "oauth4webapi"; export { sealData, unsealData } from "iron-session"`],
];

const version = (name) => JSON.parse(readFileSync(join(peers, "node_modules", name, "package.json"), "utf8")).version;
const ours = await entries();
const others = await Promise.all(PEERS.map(async ([label, name, lines = whole(name)]) => [`${label} (${version(name)})`, await bundle(lines, peers)]));

console.log(`${table([...modules(), ...ours], "grantkit, everything that an entry exports")}\n`);

const bases = ["grantkit", "grantkit/core"].map((name) => ours.find(([other]) => other === name)[1]);
const ratios = (size) => (typeof size === "string" ? [] : bases.map((base) => `${(base.brotli / size.brotli).toFixed(2)}×`));
console.log(`${table(others.map(([name, size]) => [name, size, ...ratios(size)]), "peers, and grantkit and grantkit/core to them")}\n`);

const programs = [["grantkit", withGrantkit], ["oauth2 + reqwest", withOauth2]].map(([name, folder]) => [name, weigh(readFileSync(join(folder, "small.wasm")))]);
const against = programs[1][1].brotli;
console.log(`${table(programs.map(([name, size]) => [name, size, `${(size.brotli / against).toFixed(2)}×`]), "a login in Rust for pages, .wasm")}\n`);

for (const path of named) {
  const { sections, functions } = dissect(readFileSync(path));
  const code = functions.reduce((sum, one) => sum + one.bytes, 0);
  console.log(`${basename(dirname(path))}: ${functions.length} functions, ${code} bytes of code, ${sections.data ?? 0} of data; the largest:`);
  for (const { name, bytes } of functions.slice(0, 30)) console.log(`${String(bytes).padStart(8)}  ${name}`);
  console.log("");
}
