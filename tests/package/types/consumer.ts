// An application in TypeScript: everything that it may write, and what the compiler must refuse.
import {
  Client, GrantError, buildTokenRequest, codeChallenge, none, parseTokenResponse, pkcePair, randomCodeVerifier, randomNonce, randomState, secretBasic, secretPost,
  type AuthorizationParameters, type CallOptions, type Check, type ClientAuth, type ClientOptions, type Code, type Deviation, type ErrorReport, type Fault,
  type GrantParameters, type HttpRequest, type HttpResponse, type IdTokenClaims, type LogoutParameters, type Pending, type Phase, type PkcePair, type ServerMetadata,
  type TokenParameters, type TokenResponse, type Tokens,
} from "grantkit";
import * as core from "grantkit/core";
import { init, type ModuleSource } from "grantkit/slim";
import { init as initCore } from "grantkit/core/slim";

const server: ServerMetadata = { issuer: "https://op.example", token_endpoint: "https://op.example/token", x_extension: [1] };
const auth: ClientAuth[] = [none(), secretBasic("s"), secretPost("s")];
const options: ClientOptions = { clientId: "app", clientAuth: auth[0]!, redirectUri: new URL("https://app.example/cb"), fetch, idTokenSignature: "tls", basicEncoding: "raw" };
const call: CallOptions = { signal: AbortSignal.timeout(1), timeout: 5, headers: { "x-trace": "1" } };

export async function logIn(location: Request): Promise<string> {
  const client = await Client.discover(new URL("https://op.example"), options, call);
  const wishes: AuthorizationParameters = { scope: "openid", resource: ["https://a.example"], max_age: 0, response_mode: "form_post", custom: "x" };
  const { url, pending }: { url: string; pending: Pending } = await client.authorize(wishes);
  const kept = JSON.parse(JSON.stringify(pending)) as Pending;
  const tokens: Tokens = await client.callback(location, kept, call);
  const claims: IdTokenClaims | undefined = tokens.claims;
  const more: TokenParameters = { scope: "openid", redirect_uri: new URL(url), attempt: 1, flags: ["a"] };
  const next = await client.refresh(tokens, more, call);
  await client.refresh("refresh-token");
  await client.clientCredentials();
  await client.grant("urn:example:grant", { ticket: "t" });
  const bye: LogoutParameters = { state: "s", post_logout_redirect_uri: new URL(url) };
  const checks: readonly Check[] = next.checks;
  return `${claims?.sub} ${checks.join()} ${client.logoutUrl(bye)} ${client.server.issuer} ${next.expires_at ?? 0}`;
}

export function byHand(): TokenResponse {
  const grant: GrantParameters = { grant_type: "authorization_code", code: "c", code_verifier: randomCodeVerifier() };
  const request: HttpRequest = buildTokenRequest(server, options, grant);
  const response: HttpResponse = { status: 200, headers: { "content-type": "application/json" }, body: new Uint8Array() };
  const pair: PkcePair = pkcePair();
  const method: "S256" = pair.code_challenge_method;
  const strings: string[] = [pair.code_verifier, pair.code_challenge, method, codeChallenge(randomCodeVerifier()), randomState(), randomNonce(), request.body, request.url];
  return strings.length > 0 ? parseTokenResponse(response, { strict: true }) : core.parseTokenResponse(response);
}

export function explain(error: unknown): string {
  if (!(error instanceof GrantError)) throw error;
  const code: Code = error.code, fault: Fault = error.fault, phase: Phase = error.phase;
  const report: ErrorReport = error.toJSON();
  const seen: readonly Deviation[] = error.deviations ?? [];
  const details: (string | number | undefined)[] = [error.spec, error.about, error.status, error.error, error.error_description, error.error_uri, error.retryAfter, error.body];
  const one: core.GrantError = error;
  switch (error.code) {
    case "invalid_grant": return error.grantMayBeConsumed ? "log in again" : "again";
    case "network": return error.retryable ? "later" : one.message;
    default: return [code, fault, phase, report.message, ...seen, ...details].join();
  }
}

export const sources: ModuleSource[] = [new Uint8Array(), new ArrayBuffer(0), new Response(), fetch("client.wasm"), new WebAssembly.Module(new Uint8Array())];
export const ready: Promise<void>[] = [...sources.map((source) => init(source)), initCore(new Uint8Array())];

// What must not compile.
// @ts-expect-error a client has an identifier
const noIdentifier: ClientOptions = { redirectUri: "https://app.example" };
// @ts-expect-error a misspelt option
const misspelt: ClientOptions = { clientId: "app", strcit: true };
// @ts-expect-error an encoding that there is not
const encoding: ClientOptions = { clientId: "app", basicEncoding: "base64" };
// @ts-expect-error a way to authenticate that there is not
const method: ClientAuth = { method: "password", client_secret: "s" };
// @ts-expect-error a verifier is text
codeChallenge(5);
// @ts-expect-error a grant has a type
buildTokenRequest(server, options, { code: "c" });
// @ts-expect-error a body is text or bytes
parseTokenResponse({ status: 200, headers: {}, body: {} });
// @ts-expect-error a server has an issuer
new Client({ token_endpoint: "https://op.example/token" }, options);
// @ts-expect-error options are needed
new Client(server);
// @ts-expect-error a callback needs its login
void new Client(server, options).callback("?code=c");
// @ts-expect-error what was sent is not ours to change
server.issuer = "https://evil.example";
// @ts-expect-error nor is the server that a client speaks to
new Client(server, options).server = server;
// @ts-expect-error a code that there is not
const unknownCode: Code = "out_of_coffee";
// @ts-expect-error tokens are checked, and so have checks
const unchecked: Tokens = { access_token: "a", token_type: "Bearer", deviations: [] };
// @ts-expect-error a parameter is no object
void new Client(server, options).authorize({ claims: { deep: true } });
// @ts-expect-error the slim entry alone is started by hand
import { init as noInit } from "grantkit";
// @ts-expect-error what is inside stays inside
import "grantkit/dist/settle.js";

void [noIdentifier, misspelt, encoding, method, unknownCode, unchecked, noInit];
