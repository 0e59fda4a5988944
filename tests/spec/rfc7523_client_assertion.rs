//! RFC 7523 §2.2 and RFC 8705: clients that prove who they are without sending a secret.

use grantkit::{
    error::Code,
    flow::{Event, Relation},
    http::Request,
    jose::jws::{Algorithm, Jws},
    oauth::{
        client::{Authentication, Client},
        metadata::Metadata,
        token::{Exchange, Grant},
    },
    secret::Secret,
    text::form,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ISSUER, NOW, client, drive, hmac, json_response, now, own_key, server, server_with, verify_with};

fn with(authentication: Authentication) -> Client {
    let mut client = client();
    client.authentication = authentication;
    client
}

/// The form of a client credentials request, as pairs.
fn sent(server: Metadata, client: Client) -> (Request, Vec<(String, String)>) {
    let mut relation = Relation::new(server, client);
    let step = relation.client_credentials(&[], now());
    let answer = |_: &Request| Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})));
    let (result, mut sent) = drive(&mut relation, step, answer);
    result.unwrap();
    let request = sent.remove(0);
    let pairs = form::parse(request.body.as_ref().unwrap().expose());
    (request, pairs)
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
}

fn check_claims(jws: &Jws) {
    let claims: Value = serde_json::from_str(&jws.payload).unwrap();
    assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&json!("app"), &json!("app"), &json!(ISSUER)));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + 60)));
    assert_eq!(claims["jti"].as_str().unwrap().len(), 43);
}

#[wasm_bindgen_test(unsupported = test)]
fn client_secret_jwt_is_an_hmac_under_the_secret_which_does_not_travel() {
    let (request, form) = sent(server(), with(Authentication::SecretJwt(Secret::new("top-secret"))));
    assert_eq!(value(&form, "client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let token = value(&form, "client_assertion");
    let jws = Jws::parse(token).unwrap();
    assert_eq!(jws.algorithm, Algorithm::Hs256);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature, hmac("top-secret", signed));
    check_claims(&jws);
    assert!(!request.body.unwrap().expose().contains("top-secret"));
}

#[wasm_bindgen_test(unsupported = test)]
fn private_key_jwt_is_signed_by_the_host_under_its_kid() {
    let (_, form) = sent(server(), with(Authentication::PrivateKeyJwt(Some("k9".into()))));
    let token = value(&form, "client_assertion");
    let jws = Jws::parse(token).unwrap();
    assert_eq!((jws.algorithm, jws.kid.as_deref()), (Algorithm::Es256, Some("k9")));
    check_claims(&jws);
    assert!(verify_with(&own_key(), token));
    assert_eq!(value(&form, "client_id"), "app");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_audience_is_the_token_endpoint_for_a_provider_that_wants_it_so() {
    for authentication in [Authentication::SecretJwt(Secret::new("top-secret")), Authentication::PrivateKeyJwt(None)] {
        let mut client = with(authentication);
        client.provider.token_endpoint_audience = true;
        let (_, form) = sent(server(), client);
        let claims: Value = serde_json::from_str(&Jws::parse(value(&form, "client_assertion")).unwrap().payload).unwrap();
        assert_eq!(claims["aud"], "https://op.example/token");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn mutual_tls_sends_the_identifier_to_the_alias() {
    let server = server_with(json!({"mtls_endpoint_aliases": {"token_endpoint": "https://mtls.op.example/token"}}));
    let (request, form) = sent(server.clone(), with(Authentication::Tls));
    assert_eq!((request.url.as_str(), value(&form, "client_id")), ("https://mtls.op.example/token", "app"));
    assert_eq!(sent(server, with(Authentication::None)).0.url, "https://op.example/token");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_by_hand_cannot_be_signed_and_says_so() {
    let client = with(Authentication::PrivateKeyJwt(None));
    let error = Exchange::new(&client, Grant::new("client_credentials", false)).request(&server(), &client, None).unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("clientAuth")));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_that_the_host_has_not_stops_the_exchange_before_anything_is_sent() {
    let mut relation = Relation::new(server(), with(Authentication::PrivateKeyJwt(None)));
    let step = relation.refresh(Secret::new("rt"), None, &[], now()).unwrap();
    let grantkit::flow::Step::Ask(_, next) = step else { panic!("nothing asked") };
    let error = next.resume(&mut relation, Event::Failed(Code::AlgorithmUnsupported), now()).unwrap_err();
    assert_eq!((error.code(), error.report().grant_may_be_consumed), (Code::AlgorithmUnsupported, false));
}
