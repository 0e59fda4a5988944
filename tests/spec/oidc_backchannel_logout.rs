//! OpenID Connect Back-Channel Logout 1.0 §2.6: a logout token.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    jose::jws::Algorithm,
    limits,
    oauth::client::Authentication,
    secret::Secret,
    text::base64url,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ISSUER, NOW, client, drive, hmac, json_response, jwks, key, merge, now, other_key, server, sign_with};

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": "app", "iat": NOW, "exp": NOW + 120, "jti": "bWJq", "sid": "08a5019c",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
    })
}

fn head() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "logout+jwt"})
}

fn validate(token: &str) -> Result<String, Error> {
    validate_with(&mut Relation::new(server(), client()), token)
}

fn validate_with(relation: &mut Relation, token: &str) -> Result<String, Error> {
    let step = relation.validate_logout_token(token, now());
    drive(relation, step, |_| Event::Response(json_response(200, &jwks()))).0
}

fn refused(changes: Value) -> Error {
    let mut claims = claims();
    merge(&mut claims, changes);
    validate(&sign_with(&key(), &head(), &claims)).unwrap_err()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_logout_token_tells_whose_session_ended() {
    let told = validate(&sign_with(&key(), &head(), &claims())).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), claims());
    for (head_changes, claim_changes) in [
        (json!({"typ": null}), json!({"sub": null})),
        (json!({"typ": "JWT"}), json!({"sid": null})),
        (json!({"typ": "application/Logout+JWT"}), json!({})),
    ] {
        let (mut head, mut claims) = (head(), claims());
        merge(&mut head, head_changes);
        merge(&mut claims, claim_changes);
        assert!(validate(&sign_with(&key(), &head, &claims)).is_ok());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_that_is_too_long_is_refused_before_it_is_read() {
    let error = validate(&"A".repeat(limits::MESSAGE_BYTES + 1)).unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::ResponseTooLarge, Phase::LogoutToken));
    assert_eq!(validate(&"A".repeat(limits::MESSAGE_BYTES)).unwrap_err().code(), Code::MalformedJwt);
}

#[wasm_bindgen_test(unsupported = test)]
fn each_step_refuses_what_breaks_it() {
    for (changes, code, about) in [
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"iss": null}), Code::InvalidMember, "iss"),
        (json!({"aud": "other"}), Code::AudienceMismatch, "aud"),
        (json!({"aud": null}), Code::InvalidMember, "aud"),
        (json!({"iat": null}), Code::InvalidMember, "iat"),
        (json!({"iat": NOW + 60}), Code::IssuedInFuture, "iat"),
        (json!({"exp": null}), Code::InvalidMember, "exp"),
        (json!({"exp": NOW - 60}), Code::TokenExpired, "exp"),
        (json!({"jti": null}), Code::InvalidMember, "jti"),
        (json!({"jti": 1}), Code::InvalidMember, "jti"),
        (json!({"sub": null, "sid": null}), Code::InvalidMember, "sub"),
        (json!({"sub": "", "sid": null}), Code::InvalidMember, "sub"),
        (json!({"sid": 1}), Code::InvalidMember, "sid"),
        (json!({"events": null}), Code::InvalidMember, "events"),
        (json!({"events": {"other": {}}}), Code::InvalidMember, "events"),
        (json!({"events": {"http://schemas.openid.net/event/backchannel-logout": true}}), Code::InvalidMember, "events"),
        (json!({"events": ["http://schemas.openid.net/event/backchannel-logout"]}), Code::InvalidMember, "events"),
        (json!({"nonce": "n"}), Code::InvalidMember, "nonce"),
    ] {
        let error = refused(changes.clone());
        let report = error.report();
        assert_eq!((error.code(), report.about.as_deref(), report.phase), (code, Some(about), Phase::LogoutToken), "{changes}");
    }
    for (key, changes, code) in [
        (key(), json!({"typ": "at+jwt"}), Code::TypeMismatch),
        (key(), json!({"alg": "none"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "HS256"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "PS256"}), Code::AlgorithmRefused),
        (key(), json!({"kid": "k2"}), Code::KeyNotFound),
        (other_key(), json!({}), Code::SignatureInvalid),
    ] {
        let mut head = head();
        merge(&mut head, changes);
        assert_eq!(validate(&sign_with(&key, &head, &claims())).unwrap_err().code(), code, "{head}");
    }
    assert_eq!(validate("x").unwrap_err().code(), Code::MalformedJwt);
    assert_eq!(validate("a.b.c.d.e").unwrap_err().code(), Code::EncryptedJwt);
}

#[wasm_bindgen_test(unsupported = test)]
fn hmac_vouches_only_where_it_was_registered() {
    let signed = format!(
        "{}.{}",
        base64url::encode(br#"{"alg":"HS256","typ":"logout+jwt"}"#),
        base64url::encode(claims().to_string().as_bytes())
    );
    let token = format!("{signed}.{}", hmac("the client's own secret", &signed));
    let mut relation = Relation::new(server(), client());
    relation.client.authentication = Authentication::SecretPost(Secret::new("the client's own secret"));
    assert_eq!(validate_with(&mut relation, &token).unwrap_err().code(), Code::AlgorithmRefused);
    relation.client.id_token_algorithm = Some(Algorithm::Hs256);
    assert!(validate_with(&mut relation, &token).is_ok());
    for authentication in [Authentication::SecretPost(Secret::new("another")), Authentication::None] {
        relation.client.authentication = authentication;
        assert_eq!(validate_with(&mut relation, &token).unwrap_err().code(), Code::SignatureInvalid);
    }
}
