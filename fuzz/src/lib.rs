//! What the targets share: a client at a server, answers made of an input, and what must be so of every result.
//!
//! A target is a file in `src/bin`, named after the grammar or the room whose `receive()` it feeds. It looks for more than panics: what
//! comes out must read the same to another reader, and nothing secret may stand in an error. `cargo xtask fuzz` runs them; the seeds are made of
//! `tests/vectors` by `src/main.rs`.

use grantkit::{
    error::Error,
    flow::{Effect, Event, Relation, Step},
    http::{Request, Response},
    jose::{
        jwk::{Jwk, OwnKey},
        jws::Algorithm,
    },
    limits,
    oauth::{
        authorization::{self, Entropy, Pending},
        client::{Authentication, Client},
        metadata::Metadata,
    },
    secret::Secret,
    text::{base64url, json::Object},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The server's name.
pub const ISSUER: &str = "https://op.example";
/// When all of it happens.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
/// What the login drew.
pub const ENTROPY: Entropy = [[1; 32], [2; 32], [3; 32]];
/// What is sent and must not be seen again. They stand in the dictionary, so that answers quote them.
pub const SECRETS: [&str; 3] = [CLIENT_SECRET, CODE, REFRESH_TOKEN];
/// The client's. It looks like a word, and is told by having been sent alone.
pub const CLIENT_SECRET: &str = "hunter2!";
/// A callback's.
pub const CODE: &str = "SplxlOBeZQQYbYS6WxSbIA";
/// A session's.
pub const REFRESH_TOKEN: &str = "tGzv3JOkF0XG5Qx2TlKWIA";

/// The statuses that the first byte of an answer chooses from.
pub const STATUSES: [u16; 10] = [200, 201, 204, 400, 401, 403, 429, 500, 502, 503];
/// The media types that the second byte chooses from.
pub const TYPES: [&str; 6] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
    "application/jwt",
    "application/token-introspection+jwt",
    "",
];

/// An answer of the server's: a byte for the status, one for the media type, and the body.
pub fn response(data: &[u8]) -> Option<Response> {
    let [status, kind, body @ ..] = data else { return None };
    let content_type = TYPES[usize::from(*kind) % TYPES.len()];
    Some(Response {
        status: STATUSES[usize::from(*status) % STATUSES.len()],
        content_type: Some(content_type).filter(|kind| !kind.is_empty()).map(Into::into),
        retry_after: (*status >= 128).then(|| "7".into()),
        body: body.into(),
        ..Response::default()
    })
}

/// The input for an answer.
pub fn answer(status: u16, content_type: &str, body: &str) -> Vec<u8> {
    let at = |found: Option<usize>| u8::try_from(found.unwrap_or(0)).unwrap_or(0);
    let status = at(STATUSES.iter().position(|one| *one == status));
    let essence = content_type.split(';').next().unwrap_or("").to_ascii_lowercase();
    let kind = at(TYPES.iter().position(|one| *one == essence));
    [&[status, kind], body.as_bytes()].concat()
}

/// Two texts of one input.
pub fn two(data: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(data).ok()?.split_once('\n')
}

/// A token of this header and these claims, or the text as it is where it has no line break. Its signature is whatever the host says.
pub fn token(text: &str) -> String {
    match text.split_once('\n') {
        Some((header, claims)) => {
            [&base64url::encode(header.as_bytes()), ".", &base64url::encode(claims.as_bytes()), ".AAAA"].concat()
        }
        None => text.into(),
    }
}

/// The server, with everything on.
pub fn server() -> Metadata {
    static SERVER: OnceLock<Metadata> = OnceLock::new();
    SERVER.get_or_init(read_server).clone()
}

fn read_server() -> Metadata {
    let endpoint = |name: &str| format!("{ISSUER}/{name}");
    let algorithms = json!(["RS256", "ES256", "HS256"]);
    let document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": endpoint("authorize"),
        "token_endpoint": endpoint("token"),
        "jwks_uri": endpoint("jwks"),
        "userinfo_endpoint": endpoint("userinfo"),
        "revocation_endpoint": endpoint("revoke"),
        "introspection_endpoint": endpoint("introspect"),
        "registration_endpoint": endpoint("register"),
        "device_authorization_endpoint": endpoint("device"),
        "backchannel_authentication_endpoint": endpoint("ciba"),
        "pushed_authorization_request_endpoint": endpoint("par"),
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "authorization_signing_alg_values_supported": algorithms,
        "introspection_signing_alg_values_supported": algorithms,
    });
    Metadata::parse(&document.to_string()).expect("the server's metadata is right")
}

/// A confidential client of it.
pub fn client() -> Client {
    let mut client = Client::new("app");
    client.authentication = Authentication::SecretPost(Secret::new(CLIENT_SECRET));
    client.redirect_uri = Some("https://app.example/cb".into());
    client.scope = Some("openid".into());
    client
}

/// The two of them.
pub fn relation() -> Relation {
    Relation::new(server(), client())
}

/// A login that is under way.
pub fn pending(response_mode: &str) -> Pending {
    let parameters = [("response_mode".to_owned(), response_mode.to_owned())];
    authorization::start(&server(), &client(), &parameters, &ENTROPY).expect("the login begins").pending
}

/// The `state` of that login.
pub fn state() -> String {
    base64url::encode(&ENTROPY[0])
}

/// The `nonce` of that login.
pub fn nonce() -> String {
    base64url::encode(&ENTROPY[1])
}

/// The server's keys, of which the host takes any signature.
pub fn jwks() -> Response {
    static JWKS: OnceLock<Response> = OnceLock::new();
    JWKS.get_or_init(write_jwks).clone()
}

fn write_jwks() -> Response {
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let rsa = "A".repeat(2) + &"u".repeat(342);
    let keys = json!({"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "k1", "x": x, "y": x},
        {"kty": "RSA", "kid": "k2", "n": rsa, "e": "AQAB"},
    ]});
    Response { status: 200, content_type: Some(TYPES[0].into()), body: keys.to_string().into(), ..Response::default() }
}

/// Performs a flow: `answer` is the network for everything but the keys, and every signature is right. Tells how often each form was sent.
pub fn drive<T>(
    relation: &mut Relation,
    step: Result<Step<T>, Error>,
    answer: &mut dyn FnMut(&Request) -> Response,
) -> (Result<T, Error>, Vec<Request>) {
    let mut step = step;
    let mut sent = Vec::new();
    loop {
        let (effect, next) = match step {
            Err(error) => return (Err(error), sent),
            Ok(Step::Done(value)) => return (Ok(value), sent),
            Ok(Step::Ask(effect, next)) => (effect, next),
        };
        let event = match effect {
            Effect::Send(request) if request.url.ends_with("/jwks") => Event::Response(jwks()),
            Effect::Send(request) => {
                let response = answer(&request);
                sent.push(request);
                Event::Response(response)
            }
            Effect::Verify(_) => Event::Verified(true),
            Effect::Sign(..) => Event::Signed(vec![0; 64]),
            Effect::Key(_) => Event::Key(OwnKey { algorithm: Algorithm::Es256, public: own_key() }),
            Effect::Draw => Event::Drawn(ENTROPY),
            Effect::Wait(_) => Event::Waited,
        };
        step = next.resume(relation, event, NOW);
    }
}

fn own_key() -> Option<Jwk> {
    Jwk::parse(&Object::parse(r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#)?)
}

/// What must be so of every error: another reader reads it, and it is short.
pub fn check_error(error: &Error) {
    let read: Value = serde_json::from_str(&error.to_json()).expect("an error is JSON");
    assert_eq!(read["code"], error.code().as_str());
    let body = error.report().body.as_deref().unwrap_or("");
    assert!(body.len() <= limits::EXCERPT_BYTES * "[redacted]".len(), "an excerpt is short");
    assert!(!(error.retryable() && error.report().grant_may_be_consumed), "what may be spent is not repeated");
}

/// What must be so of the error of an exchange that sent these: it can be logged, in each form that it has.
pub fn check_refusal(error: &Error, sent: &[&str]) {
    check_error(error);
    for text in [error.to_json(), error.to_string(), format!("{error:?}")] {
        for secret in sent {
            assert!(!text.contains(secret), "{secret} stands in {text}");
        }
    }
}

/// A result that is JSON: another reader reads it too, or the error can be logged.
pub fn check(result: &Result<String, Error>, sent: &[&str]) -> Option<Value> {
    match result {
        Ok(text) => Some(serde_json::from_str(text).expect("what comes out is JSON")),
        Err(error) => {
            check_refusal(error, sent);
            None
        }
    }
}

/// Of a token that passed: its claims speak of this server, this client, and now.
pub fn check_claims(claims: &Value, audience: &str) {
    if let Some(issuer) = claims.get("iss").filter(|issuer| !issuer.is_null()) {
        assert_eq!(issuer, ISSUER);
    }
    if let Some(named) = claims.get("aud").filter(|named| !named.is_null()) {
        let names = |one: &Value| one == audience;
        assert!(names(named) || named.as_array().is_some_and(|list| list.iter().any(names)), "{named}");
    }
    let seconds = |name: &str| claims.get(name).filter(|time| !time.is_null()).and_then(Value::as_f64);
    let (now, leeway) = (NOW.seconds() as f64, f64::from(limits::LEEWAY_SECONDS));
    assert!(seconds("exp").is_none_or(|exp| now < exp + leeway + 1.0));
    assert!(seconds("nbf").is_none_or(|nbf| nbf - leeway - 1.0 <= now));
    assert!(seconds("iat").is_none_or(|iat| iat - leeway - 1.0 <= now));
}

/// The header of a token that passed: signed, by what the server lists or what was agreed on, and nothing critical was passed over.
pub fn check_header(token: &str, agreed: &[&str]) {
    let header = token.split('.').next().and_then(base64url::decode).expect("what passed has a header");
    let header: Value = serde_json::from_slice(&header).expect("a header is JSON");
    assert!(agreed.iter().any(|one| header["alg"] == *one), "{header}");
    assert!(header.get("crit").is_none_or(Value::is_null), "{header}");
}
