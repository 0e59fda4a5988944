// What the compiler must refuse, one mistake or more for each public entry and each method. A line that compiles after all is an error here.
import {
  Client, GrantError, buildTokenRequest, codeChallenge, none, parseChallenges, parseTokenResponse, pkcePair, privateKeyJwt, randomCodeVerifier, randomNonce, randomState,
  secretBasic, secretJwt, secretPost, stepUp, tls,
  type AssertionParameters, type AuthorizationDetail, type AuthorizationParameters, type Backchannel, type BackchannelParameters,
  type CallOptions, type Challenge, type Check, type ClientInformation, type ClientMetadata, type ClientOptions, type DeviceAuthorization, type ExchangeParameters,
  type Introspection, type LogoutTokenClaims, type ProviderPreset, type ResourceMetadata, type Tokens, type UserInfo,
} from "grantkit";
import * as core from "grantkit/core";
import { init as initCore } from "grantkit/core/slim";
import { auth0, entra, github, google, type Described, type Discoverable } from "grantkit/providers";
import { ResourceServer, type AccessTokenExpectations, type ValidatedAccessToken } from "grantkit/resource-server";
import { createSession, type Session, type SessionOptions, type SessionState } from "grantkit/session";
import { createSession as createPlain } from "grantkit/session/no-wasm";
import { createSession as createSlim } from "grantkit/session/slim";
import { init } from "grantkit/slim";
import { RefreshCoordinator, relayFormPost, tokenHandler, type CoordinatorNamespace, type TokenHandlerOptions } from "grantkit/worker";

declare const client: Client, tokens: Tokens, key: CryptoKey, pair: CryptoKeyPair, device: DeviceAuthorization, backchannel: Backchannel, request: Request;

export async function methods(): Promise<void> {
  // @ts-expect-error an issuer is an address
  await Client.discover(5, { clientId: "a" });
  // @ts-expect-error options are needed
  await Client.discover("https://op.example");
  // @ts-expect-error metadata is needed
  await Client.register({ issuer: "https://op.example" });
  // @ts-expect-error redirect URIs are a list
  await Client.register({ issuer: "https://op.example" }, { redirect_uris: "https://app.example/cb" });
  // @ts-expect-error a resource is an address or its refusal
  await Client.discoverResource({ resource: "https://api.example" });
  // @ts-expect-error a scope is text
  await client.authorize({ scope: ["openid"] });
  // @ts-expect-error a response mode that there is not
  await client.authorize({ response_mode: "web_message" });
  // @ts-expect-error authorization details have types
  await client.authorize({ authorization_details: [{ actions: ["read"] }] });
  // @ts-expect-error where the browser came back to is not a number
  await client.callback(5, {} as never);
  // @ts-expect-error a login that is under way has a state
  await client.callback("?code=c", { issuer: "i", client_id: "a", redirect_uri: "r" });
  // @ts-expect-error tokens or a refresh token
  await client.refresh();
  // @ts-expect-error a signal stands in an object
  await client.clientCredentials({}, AbortSignal.timeout(1));
  // @ts-expect-error milliseconds are a number
  await client.clientCredentials({}, { timeout: "5s" });
  // @ts-expect-error a grant has a name
  await client.grant();
  // @ts-expect-error a token has a type
  await client.exchangeToken({ subject_token: "t" });
  // @ts-expect-error an assertion is of one of two types
  await client.assertion({ assertion: "a", type: "saml" });
  // @ts-expect-error the call goes last
  await client.pollDevice({ signal: AbortSignal.timeout(1) });
  // @ts-expect-error a device is not a request by the server
  await client.pollBackchannel(device);
  // @ts-expect-error who is asked has to be said
  await client.backchannelAuthentication();
  // @ts-expect-error a ping is a request
  await client.backchannelPing(backchannel, "auth_req_id=1");
  // @ts-expect-error parameters are no text
  await client.deviceAuthorization("openid");
  // @ts-expect-error all tokens: the user is compared
  await client.userinfo(tokens.access_token);
  // @ts-expect-error one token, as text
  await client.revoke(tokens);
  // @ts-expect-error one token, as text
  await client.introspect(tokens);
  // @ts-expect-error tokens first
  await client.fetch("https://api.example");
  // @ts-expect-error an issuer is an address
  const api = await ResourceServer.discover(5);
  // @ts-expect-error it asks for no tokens
  await ResourceServer.discover("https://op.example", { clientId: "a" });
  // @ts-expect-error an audience is expected
  await api.validateAccessToken(request, {});
  // @ts-expect-error a request has a method
  await api.validateAccessToken({ url: "https://api.example", headers: {} }, { audience: "a" });
  // @ts-expect-error a logout token is text
  await client.validateLogoutToken(request);
  // @ts-expect-error it is a URL, made at once
  const url: Promise<string> = client.logoutUrl();
  // @ts-expect-error not ours to set
  client.clockOffset = 5;
  // @ts-expect-error what is inside stays inside
  client.run;
  void url;
}

// Ways to authenticate.
// @ts-expect-error nothing to give
none("secret");
// @ts-expect-error a secret
secretBasic();
// @ts-expect-error text
secretPost(5);
// @ts-expect-error text, not a key
secretJwt(key);
// @ts-expect-error a key, not its text
privateKeyJwt("-----BEGIN PRIVATE KEY-----");
// @ts-expect-error one key, not the pair
privateKeyJwt(pair);
// @ts-expect-error the certificate is the runtime's matter
tls("certificate");

// Functions.
// @ts-expect-error no argument
randomCodeVerifier(64);
// @ts-expect-error no argument
pkcePair(64);
// @ts-expect-error no argument
randomState(16);
// @ts-expect-error no argument
randomNonce(16);
// @ts-expect-error synchronous
codeChallenge("v").then;
// @ts-expect-error a server first
buildTokenRequest({ clientId: "a" }, { grant_type: "client_credentials" });
// @ts-expect-error a status
parseTokenResponse({ headers: {}, body: "" });
// @ts-expect-error an option that there is not
parseTokenResponse({ status: 200, headers: {}, body: "" }, { lenient: true });
// @ts-expect-error a response or its header
parseChallenges({ status: 401 });
// @ts-expect-error it may be undefined
void client.authorize(stepUp("")).then((begun) => stepUp(request).scope + begun.url);
// @ts-expect-error an error has a report
new GrantError("invalid_grant");

// Entries.
// @ts-expect-error there is no client without the network
void core.Client;
// @ts-expect-error nor challenges
void core.parseChallenges;
// @ts-expect-error no path to a file: bytes, a module or a response
init("client.wasm");
// @ts-expect-error no path to a file
initCore(new URL("https://app.example/core.wasm"));
// @ts-expect-error a tenant has a domain
auth0();
// @ts-expect-error made for a tenant first
Client.discover(entra.issuer, { clientId: "a" });
// @ts-expect-error GitHub publishes no metadata: it has `server`
Client.discover(github.issuer, { clientId: "a" });
// @ts-expect-error Google does: it has `issuer`
new Client(google.server, { clientId: "a" });

// Objects.
// @ts-expect-error true or a pair
export const dpop: ClientOptions = { clientId: "a", dpop: "ES256" };
// @ts-expect-error true or a pair, never false for "off"
export const undpop: ClientOptions = { clientId: "a", dpop: false };
// @ts-expect-error two words
export const signature: ClientOptions = { clientId: "a", idTokenSignature: "none" };
// @ts-expect-error seconds
export const leeway: ClientOptions = { clientId: "a", leeway: "30s" };
// @ts-expect-error an ugly name, written right
export const insecure: ClientOptions = { clientId: "a", allowHttp: true };
// @ts-expect-error one word
export const preset: ProviderPreset = { pkce: "optional" };
// @ts-expect-error with metadata
export const described: Described = { name: "Odd" };
// @ts-expect-error with an issuer
export const discoverable: Discoverable = { name: "Odd" };
// @ts-expect-error headers are text
export const call: CallOptions = { headers: { "x-tries": 5 } };
// @ts-expect-error seconds
export const parameters: AuthorizationParameters = { max_age: "300" };
// @ts-expect-error a type
export const detail: AuthorizationDetail = { actions: ["read"] };
// @ts-expect-error a subject
export const exchange: ExchangeParameters = { subject_token_type: "t" };
// @ts-expect-error an assertion
export const assertion: AssertionParameters = { type: "jwt" };
// @ts-expect-error seconds
export const asked: BackchannelParameters = { login_hint: "ada", requested_expiry: "60" };
// @ts-expect-error a check that there is not
export const check: Check = "id_token_colour";
// @ts-expect-error an audience
export const expected: AccessTokenExpectations = { scope: "orders:read" };
// @ts-expect-error a list
export const metadata: ClientMetadata = { contacts: "ada@example.test" };

declare const information: ClientInformation, introspection: Introspection, user: UserInfo, resource: ResourceMetadata, validated: ValidatedAccessToken, logout: LogoutTokenClaims, challenge: Challenge;
// @ts-expect-error there may be none
export const secret: string = information.client_secret;
// @ts-expect-error not ours to change
introspection.active = true;
// @ts-expect-error there may be none
export const email: string = user.email;
// @ts-expect-error there may be none
export const servers: readonly string[] = resource.authorization_servers;
// @ts-expect-error there may be none
export const proof: string = validated.dpop.jti;
// @ts-expect-error there may be none
export const session: string = logout.sid;
// @ts-expect-error there may be none
export const realm: string = challenge.parameters.realm;
// @ts-expect-error lists are not ours to change
tokens.checks.push("state");
// @ts-expect-error a claim of unknown type is looked at first
export const groups: string[] = tokens.claims?.["groups"];

interface Env { readonly KEY: string; readonly SECRET: string; readonly SESSIONS: CoordinatorNamespace }
declare const edge: TokenHandlerOptions<Env>, state: ConstructorParameters<typeof RefreshCoordinator>[0];

export async function handlers(): Promise<void> {
  const handler = tokenHandler<Env>({
    issuer: "https://op.example", clientId: "app", clientAuth: (env) => secretBasic(env.SECRET), sessionKeys: (env) => [env.KEY], coordinator: (env) => env.SESSIONS,
    routes: { "/api/": "https://api.example/", "/own/": { url: "https://api.example/own/", methods: ["GET"], token: "client" } },
  });
  const response: Response = await handler.fetch(request);
  const token: string = (await handler.clientToken()).access_token;
  await (await handler.sessions()).revoke("ada");
  const relayed: Response = await relayFormPost(request, "/callback");
  const answered: Response = await new RefreshCoordinator(state).fetch(request);
  // @ts-expect-error a handler has credentials
  tokenHandler<Env>({ issuer: "https://op.example", clientId: "app", sessionKeys: ["k"] });
  // @ts-expect-error keys are a list
  tokenHandler<Env>({ ...edge, sessionKeys: "k" });
  // @ts-expect-error a binding that there is not
  tokenHandler<Env>({ ...edge, clientAuth: (env) => secretBasic(env.PASSWORD) });
  // @ts-expect-error a store that there is not
  tokenHandler<Env>({ ...edge, store: "memory" });
  // @ts-expect-error nobody's token has a name
  tokenHandler<Env>({ ...edge, routes: { "/api/": { url: "https://api.example/", token: "nobody" } } });
  // @ts-expect-error the redirect URI is the handler's own
  tokenHandler<Env>({ ...edge, redirectUri: "https://app.example/cb" });
  // @ts-expect-error a page is a path
  await relayFormPost(request, 5);
  // @ts-expect-error a request is one
  await handler.fetch("https://app.example/");
  void [response, token, relayed, answered];
}

export async function sessions(): Promise<void> {
  const options: SessionOptions = { issuer: "https://op.example", clientId: "app", redirectUri: new URL("https://app.example/cb"), api: "https://api.example/", persistence: "device", dpop: true };
  const session: Session = await createSession(options);
  const plain: Session = await createPlain({ ...options, worker: "/worker.js" });
  const slim: Session = await createSlim({ ...options, worker: new URL("https://app.example/worker.js") });
  const state: SessionState = session.toJSON();
  const stop: () => void = session.on("change", ({ status, user }) => void [status === "offline", user?.sub]);
  const name: unknown = session.user?.["name"];
  const response: Response = await session.fetch("/orders", { method: "POST", body: "{}" });
  await session.login({ prompt: "login", popup: true, returnTo: "/" });
  await session.logout({ local: true });
  // @ts-expect-error without its script a session needs one that is served
  await createSlim(options);
  // @ts-expect-error a page keeps no secret
  await createSession({ ...options, clientAuth: none() });
  // @ts-expect-error where the server sends the user back to is needed
  await createSession({ issuer: "https://op.example", clientId: "app" });
  // @ts-expect-error a place that there is not
  await createSession({ ...options, persistence: "localStorage" });
  // @ts-expect-error nobody can ask for a token
  void session.accessToken;
  // @ts-expect-error nor set who is signed in
  session.user = null;
  // @ts-expect-error an event that there is not
  session.on("token", () => undefined);
  // @ts-expect-error seconds are a number
  await session.login({ max_age: "300" });
  // @ts-expect-error the redirect URI is the session's
  await session.login({ redirect_uri: "https://evil.example/" });
  void [plain, slim, state, stop, name, response];
}
