/**
 * Every fault, what the caller sees of it, and what the server knows: `docs/faults.md` is written from this table, and each row is tried.
 *
 * A row: `id`; `what` happens, in words; `at` which request; `takes`: the server took the grant in, and spent it. `answer(honest, at)` tells what comes back
 * (`servers/play.mjs`) instead of what an honest server says. `sees` is the code, whose fault it is, and the phase where that is not the one of the request; or
 * nothing, where all goes well, with the `deviations` that are named. `kept`: the caller is told that the grant is as good as before. `again`: the same
 * call may succeed, as far as the grant is not at stake. `grants` are those that it meets, all three where it does not say. `polls`: how often is asked in all
 * whether the user has decided, where this is met at first and an honest server after that.
 */
import { gzipSync } from "node:zlib";

const HTML = { "content-type": "text/html" };
const JSON_TYPE = { "content-type": "application/json" };
const GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";
const HUNDRED_MEGABYTES = 100_000_000;

/** Milliseconds that a call may take where the fault is that it takes too long; the others have the usual ten seconds. */
export const HASTE = 700;

const network = { sees: ["network", "transport"], again: true };
const timeout = { sees: ["timeout", "transport"], again: true, patience: HASTE };
const moved = { sees: ["redirect_refused", "transport"] };
const notOauth = { sees: ["not_oauth_response", "server"] };
const malformed = { sees: ["malformed_json", "server"] };
const refusal = (code, more) => ({ sees: [code, "refusal"], takes: false, ...more });

/** The honest answer as text, changed. */
const text = (change, headers = JSON_TYPE) => (honest) => ({ headers, body: change(JSON.stringify(honest.json)) });
/** One more member, as it stands in the text. */
const member = (extra) => text((json) => `${json.slice(0, -1)},${extra}}`);
/** Other members. */
const members = (change) => (honest, at) => ({ json: { ...honest.json, ...change(honest, at) } });
const told = (answer) => () => answer;
const html = (status, headers) => told({ status, headers: { ...HTML, ...headers }, body: GATEWAY });
const error = (status, code) => told({ status, json: { error: code } });

/** Two answers where one was asked for, or bytes behind it. */
const raw = (more) => (honest) => {
  const body = JSON.stringify(honest.json);
  return { raw: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\naccess-control-allow-origin: *\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}${more}` };
};
const SECOND = '{"access_token":"of-somebody-else","token_type":"Bearer","refresh_token":"of-somebody-else"}';

/** At the token endpoint, `takes` where it does not say. */
const ON_THE_WAY = [
  { id: "drop-before", what: "The connection is reset before the request is taken in", takes: false, answer: told({ reset: true }), ...network },
  { id: "drop-after", what: "The connection is reset once the request is taken in", answer: told({ reset: true }), ...network },
  { id: "close-after", what: "The connection ends without an answer", answer: told({ close: true }), ...network },
  { id: "cut", what: "The connection ends in the middle of the body", answer: told({ cut: true }), ...network },
  { id: "break", what: "The connection is reset in the middle of the body", answer: told({ break: true }), ...network },
  { id: "chunk-lost", what: "A body in chunks lacks its last ones", answer: told({ chunked: true }), ...network },
  { id: "no-http", what: "What comes back is no HTTP", answer: told({ raw: "SSH-2.0-OpenSSH_9.9\r\n" }), ...network },
  { id: "silence", what: "No answer comes, and the request was not taken in", takes: false, answer: told({ wait: 60_000 }), ...timeout },
  { id: "late", what: "The answer comes too late", answer: (honest) => ({ ...honest, wait: 20_000 }), ...timeout },
  { id: "stall", what: "The body stops in the middle", answer: told({ stall: true }), ...timeout },
  { id: "drip", what: "The body comes letter by letter, for longer than the time there is", answer: (honest) => ({ ...honest, drip: 50 }), ...timeout },
  { id: "given-up", what: "The caller gives up while the server is at work", answer: told({ wait: 60_000 }), sees: ["aborted", "transport"], abort: 500, edge: false },
  { id: "moved-302", what: "A redirect, 302", takes: false, answer: (_, { elsewhere }) => ({ status: 302, headers: { location: elsewhere } }), ...moved },
  { id: "moved-307", what: "A redirect, 307, which would carry the grant along", takes: false, answer: (_, { elsewhere }) => ({ status: 307, headers: { location: elsewhere } }), ...moved },
  { id: "moved-after", what: "A redirect, 303, once the request is taken in", answer: (_, { elsewhere }) => ({ status: 303, headers: { location: elsewhere } }), ...moved },
  { id: "twice", what: "Two answers to one request", answer: raw(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${SECOND.length}\r\n\r\n${SECOND}`), sees: [] },
  { id: "trailing", what: "Bytes behind the end of the answer", answer: raw("}}}} \0 trailing"), sees: [] },
  { id: "flood", what: "A body of 100 MB: it is not read beyond 1 MiB", answer: told({ flood: HUNDRED_MEGABYTES }), sees: ["response_too_large", "server"], most: 16_000_000 },
  { id: "bomb", what: "The same, compressed to 100 KB", answer: told({ flood: HUNDRED_MEGABYTES, gzip: true }), sees: ["response_too_large", "server"] },
];

const INSTEAD = [
  { id: "portal", what: "A page with status 200, and the request was not taken in", takes: false, answer: html(200), ...notOauth },
  { id: "page-after", what: "A page with status 200 in place of the answer", answer: html(200), ...notOauth },
  { id: "bad-gateway", what: "A page with status 502, and the request was not taken in", takes: false, answer: html(502), ...notOauth, again: true },
  { id: "gateway-after", what: "A page with status 502 in place of the answer", answer: html(502), ...notOauth, again: true },
  { id: "empty", what: "An empty body", answer: told({ headers: JSON_TYPE }), ...notOauth },
  { id: "no-content", what: "Status 204", answer: told({ status: 204, headers: {} }), ...notOauth },
  { id: "busy", what: "429 with `Retry-After`", takes: false, answer: html(429, { "retry-after": "3" }), ...notOauth, kept: true, again: true, wait: 3 },
  { id: "away", what: "503 with `Retry-After`", takes: false, answer: html(503, { "retry-after": "3" }), ...notOauth, kept: true, again: true, wait: 3 },
  { id: "away-for-good", what: "503 without it, once the request is taken in", answer: html(503), ...notOauth, again: true },
  { id: "unavailable", what: "`temporarily_unavailable`", answer: error(503, "temporarily_unavailable"), ...refusal("temporarily_unavailable", { kept: true, again: true }) },
  { id: "server-error", what: "`server_error` with status 500, once the request is taken in", answer: error(500, "server_error"), ...refusal("server_error", { again: true, takes: true }) },
  { id: "unknown-client", what: "`invalid_client`: the client's secret has changed", answer: error(401, "invalid_client"), ...refusal("invalid_client", { kept: true }) },
  { id: "bad-request", what: "`invalid_request`", answer: error(400, "invalid_request"), ...refusal("invalid_request", { kept: true }) },
  { id: "bad-scope", what: "`invalid_scope`", answer: error(400, "invalid_scope"), ...refusal("invalid_scope", { kept: true }) },
  { id: "odd-refusal", what: "An error that no specification knows", answer: error(400, "out_of_coffee"), ...refusal("oauth_error") },
  { id: "ended", what: "`invalid_grant`: the server has ended the session", ends: true, grants: ["refresh", "code"], answer: error(400, "invalid_grant"), ...refusal("invalid_grant") },
  { id: "ended-200", what: "The same with status 200, as GitHub says it", ends: true, grants: ["refresh", "code"], answer: error(200, "bad_refresh_token"), ...refusal("invalid_grant", { named: ["error_status"] }) },
];

const ALTERED = [
  { id: "truncated", what: "JSON without its end", answer: text((json) => json.slice(0, -9)), ...malformed },
  { id: "two-documents", what: "Two JSON documents in one body", answer: text((json) => json + json), ...malformed },
  { id: "no-object", what: "JSON that is no object", answer: text(() => "[]"), ...malformed },
  { id: "gzip-unsaid", what: "Compressed, and not called so", answer: text((json) => gzipSync(json)), ...notOauth },
  { id: "gzip-lie", what: "Called compressed, and it is not", answer: text((json) => json, { ...JSON_TYPE, "content-encoding": "gzip" }), ...network },
  { id: "html-type", what: "JSON that is called HTML", answer: text((json) => json, HTML), sees: [], deviations: ["content_type"] },
  { id: "charset-lie", what: "UTF-8 that is called ISO-8859-1", answer: text((json) => `${json.slice(0, -1)},"name":"é"}`, { "content-type": "application/json; charset=ISO-8859-1" }), sees: [] },
  { id: "latin-1", what: "ISO-8859-1 that is called UTF-8", answer: text((json) => Buffer.from(`${json.slice(0, -1)},"name":"é"}`, "latin1"), { "content-type": "application/json; charset=utf-8" }), ...notOauth },
  { id: "utf-16", what: "UTF-16", answer: text((json) => Buffer.from(`\ufeff${json}`, "utf16le"), { "content-type": "application/json; charset=utf-16" }), ...notOauth },
  { id: "bom", what: "A byte order mark before the JSON", answer: text((json) => `\ufeff${json}`), sees: [], deviations: ["byte_order_mark"] },
  { id: "duplicate", what: "A member twice", answer: member('"access_token":"another"'), ...malformed },
  { id: "duplicate-escaped", what: "A member twice, once written with escapes", answer: member('"\\u0061ccess_token":"another"'), ...malformed },
  { id: "deep", what: "Nested ten thousand levels deep", answer: member(`"x":${"[".repeat(10_000)}${"]".repeat(10_000)}`), ...malformed },
  { id: "huge-number", what: "A lifetime of 1e400 seconds", answer: text((json) => json.replace(/"expires_in":\d+/, '"expires_in":1e400')), sees: ["invalid_member", "server"], named: ["expires_in_type"] },
  { id: "huge-integer", what: "A lifetime of 9223372036854775807 seconds", answer: text((json) => json.replace(/"expires_in":\d+/, '"expires_in":9223372036854775807')), sees: [] },
  { id: "nul", what: "A NUL in a text", answer: member('"x":"\0"'), ...malformed },
  { id: "nul-escaped", what: "An escaped NUL in a text", answer: member('"x":"\\u0000"'), sees: [] },
  { id: "surrogate", what: "Half of a surrogate pair", answer: member('"x":"\\ud83d"'), ...malformed },
  { id: "proto", what: "A member `__proto__`, and one `constructor`", answer: member('"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}'), sees: [] },
  { id: "no-token", what: "No access token", answer: members(() => ({ access_token: undefined })), sees: ["invalid_member", "server"] },
  { id: "other-type", what: "A token type that nobody knows", answer: members(() => ({ token_type: "mac" })), sees: ["unsupported_token_type", "server"] },
  { id: "kept-token", what: "No new refresh token, and the old one is good as before", grants: ["refresh"], takes: false, answer: members((_, { grant }) => ({ refresh_token: undefined, access_token: `at-of-${grant.id}` })), sees: [] },
  { id: "empty-token", what: "An empty text for a refresh token, and the old one is good as before", grants: ["refresh"], takes: false, answer: members((_, { grant }) => ({ refresh_token: "", access_token: `at-of-${grant.id}` })), sees: ["invalid_member", "server"] },
  { id: "null-token", what: "`null` for a refresh token, and the old one is good as before", grants: ["refresh"], takes: false, answer: members((_, { grant }) => ({ refresh_token: null, access_token: `at-of-${grant.id}` })), sees: [] },
];

/** An ID token that is wrong in one place. */
const idToken = (claims, how) => (honest, at) => ({ json: { ...honest.json, id_token: at.idToken(claims, how) } });
const login = { at: "/token", grants: ["code"] };
const seconds = () => Math.floor(Date.now() / 1000);
const HOUR = 3600;
const date = (ahead) => ({ date: new Date(Date.now() + ahead * 1000).toUTCString() });
const skewed = (ahead, clock) => (honest, at) => {
  const now = seconds() + ahead;
  return { json: { ...honest.json, id_token: at.idToken({ iat: now, exp: now + 300 }) }, headers: date(clock) };
};
const wrong = (code) => ({ sees: [code, "server", "id_token"] });

const ANOTHERS = [
  { id: "other-nonce", what: "The ID token of another login (nonce)", ...login, answer: idToken({ nonce: "of-another-login" }), ...wrong("nonce_mismatch") },
  { id: "other-client", what: "The ID token of another client", ...login, answer: idToken({ aud: "another" }), ...wrong("audience_mismatch") },
  { id: "other-issuer", what: "The ID token of another issuer", ...login, answer: idToken({ iss: "https://other.example" }), ...wrong("issuer_mismatch") },
  { id: "other-access-token", what: "The ID token of another answer (`at_hash`)", ...login, answer: idToken({}, { accessToken: "of-another-answer" }), ...wrong("access_token_hash_mismatch") },
  { id: "no-id-token", what: "The answer of a request that asked for no ID token", ...login, answer: members(() => ({ id_token: undefined })), ...wrong("missing_id_token") },
  { id: "other-user", what: "The answer to another user's refresh, with an ID token", grants: ["refresh"], answer: idToken({ sub: "eve" }), ...wrong("subject_mismatch") },
  { id: "other-client-refresh", what: "The answer to another client's refresh, with an ID token", grants: ["refresh"], answer: idToken({ aud: "another" }), ...wrong("audience_mismatch") },
  { id: "other-state", what: "A callback with the state of another login", ...login, takes: false, callback: { state: "of-another-login" }, sees: ["state_mismatch", "server", "callback"], kept: true, requests: 0 },
  { id: "other-iss", what: "A callback from another issuer", ...login, takes: false, callback: { iss: "https://other.example" }, sees: ["issuer_mismatch", "server", "callback"], kept: true, requests: 0 },
  { id: "other-code", what: "A callback with the code of another login: the server refuses it, because the code verifier is another", ...login, takes: false, foreign: true, sees: ["invalid_grant", "refusal"] },
  { id: "keys-rotate", what: "The server takes a new key into use between the fetch of its keys and its answer", ...login, rotates: true, answer: idToken({}, { kid: "next" }), sees: [], keys: 2 },
  { id: "keys-unpublished", what: "The ID token is signed with a key that the server does not publish", ...login, answer: idToken({}, { kid: "next" }), ...wrong("key_not_found") },
  { id: "clock-ahead", what: "The server's clock is an hour ahead, and its `Date` says so", ...login, answer: skewed(HOUR, HOUR), sees: [] },
  { id: "clock-behind", what: "The server's clock is an hour behind, and its `Date` says so", ...login, answer: skewed(-HOUR, -HOUR), sees: [] },
  { id: "issued-ahead", what: "The ID token is from the future, by the server's own `Date`", ...login, answer: skewed(HOUR, 0), ...wrong("issued_in_future") },
  { id: "expired", what: "The ID token has expired, by the server's own `Date`", ...login, answer: skewed(-HOUR, 0), ...wrong("token_expired") },
];

/** Keys are fetched before a code leaves: what goes wrong there costs no login. */
const keys = { at: "/keys", grants: ["code"], takes: false, phase: "jwks", kept: true, requests: 0 };
const KEYS = [
  { id: "keys-drop", what: "The connection is reset", repeats: true, ...keys, answer: told({ reset: true }), ...network },
  { id: "keys-silence", what: "No answer comes", ...keys, answer: told({ wait: 60_000 }), ...timeout },
  { id: "keys-down", what: "A page with status 502", ...keys, answer: html(502), ...notOauth, again: true },
  { id: "keys-portal", what: "A page with status 200", ...keys, answer: html(200), ...notOauth },
  { id: "keys-moved", what: "A redirect, 302", ...keys, answer: (_, { elsewhere }) => ({ status: 302, headers: { location: elsewhere } }), ...moved },
  { id: "keys-flood", what: "A body of 100 MB", ...keys, answer: told({ flood: HUNDRED_MEGABYTES }), sees: ["response_too_large", "server"], most: 16_000_000 },
];

/** Requests that spend nothing. */
const calls = (call, at, phase) => (row) => ({ at, takes: false, grants: [call], kept: true, phase, ...row, id: `${call}-${row.id}` });
const DISCOVERY = [
  { id: "drop", what: "The connection is reset", repeats: true, answer: told({ reset: true }), ...network },
  { id: "silence", what: "No answer comes", answer: told({ wait: 60_000 }), ...timeout },
  { id: "portal", what: "A page with status 200: the other places for metadata are asked too", answer: html(200), ...notOauth, asks: 2 },
  { id: "away", what: "503 with `Retry-After`", answer: html(503, { "retry-after": "3" }), ...notOauth, again: true, wait: 3 },
  { id: "moved", what: "A redirect, 302", answer: (_, { elsewhere }) => ({ status: 302, headers: { location: elsewhere } }), ...moved },
  { id: "mix-up", what: "The metadata of another issuer", answer: (honest) => ({ json: { ...honest.json, issuer: "https://other.example" } }), sees: ["issuer_mismatch", "server"] },
  { id: "flood", what: "A body of 100 MB", answer: told({ flood: HUNDRED_MEGABYTES }), sees: ["response_too_large", "server"], most: 16_000_000 },
].map(calls("discover", "/.well-known/openid-configuration", "discovery"));

const USERINFO = [
  { id: "drop", what: "The connection is reset", repeats: true, answer: told({ reset: true }), ...network },
  { id: "portal", what: "A page with status 200", answer: html(200), ...notOauth },
  { id: "down", what: "A page with status 502", answer: html(502), ...notOauth, again: true },
  { id: "other-user", what: "The claims of another user", answer: told({ json: { sub: "eve" } }), sees: ["subject_mismatch", "server"] },
].map(calls("userinfo", "/userinfo", "userinfo"));

const REVOCATION = [
  { id: "drop", what: "The connection is reset", answer: told({ reset: true }), ...network },
  { id: "silence", what: "No answer comes", answer: told({ wait: 60_000 }), ...timeout },
  { id: "away", what: "503 with `Retry-After`, as RFC 7009 §2.2.1 has it", answer: html(503, { "retry-after": "3" }), ...notOauth, again: true, wait: 3 },
  { id: "refused", what: "`unsupported_token_type`", answer: error(400, "unsupported_token_type"), sees: ["unsupported_token_type", "server"] },
].map(calls("revoke", "/revoke", "revocation"));

const INTROSPECTION = [
  { id: "drop", what: "The connection is reset", answer: told({ reset: true }), ...network },
  { id: "portal", what: "A page with status 200", answer: html(200), ...notOauth },
  { id: "away", what: "503 with `Retry-After`", answer: html(503, { "retry-after": "3" }), ...notOauth, again: true, wait: 3 },
  { id: "vague", what: "An answer that does not say whether the token is active", answer: told({ json: { sub: "ada" } }), sees: ["invalid_member", "server"] },
].map(calls("introspect", "/introspect", "introspection"));

const PUSHED = [
  { id: "drop", what: "The connection is reset", answer: told({ reset: true }), ...network },
  { id: "silence", what: "No answer comes", answer: told({ wait: 60_000 }), ...timeout },
  { id: "portal", what: "A page with status 200", answer: html(200), ...notOauth },
  { id: "away", what: "503 with `Retry-After`", answer: html(503, { "retry-after": "3" }), ...notOauth, again: true, wait: 3 },
  { id: "refused", what: "`invalid_request`", answer: error(400, "invalid_request"), sees: ["invalid_request", "refusal"] },
].map(calls("authorize", "/par", "authorization"));

/** What begins a wait for a user who decides elsewhere. */
const ASKING = [
  { id: "drop", what: "The connection is reset", answer: told({ reset: true }), ...network },
  { id: "silence", what: "No answer comes", answer: told({ wait: 60_000 }), ...timeout },
  { id: "portal", what: "A page with status 200", answer: html(200), ...notOauth },
  { id: "away", what: "503 with `Retry-After`", answer: html(503, { "retry-after": "3" }), ...notOauth, again: true, wait: 3 },
  { id: "moved", what: "A redirect, 302", answer: (_, { elsewhere }) => ({ status: 302, headers: { location: elsewhere } }), ...moved },
  { id: "refused", what: "`invalid_scope`", answer: error(400, "invalid_scope"), sees: ["invalid_scope", "refusal"] },
  { id: "nothing", what: "An answer without what to ask by", answer: told({ json: { expires_in: 600 } }), sees: ["invalid_member", "server"] },
];
const DEVICE = ASKING.map(calls("deviceAuthorization", "/device", "authorization"));
const BACKCHANNEL = ASKING.map(calls("backchannelAuthentication", "/backchannel", "authorization"));

/** What is met when is asked first whether the user has decided, which the user has. `takes`: what is asked by is spent by that. */
const asking = (row) => ({ at: "/token", takes: false, grants: ["device", "ciba"], polls: 1, ...row, id: `asking-${row.id}` });
const waits = { sees: [], polls: 2 };
const POLLING = [
  { id: "pending", what: "`authorization_pending`", answer: error(400, "authorization_pending"), ...waits },
  { id: "slow-down", what: "`slow_down`: the next time is five seconds later than it would have been", answer: error(400, "slow_down"), ...waits, seconds: 6 },
  { id: "drop", what: "The connection is reset before the request is taken in", answer: told({ reset: true }), ...waits },
  { id: "drop-after", what: "The connection is reset once the request is taken in", takes: true, answer: told({ reset: true }), sees: ["invalid_grant", "refusal"], polls: 2 },
  { id: "silence", what: "No answer comes", answer: told({ wait: 60_000 }), ...waits, patience: 2_000 },
  { id: "busy", what: "429 with `Retry-After`", answer: html(429, { "retry-after": "3" }), ...waits, seconds: 3 },
  { id: "away", what: "503 with `Retry-After`", answer: html(503, { "retry-after": "3" }), ...waits, seconds: 3 },
  { id: "bad-gateway", what: "A page with status 502: the next time is after twice the time", answer: html(502), ...waits, seconds: 2 },
  { id: "unavailable", what: "`temporarily_unavailable`", answer: error(503, "temporarily_unavailable"), ...waits },
  { id: "portal", what: "A page with status 200", answer: html(200), ...notOauth },
  { id: "truncated", what: "JSON without its end, once the request is taken in", takes: true, answer: text((json) => json.slice(0, -9)), ...malformed },
  { id: "moved", what: "A redirect, 302", answer: (_, { elsewhere }) => ({ status: 302, headers: { location: elsewhere } }), ...moved },
  { id: "denied", what: "`access_denied`", answer: error(400, "access_denied"), ...refusal("access_denied") },
  { id: "expired", what: "`expired_token`", answer: error(400, "expired_token"), ...refusal("expired_token") },
  { id: "unknown-client", what: "`invalid_client`", answer: error(401, "invalid_client"), ...refusal("invalid_client") },
].map(asking);

/** What nobody can see from outside: the price of what is believed. */
const UNSEEN = [
  { id: "lie", what: "A server that spends the grant, and says 503 with `Retry-After`", lie: true, grants: ["refresh", "code"], answer: html(503, { "retry-after": "3" }), ...notOauth, kept: true, again: true, wait: 3 },
  { id: "swapped", what: "The answer to another user's refresh, without an ID token", lie: true, grants: ["refresh"], answer: members(() => ({ access_token: "of-somebody-else", refresh_token: "of-somebody-else" })), sees: [] },
];

const token = (row) => ({ at: "/token", takes: true, grants: ["refresh", "code", "credentials"], ...row });

/** The chapters of the document, in its order; `words` stand above their tables. */
export const CHAPTERS = [
  { title: "On the way to the token endpoint, and back", rows: ON_THE_WAY.map(token) },
  { title: "Something else in place of the answer", rows: INSTEAD.map(token) },
  { title: "An answer that was altered", rows: ALTERED.map(token) },
  { title: "Another's answer, other keys, another clock", rows: ANOTHERS.map(token), words: "Rows without a session are those of a login: what is lost is that login, and a new one works." },
  { title: "The server's keys", rows: KEYS, words: "They are fetched before a code leaves: the code is not sent, `grantMayBeConsumed` is `false`, and the same callback works later." },
  { title: "Discovery", rows: DISCOVERY, words: "Nothing is at stake yet." },
  { title: "A pushed authorization request", rows: PUSHED, words: "No user has left yet: `authorize()` fails, and may be called again." },
  { title: "Userinfo", rows: USERINFO, words: "The tokens are as good as before." },
  { title: "Revocation", rows: REVOCATION, words: "The token is as good as before, and to be revoked again. A logout of `grantkit/worker` ends the session all the same." },
  { title: "Introspection", rows: INTROSPECTION, words: "Nobody says that the token is good: a resource server refuses it." },
  { title: "A device's request for a code", rows: DEVICE, words: "Nothing is shown to the user yet: `deviceAuthorization()` fails, and may be called again." },
  { title: "A request to the user's own device", rows: BACKCHANNEL, words: "`backchannelAuthentication()` fails, and may be called again; where the request was taken in, the user may be asked twice." },
  {
    title: "Asking until the user has decided", rows: POLLING,
    words: "The device grant and CIBA, each tried in every row: what is met at first; after that the server is honest again, and the user has said yes. They ask again where nothing was said about the code or `auth_req_id`, as RFC 8628 §3.5 and CIBA §11 want.",
  },
  { title: "What nobody can see from outside", rows: UNSEEN.map(token), words: "The price of what is believed: a server that says that it did not look at the grant, and an answer that names nobody." },
];

export const ROWS = CHAPTERS.flatMap(({ rows }) => rows);

/** The table as plain data, for those who try it elsewhere. */
export const FACTS = ROWS.map(({ answer: _, ...row }) => row);

/** What becomes of a session whose refresh meets this: `src/session/policy.rs`, in the words of `grantkit/worker`. */
export function fate(row) {
  if (row.sees.length === 0) return "lives";
  if (row.sees[0] === "invalid_grant") return "ends";
  return row.kept ? "waits" : "doubtful";
}
