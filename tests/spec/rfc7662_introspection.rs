//! RFC 7662 and RFC 9701: what a token is worth, plain and signed.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    secret::Secret,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ISSUER, NOW, client, drive, json_response, jwks, key, merge, now, other_key, server_with, sign_with, text_response,
};

fn relation(signed: bool) -> Relation {
    let server = server_with(json!({
        "introspection_endpoint": "https://op.example/introspect",
        "introspection_signing_alg_values_supported": ["ES256", "HS256"],
    }));
    let mut client = client();
    client.signed_introspection = signed;
    Relation::new(server, client)
}

fn introspect(signed: bool, response: &Response) -> (Result<String, Error>, Vec<Request>) {
    let mut relation = relation(signed);
    let step = relation.introspect(Secret::new("mF_9.B5f-4.1JqM"), &[("token_type_hint".into(), "access_token".into())], now());
    drive(&mut relation, step, |request| {
        Event::Response(if request.url.ends_with("/jwks") { json_response(200, &jwks()) } else { response.clone() })
    })
}

/// The example of RFC 7662 §2.2.
fn answer() -> Value {
    json!({
        "active": true, "client_id": "l238j323ds-23ij4", "username": "jdoe", "scope": "read write dolphin",
        "sub": "Z5O3upPC88QrAjx00dis", "aud": "https://protected.example.net/resource", "iss": "https://server.example.com/",
        "exp": 1419356238, "iat": 1419350238, "extension_field": "twenty-seven"
    })
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "app", "iat": NOW, "token_introspection": answer()})
}

fn signed(head: &Value, claims: &Value) -> Response {
    text_response(200, "application/token-introspection+jwt", &sign_with(&key(), head, claims))
}

fn head() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "token-introspection+jwt"})
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_the_answer_comes_as_it_is() {
    let (result, sent) = introspect(false, &json_response(200, &answer()));
    assert_eq!(serde_json::from_str::<Value>(&result.unwrap()).unwrap(), answer());
    assert_eq!(sent[0].body.as_ref().unwrap().expose(), "token=mF_9.B5f-4.1JqM&token_type_hint=access_token&client_id=app");
    assert!(introspect(false, &json_response(200, &json!({"active": false}))).0.is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_active_is_required_and_a_boolean() {
    for answer in [json!({}), json!({"active": "true"}), json!({"active": 1}), json!({"active": null})] {
        let error = introspect(false, &json_response(200, &answer)).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some("active")), "{answer}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_3_a_refusal_is_told() {
    for signed in [false, true] {
        let error = introspect(signed, &json_response(401, &json!({"error": "invalid_client"}))).0.unwrap_err();
        assert_eq!((error.code(), error.report().phase), (Code::InvalidClient, Phase::Introspection));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9701_a_signed_answer_is_asked_for_and_verified() {
    let (result, sent) = introspect(true, &signed(&head(), &claims()));
    assert_eq!(serde_json::from_str::<Value>(&result.unwrap()).unwrap(), answer());
    let accept: Vec<_> = sent[0].headers.iter().filter(|(name, _)| name == "accept").map(|(_, value)| value.expose()).collect();
    assert_eq!(accept, ["application/token-introspection+jwt"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9701_whoever_asks_for_a_signature_takes_nothing_without_one() {
    for status in [200, 201, 203, 299] {
        let error = introspect(true, &json_response(status, &answer())).0.unwrap_err();
        assert_eq!((error.code(), error.report().status), (Code::NotOauthResponse, Some(status)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9701_each_rule_refuses_what_breaks_it() {
    for (changes, code, about) in [
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"iss": null}), Code::InvalidMember, "iss"),
        (json!({"aud": "other"}), Code::AudienceMismatch, "aud"),
        (json!({"aud": null}), Code::InvalidMember, "aud"),
        (json!({"iat": null}), Code::InvalidMember, "iat"),
        (json!({"iat": NOW + 60}), Code::IssuedInFuture, "iat"),
        (json!({"token_introspection": null}), Code::InvalidMember, "token_introspection"),
        (json!({"token_introspection": "x"}), Code::InvalidMember, "active"),
        (json!({"token_introspection": {}}), Code::InvalidMember, "active"),
    ] {
        let mut claims = claims();
        merge(&mut claims, changes);
        let error = introspect(true, &signed(&head(), &claims)).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (code, Some(about)));
    }
    for (changes, code) in [
        (json!({"typ": null}), Code::TypeMismatch),
        (json!({"typ": "JWT"}), Code::TypeMismatch),
        (json!({"alg": "HS256"}), Code::AlgorithmRefused),
        (json!({"alg": "RS256"}), Code::AlgorithmRefused),
        (json!({"kid": "k2"}), Code::KeyNotFound),
    ] {
        let mut head = head();
        merge(&mut head, changes);
        assert_eq!(introspect(true, &signed(&head, &claims())).0.unwrap_err().code(), code);
    }
    let forged = sign_with(&other_key(), &head(), &claims());
    let error = introspect(true, &text_response(200, "application/token-introspection+jwt", &forged)).0.unwrap_err();
    assert_eq!(error.code(), Code::SignatureInvalid);
}
