/**
 * What some providers do in their own way, as plain data: one export each, so that a bundler keeps what is used.
 *
 * Hand one over as `provider`: `new Client(github.server, { provider: github, … })`.
 * Providers that publish their metadata have an `issuer` to discover instead: `Client.discover(google.issuer, { provider: google, … })`.
 * What is documented of each server is in `tests/vectors/providers.json`, with the answer that its documentation shows.
 * @module grantkit/providers
 */

import type { ProviderPreset, ServerMetadata } from "./types.js";

/** A provider that publishes its metadata. */
export type Discoverable = ProviderPreset & { readonly issuer: string };

/** A provider whose metadata is written here. */
export type Described = ProviderPreset & { readonly server: ServerMetadata };

const described = (issuer: string, authorization_endpoint: string, token_endpoint: string): { server: ServerMetadata } => ({
  server: { issuer, authorization_endpoint, token_endpoint },
});

/** Apple: the secret is a JWT that you mint (ES256, at most six months), and scopes need `response_mode=form_post`. */
export const apple: Discoverable = {
  name: "Apple",
  issuer: "https://appleid.apple.com",
  clientAuthMethods: ["client_secret_post"],
  authorizationParameters: { response_mode: "form_post" },
};

/** Auth0. @param domain such as `tenant.eu.auth0.com` */
export const auth0 = (domain: string): Discoverable => ({
  name: "Auth0",
  issuer: `https://${domain}/`,
  clientAuthMethods: ["none", "client_secret_post", "client_secret_basic", "private_key_jwt"],
});

/** Azure AD B2C: its documents name an issuer with the tenant's identifier. @param tenantId the GUID */
export const azureB2c = (tenant: string, tenantId: string, policy: string): Discoverable => ({
  name: "Azure AD B2C",
  issuer: `https://${tenant}.b2clogin.com/${tenant}.onmicrosoft.com/${policy}/v2.0`,
  issuers: [`https://${tenant}.b2clogin.com/${tenantId}/v2.0/`],
  clientAuthMethods: ["none", "client_secret_post"],
});

/** Amazon Cognito. */
export const cognito = (region: string, userPoolId: string): Discoverable => ({
  name: "Amazon Cognito",
  issuer: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
  clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
});

/** Discord: scopes by spaces, PKCE for public clients. */
export const discord: Described = {
  name: "Discord",
  ...described("https://discord.com", "https://discord.com/oauth2/authorize", "https://discord.com/api/oauth2/token"),
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
};

/** Dropbox: a refresh token comes with `token_access_type=offline`; a refresh brings no new one. */
export const dropbox: Described = {
  name: "Dropbox",
  ...described("https://www.dropbox.com", "https://www.dropbox.com/oauth2/authorize", "https://api.dropboxapi.com/oauth2/token"),
  clientAuthMethods: ["none", "client_secret_post", "client_secret_basic"],
  authorizationParameters: { token_access_type: "offline" },
};

/** Microsoft Entra ID. @param tenant a GUID or domain, or `common`, `organizations`, `consumers` */
export const entra = (tenant = "common"): Discoverable => ({
  name: "Microsoft Entra ID",
  issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
  issuers: ["https://login.microsoftonline.com/{tenantid}/v2.0"],
  assertionAudience: "token_endpoint",
  clientAuthMethods: ["none", "client_secret_post", "client_secret_basic", "private_key_jwt"],
});

/** Facebook: its errors have a shape of their own. */
export const facebook: Described = {
  name: "Facebook",
  ...described("https://www.facebook.com", "https://www.facebook.com/dialog/oauth", "https://graph.facebook.com/oauth/access_token"),
  scopeSeparator: ",",
  clientAuthMethods: ["client_secret_post"],
};

/** Figma: a refresh brings no new refresh token. */
export const figma: Described = {
  name: "Figma",
  ...described("https://www.figma.com", "https://www.figma.com/oauth", "https://api.figma.com/v1/oauth/token"),
  clientAuthMethods: ["client_secret_basic"],
};

/** GitHub: errors come with status 200, scopes with commas. */
export const github: Described = {
  name: "GitHub",
  ...described(
    "https://github.com/login/oauth",
    "https://github.com/login/oauth/authorize",
    "https://github.com/login/oauth/access_token",
  ),
  clientAuthMethods: ["client_secret_post"],
};

/** Google: a refresh token comes on the first consent, with `access_type=offline`; web and desktop clients need their secret despite PKCE. */
export const google: Discoverable = {
  name: "Google",
  issuer: "https://accounts.google.com",
  issuers: ["accounts.google.com"],
  clientAuthMethods: ["client_secret_post", "client_secret_basic"],
  authorizationParameters: { access_type: "offline" },
};

/** HubSpot. */
export const hubspot: Described = {
  name: "HubSpot",
  ...described("https://app.hubspot.com", "https://app.hubspot.com/oauth/authorize", "https://api.hubapi.com/oauth/v1/token"),
  clientAuthMethods: ["client_secret_post"],
};

/** Kakao. */
export const kakao: Discoverable = {
  name: "Kakao",
  issuer: "https://kauth.kakao.com",
  clientAuthMethods: ["client_secret_post"],
};

/** LINE: ID tokens of web clients are signed with HS256: set `idTokenSignedResponseAlg: "HS256"`. */
export const line: Discoverable = {
  name: "LINE",
  issuer: "https://access.line.me",
  clientAuthMethods: ["client_secret_post"],
};

/** LinkedIn: no HTTP Basic, no `token_type`. */
export const linkedin: Described = {
  name: "LinkedIn",
  ...described(
    "https://www.linkedin.com/oauth",
    "https://www.linkedin.com/oauth/v2/authorization",
    "https://www.linkedin.com/oauth/v2/accessToken",
  ),
  clientAuthMethods: ["client_secret_post"],
};

/** MyAnimeList knows the `plain` method of PKCE alone: it needs `dangerouslyPlainPkce: true`. */
export const myanimelist: Described = {
  name: "MyAnimeList",
  ...described("https://myanimelist.net", "https://myanimelist.net/v1/oauth2/authorize", "https://myanimelist.net/v1/oauth2/token"),
  clientAuthMethods: ["none", "client_secret_post", "client_secret_basic"],
};

/** Naver: `expires_in` is text. */
export const naver: Described = {
  name: "Naver",
  ...described("https://nid.naver.com", "https://nid.naver.com/oauth2.0/authorize", "https://nid.naver.com/oauth2.0/token"),
  clientAuthMethods: ["client_secret_post"],
};

/** Reddit: HTTP Basic always; a refresh token comes with `duration=permanent`. Off the browser it wants a `User-Agent`. */
export const reddit: Described = {
  name: "Reddit",
  ...described("https://www.reddit.com", "https://www.reddit.com/api/v1/authorize", "https://www.reddit.com/api/v1/access_token"),
  clientAuthMethods: ["client_secret_basic"],
  authorizationParameters: { duration: "permanent" },
};

/** Salesforce: no `expires_in`; a refresh brings the access token alone. */
export const salesforce: Discoverable = {
  name: "Salesforce",
  issuer: "https://login.salesforce.com",
  clientAuthMethods: ["none", "client_secret_post", "client_secret_basic"],
};

/** Slack: user tokens stand in `authed_user`, token types are `bot` and `user`, errors come with status 200. */
export const slack: Described = {
  name: "Slack",
  ...described("https://slack.com", "https://slack.com/oauth/v2/authorize", "https://slack.com/api/oauth.v2.access"),
  scopeSeparator: ",",
  clientAuthMethods: ["client_secret_post", "client_secret_basic"],
};

/** Spotify: PKCE for public clients, HTTP Basic for the others. */
export const spotify: Described = {
  name: "Spotify",
  ...described("https://accounts.spotify.com", "https://accounts.spotify.com/authorize", "https://accounts.spotify.com/api/token"),
  clientAuthMethods: ["none", "client_secret_basic"],
};

/** Strava: scopes by commas, both ways. */
export const strava: Described = {
  name: "Strava",
  ...described("https://www.strava.com", "https://www.strava.com/oauth/authorize", "https://www.strava.com/api/v3/oauth/token"),
  scopeSeparator: ",",
  clientAuthMethods: ["client_secret_post"],
};

/** TikTok: `client_key`, scopes by commas, slashes at the end of its endpoints. */
export const tiktok: Described = {
  name: "TikTok",
  ...described("https://www.tiktok.com", "https://www.tiktok.com/v2/auth/authorize/", "https://open.tiktokapis.com/v2/oauth/token/"),
  parameterNames: { client_id: "client_key" },
  scopeSeparator: ",",
  clientAuthMethods: ["client_secret_post"],
};

/** Twitch: `scope` is a list, errors stand in `message`. */
export const twitch: Discoverable = {
  name: "Twitch",
  issuer: "https://id.twitch.tv/oauth2",
  clientAuthMethods: ["client_secret_post"],
};

/** Withings: everything stands in `body`, always with status 200. */
export const withings: Described = {
  name: "Withings",
  ...described(
    "https://account.withings.com",
    "https://account.withings.com/oauth2_user/authorize2",
    "https://wbsapi.withings.net/v2/oauth2",
  ),
  scopeSeparator: ",",
  envelope: "body",
  tokenParameters: { action: "requesttoken" },
  clientAuthMethods: ["client_secret_post"],
};

/** X: HTTP Basic for confidential clients, `client_id` in the form for public ones. */
export const x: Described = {
  name: "X",
  ...described("https://x.com", "https://x.com/i/oauth2/authorize", "https://api.x.com/2/oauth2/token"),
  clientAuthMethods: ["none", "client_secret_basic"],
};

export type { ProviderPreset } from "./types.js";
