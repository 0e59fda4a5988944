//! A server, a client and a clock for the tests.

use grantkit::{
    error::Error,
    flow::{Effect, Event, Relation, Signer, Step},
    http::{Request, Response},
    jose::{
        jwk::{Jwk, OwnKey},
        jws::{self, Algorithm},
    },
    oauth::{authorization, client::Client, metadata::Metadata},
    text::{base64url, json::Object},
    time::Timestamp,
};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer as _, signature::Verifier as _};
use serde_json::{Value, json};
use sha2::Sha256;

pub const ISSUER: &str = "https://op.example";
pub const NOW: i64 = 1_800_000_000;

pub fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

pub fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://op.example/authorize",
        "token_endpoint": "https://op.example/token",
        "jwks_uri": "https://op.example/jwks",
        "end_session_endpoint": "https://op.example/logout",
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    })
}

pub fn server() -> Metadata {
    Metadata::parse(&metadata().to_string()).unwrap()
}

/// The server's metadata with some members changed.
pub fn server_with(changes: Value) -> Metadata {
    let mut document = metadata();
    merge(&mut document, changes);
    Metadata::parse(&document.to_string()).unwrap()
}

pub fn client() -> Client {
    let mut client = Client::new("app");
    client.redirect_uri = Some("https://app.example/cb".into());
    client.scope = Some("openid".into());
    client
}

pub const ENTROPY: authorization::Entropy = [[1; 32], [2; 32], [3; 32]];

pub fn state() -> String {
    base64url::encode(&ENTROPY[0])
}

pub fn nonce() -> String {
    base64url::encode(&ENTROPY[1])
}

pub fn callback() -> String {
    format!("https://app.example/cb?code=abc&state={}&iss=https%3A%2F%2Fop.example", state())
}

/// Sets each member of `changes`; `null` takes it away.
pub fn merge(document: &mut Value, changes: Value) {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => document.as_object_mut().unwrap().remove(name),
            value => document.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
}

pub fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

pub fn other_key() -> SigningKey {
    SigningKey::from_slice(&[8; 32]).unwrap()
}

pub fn jwk(key: &SigningKey, kid: &str) -> Value {
    let point = VerifyingKey::from(key).to_encoded_point(false);
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256",
        "x": base64url::encode(point.x().unwrap()), "y": base64url::encode(point.y().unwrap())})
}

pub fn jwks() -> Value {
    json!({"keys": [jwk(&key(), "k1")]})
}

pub fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "alice", "aud": "app", "exp": NOW + 300, "iat": NOW, "nonce": nonce()})
}

pub fn sign_with(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let signed =
        format!("{}.{}", base64url::encode(header.to_string().as_bytes()), base64url::encode(claims.to_string().as_bytes()));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", base64url::encode(&signature.to_bytes()))
}

pub fn sign(claims: &Value) -> String {
    sign_with(&key(), &json!({"alg": "ES256", "kid": "k1"}), claims)
}

pub fn hmac(secret: &str, signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    base64url::encode(&mac.finalize().into_bytes())
}

pub fn json_response(status: u16, body: &Value) -> Response {
    text_response(status, "application/json", &body.to_string())
}

pub fn text_response(status: u16, content_type: &str, body: &str) -> Response {
    Response { status, content_type: Some(content_type.into()), body: body.into(), ..Response::default() }
}

pub fn token_response(claims: &Value) -> Response {
    json_response(
        200,
        &json!({"access_token": "at", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt", "id_token": sign(claims)}),
    )
}

/// Whether a token was signed with this key.
pub fn verify_with(key: &SigningKey, token: &str) -> bool {
    let public = Jwk::parse(&Object::parse(&jwk(key, "k").to_string()).unwrap()).unwrap();
    verify(&jws::Jws::parse(token).unwrap().check(&public))
}

/// A host that knows P-256 alone.
pub fn verify(check: &jws::Check) -> bool {
    let key: Value = serde_json::from_str(&check.key).unwrap();
    let coordinate = |name: &str| base64url::decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_sec1_bytes(&point), Signature::from_slice(&check.signature)) else {
        return false;
    };
    key.verify(check.signed.as_bytes(), &signature).is_ok()
}

/// What a host does: `answer` is the network, randomness counts, and every key of our own is the same.
pub fn perform(effect: Effect, sent: &mut Vec<Request>, answer: &mut impl FnMut(&Request) -> Event) -> Event {
    match effect {
        Effect::Send(request) => {
            let event = answer(&request);
            sent.push(request);
            event
        }
        Effect::Verify(check) => Event::Verified(verify(&check)),
        Effect::Sign(_, input) => {
            let signature: Signature = own_key().sign(input.as_bytes());
            Event::Signed(signature.to_bytes().to_vec())
        }
        Effect::Key(signer) => {
            let public = Jwk::parse(&Object::parse(&jwk(&own_key(), "own").to_string()).unwrap());
            Event::Key(OwnKey { algorithm: Algorithm::Es256, public: public.filter(|_| signer == Signer::Dpop) })
        }
        Effect::Draw => Event::Drawn(ENTROPY),
        Effect::Wait(_) => Event::Waited,
    }
}

pub fn own_key() -> SigningKey {
    SigningKey::from_slice(&[9; 32]).unwrap()
}

/// Performs a flow; `answer` is the network. Tells what was sent as well.
pub fn drive<T>(
    relation: &mut Relation,
    step: Result<Step<T>, Error>,
    answer: impl FnMut(&Request) -> Event,
) -> (Result<T, Error>, Vec<Request>) {
    drive_watched(relation, step, answer, &mut |_| {})
}

/// The same, seen by a `witness`: whatever the host of a flow could log.
pub fn drive_watched<T>(
    relation: &mut Relation,
    step: Result<Step<T>, Error>,
    mut answer: impl FnMut(&Request) -> Event,
    witness: &mut dyn FnMut(&dyn core::fmt::Debug),
) -> (Result<T, Error>, Vec<Request>) {
    let mut sent = Vec::new();
    let mut step = step;
    loop {
        let (event, next) = match step {
            Err(error) => return (Err(error), sent),
            Ok(Step::Done(value)) => return (Ok(value), sent),
            Ok(Step::Ask(effect, next)) => {
                witness(&effect);
                (perform(effect, &mut sent, &mut answer), next)
            }
        };
        witness(&event);
        step = next.resume(relation, event, now());
    }
}

/// So many, or a few of them where an interpreter runs the tests: `cargo xtask miri`.
pub const fn many(count: usize) -> usize {
    if cfg!(miri) { count / 50 } else { count }
}

/// So many numbers below `limit`, which look like chance and are others at each call, and the same in each run.
pub fn noise(length: usize, limit: usize) -> Vec<u8> {
    use std::cell::Cell;
    std::thread_local!(static STATE: Cell<u64> = const { Cell::new(0x9e37_79b9_7f4a_7c15) });
    let next = || {
        let mut state = STATE.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        STATE.set(state);
        u8::try_from((state >> 32) as usize % limit).unwrap()
    };
    std::iter::repeat_with(next).take(length).collect()
}
