//! Every number, each with its reason.

/// Bytes of a response that are read at the most. Token responses with large ID tokens stay under 64 KiB; a JWKS or
/// metadata document with certificates under 256 KiB. More is an attack or the wrong address.
pub const RESPONSE_BYTES: usize = 1 << 20;

/// Bytes of what anybody can send us: an authorization response, signed or not, a ping, a logout token. Honest ones have one or two thousand, signed ones some
/// more. Parameters take many times their size, and whether it is this login's is known only once they are read.
pub const MESSAGE_BYTES: usize = 1 << 16;

/// How deep JSON may nest. Claims and metadata need less than ten levels; recursion must stay far from the end of the 512 KiB wasm stack.
pub const JSON_DEPTH: usize = 32;

/// Members of one JSON object, because finding a duplicate compares each with each.
pub const JSON_MEMBERS: usize = 512;

/// Random bytes behind a state, a nonce and a code verifier: 256 bits, as RFC 7636 §7.1 asks of a verifier.
pub const ENTROPY_BYTES: usize = 32;

/// Seconds by which two clocks may differ unless the caller says otherwise. RFC 7519 §4.1.4: "no more than a few minutes".
pub const LEEWAY_SECONDS: u32 = 30;

/// The most leeway that can be asked for: beyond five minutes, expiry stops to mean something.
pub const LEEWAY_SECONDS_MAX: u32 = 300;

/// Milliseconds that one HTTP exchange may take, body included, unless the caller says otherwise.
pub const TIMEOUT_MILLISECONDS: u32 = 10_000;

/// Milliseconds that a timer can count: hosts keep them in 31 bits, and a larger number fires at once.
pub const TIMEOUT_MILLISECONDS_MAX: u32 = i32::MAX as u32;

/// Seconds for which fetched keys are used without asking again. Servers announce a key some hours before they sign with it.
pub const KEYS_FRESH_SECONDS: i64 = 600;

/// Seconds between two fetches of the keys because of an unknown `kid`, so that forged tokens cannot make us hammer a server.
pub const KEYS_COOLDOWN_SECONDS: i64 = 30;

/// Keys tried for a token that names none. Servers publish two or three of a kind; each try is a signature check.
pub const KEY_CANDIDATES: usize = 4;

/// Bytes kept of a body that was not OAuth: enough to recognise the proxy that sent it.
pub const EXCERPT_BYTES: usize = 2048;

/// Bytes of it that are looked at, so that a secret which stands across the end of what is kept is seen whole.
pub const EXCERPT_BYTES_SEEN: usize = 4 * EXCERPT_BYTES;

/// Characters that a sent value must have to be looked for in what came back. Shorter ones are no secrets, and stand in many words.
pub const SECRET_CHARACTERS: usize = 4;

/// Characters in a row, drawn from the alphabet of tokens, that are blotted out of an excerpt: shorter secrets are
/// guessable anyway, longer words are rare.
pub const REDACT_CHARACTERS: usize = 16;

/// Characters of an error's word that are shown as they are; the longest that is registered has 36.
pub const ERROR_CHARACTERS: usize = 64;

/// Seconds that a JWT of the client's lives: it is used at once, and clocks differ.
pub const ASSERTION_SECONDS: i64 = 60;

/// Seconds between two tries where the server does not name them: RFC 8628 §3.2, CIBA §7.3.
pub const POLL_SECONDS: u32 = 5;

/// Seconds that `slow_down` adds: RFC 8628 §3.5.
pub const SLOW_DOWN_SECONDS: u32 = 5;

/// Seconds up to which the time between two tries doubles while a server is out of reach: a user who has decided waits no longer than this.
pub const POLL_SECONDS_MAX: u32 = 60;

/// Characters of a `client_notification_token`: CIBA §7.1.
pub const NOTIFICATION_TOKEN_CHARACTERS: usize = 1024;

/// Origins whose DPoP nonce is remembered: a client speaks to one authorization server and a few APIs.
pub const DPOP_NONCES: usize = 16;

/// Characters of a DPoP nonce that are believed; servers send a few dozen.
pub const DPOP_NONCE_CHARACTERS: usize = 512;

/// Bytes of a `WWW-Authenticate` header that are read at the most: servers cap all their headers at 8 to 16 KiB.
pub const CHALLENGE_BYTES: usize = 8192;

/// Challenges of one header; servers send one or two.
pub const CHALLENGES: usize = 16;

/// Parameters of one challenge; RFC 6750, 9449, 9470 and 9728 together know nine.
pub const CHALLENGE_PARAMETERS: usize = 32;

/// Seconds for which a DPoP proof is fresh at a resource: it is made for one request, and RFC 9449 §11.1 asks for "seconds or minutes".
pub const DPOP_PROOF_SECONDS: i64 = 60;

/// Seconds by which the server's clock is believed to differ from ours: a machine may have the wrong day, not the wrong year.
pub const CLOCK_OFFSET_SECONDS_MAX: i64 = 86_400;

/// Lengths of a code verifier, RFC 7636 §4.1.
pub const VERIFIER_CHARACTERS: core::ops::RangeInclusive<usize> = 43..=128;

/// The largest `expires_in` that is believed, in seconds: a hundred years. Beyond it the sum with today leaves what
/// JavaScript's dates can say.
pub const LIFETIME_SECONDS_MAX: i64 = 3_155_760_000;

/// Seconds before an access token expires from which on it is refreshed: a request that takes this long still arrives with a good one.
pub const REFRESH_AHEAD_SECONDS: u32 = 30;

/// Seconds up to which the time between two tries to refresh doubles: a server that is back is found within a minute.
pub const REFRESH_BACKOFF_SECONDS_MAX: u32 = 60;

/// Seconds for which an access token is as good as new: an API that refuses it means something else than its age.
pub const REFUSAL_SECONDS: i64 = 60;

/// Bytes of a whole `Set-Cookie` header: RFC 6265bis §5.6 lets browsers ignore a name and value beyond 4,096, and they do so without a word.
pub const COOKIE_BYTES: usize = 4096;

/// Cookies that a session may be cut into: Node.js and many servers read 16 KiB of headers in all, and other headers are among them.
pub const COOKIE_CHUNKS: usize = 3;

/// Characters of the label in a cookie's name: it counts in each chunk of each request.
pub const COOKIE_LABEL_CHARACTERS: usize = 32;

/// Characters of a `state` in the name of its login's cookie: 96 bits tell logins apart, and prove nothing.
pub const LOGIN_NAME_CHARACTERS: usize = 16;

/// Bytes of all logins that are under way in one browser: about four. Beyond that the oldest give way, or headers outgrow what servers take.
pub const LOGIN_COOKIE_BYTES: usize = 4096;

/// Seconds that a login may take: long enough to find a second factor or to reset a password.
pub const LOGIN_SECONDS: u32 = 3600;

/// Characters of a `returnTo`: it travels in a cookie, and in the address bar.
pub const RETURN_TO_CHARACTERS: usize = 1024;

/// How often a path is decoded to see whether it means something else then: what is encoded more often than this is no honest path.
pub const PATH_DECODINGS: usize = 4;

/// Seconds that whoever refreshes a session has for it; then the refresh token is in doubt. Three exchanges (keys, token, token with a nonce) fit.
pub const TURN_SECONDS: u32 = 35;

/// Seconds for which a late request with a replaced cookie is answered with its successor: requests that were under way, and a response that was slow.
pub const REUSE_SECONDS: u32 = 60;

/// Seconds after a session's end for which a store remembers that it is over, unless its cookie lives longer.
pub const TOMBSTONE_SECONDS: u32 = 3600;

/// Seconds without use after which a session at the edge ends, unless the operator says otherwise.
pub const SESSION_IDLE_SECONDS: u32 = 86_400;

/// Seconds after the login at which a session at the edge ends, unless the operator says otherwise.
pub const SESSION_ABSOLUTE_SECONDS: u32 = 604_800;

/// Logins that one address may begin in a row, and the seconds after which it may begin one more: an office behind one address logs in each morning.
pub const LOGINS_AT_ONCE: u32 = 20;

/// See [`LOGINS_AT_ONCE`].
pub const LOGIN_EVERY_SECONDS: u32 = 3;
