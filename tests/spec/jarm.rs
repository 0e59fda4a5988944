//! JWT Secured Authorization Response Mode: responses that cannot be altered on their way.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation, Tokens},
    http::Request,
    limits,
    oauth::{authorization, metadata::Metadata},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, ISSUER, NOW, callback, claims, client, drive, json_response, jwks, key, merge, now, other_key, server_with,
    sign_with, state, token_response,
};

fn server() -> Metadata {
    server_with(json!({"authorization_signing_alg_values_supported": ["ES256"]}))
}

fn response() -> Value {
    json!({"iss": ISSUER, "aud": "app", "exp": NOW + 600, "code": "abc", "state": state()})
}

fn signed(claims: &Value) -> String {
    sign_with(&key(), &json!({"alg": "ES256", "kid": "k1"}), claims)
}

fn come_back(callback: &str) -> (Result<Tokens, Error>, Vec<Request>) {
    let mut relation = Relation::new(server(), client());
    let parameters = [("response_mode".to_string(), "query.jwt".to_string())];
    let pending = authorization::start(&relation.server, &relation.client, &parameters, &ENTROPY).unwrap().pending;
    let step = relation.callback(callback, pending, now());
    drive(&mut relation, step, |request| {
        Event::Response(if request.url.ends_with("/jwks") { json_response(200, &jwks()) } else { token_response(&claims()) })
    })
}

fn refused(token: &str) -> Error {
    let (result, sent) = come_back(&format!("?response={token}"));
    assert!(sent.iter().all(|request| request.url.ends_with("/jwks")), "no code was sent");
    result.unwrap_err()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_signed_response_becomes_tokens() {
    let (result, sent) = come_back(&format!("https://app.example/cb?response={}", signed(&response())));
    assert!(result.is_ok());
    assert_eq!(sent.len(), 2, "the keys, once, and the token");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_response_that_is_too_long_is_refused_before_it_is_read() {
    let error = refused(&"A".repeat(limits::MESSAGE_BYTES));
    assert_eq!((error.code(), error.report().phase), (Code::ResponseTooLarge, Phase::Callback));
}

#[wasm_bindgen_test(unsupported = test)]
fn each_rule_refuses_what_breaks_it() {
    for (changes, code, about) in [
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"aud": "other"}), Code::AudienceMismatch, "aud"),
        (json!({"exp": NOW - 60}), Code::TokenExpired, "exp"),
        (json!({"exp": null}), Code::InvalidMember, "exp"),
        (json!({"state": "other"}), Code::StateMismatch, "state"),
        (json!({"code": null}), Code::MissingCode, "code"),
    ] {
        let mut claims = response();
        merge(&mut claims, changes);
        let error = refused(&signed(&claims));
        assert_eq!((error.code(), error.report().about.as_deref(), error.report().phase), (code, Some(about), Phase::Callback));
    }
    let mut denied = response();
    merge(&mut denied, json!({"code": null, "error": "access_denied"}));
    assert_eq!(refused(&signed(&denied)).code(), Code::AccessDenied);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_response_that_the_server_did_not_sign_is_refused() {
    let foreign = sign_with(&other_key(), &json!({"alg": "ES256", "kid": "k1"}), &response());
    assert_eq!(refused(&foreign).code(), Code::SignatureInvalid);
    let hmac = sign_with(&key(), &json!({"alg": "HS256"}), &response());
    assert_eq!(refused(&hmac).code(), Code::AlgorithmRefused);
    assert_eq!(refused("a.b.c").code(), Code::MalformedJwt);
    // Whoever can leave the signature out can forge the rest.
    let (result, sent) = come_back(&format!("?code=abc&state={}&iss=https%3A%2F%2Fop.example", state()));
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref(), sent.len()), (Code::MissingCode, Some("response"), 0));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_response_without_a_signature_is_refused_by_whoever_judges_it() {
    // Without a flow around it: a program that calls `receive` by itself must not be the way around the signature.
    let parameters = [("response_mode".to_string(), "query.jwt".to_string())];
    let pending = authorization::start(&server(), &client(), &parameters, &ENTROPY).unwrap().pending;
    let error = pending.receive(&callback(), &server(), &client()).unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::MissingCode, Some("response")));
}
