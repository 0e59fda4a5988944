//! The crate's feature `serde`: what Rust programs hand on and take back.

use grantkit::{
    error::{Code, Phase},
    flow::{Event, Relation, Tokens},
    oauth::authorization::Pending,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::spec::world;

fn pending() -> Pending {
    let mut relation = Relation::new(world::server(), world::client());
    let parameters = [("max_age".into(), "300".into()), ("resource".into(), "https://a.example".into())];
    let step = relation.authorize(&parameters).unwrap();
    world::drive(&mut relation, Ok(step), |_| panic!("nothing is sent")).0.unwrap().1
}

fn tokens() -> Tokens {
    let mut client = world::client();
    client.scope = None;
    let mut relation = Relation::new(world::server(), client);
    let step = relation.client_credentials(&[], world::now());
    let body = json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60, "rates": [0.5, null, true, { "deep": "x" }], "scope": "a b" });
    world::drive(&mut relation, step, |_| Event::Response(world::json_response(200, &body))).0.unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn tokens_are_written_as_the_javascript_api_has_them() {
    let tokens = tokens();
    let written = serde_json::to_value(&tokens).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(&tokens.to_json()).unwrap());
    assert_eq!(written["rates"], json!([0.5, null, true, { "deep": "x" }]));
    assert_eq!(written["expires_at"], json!(world::NOW + 60));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_is_written_with_its_code_and_what_is_safe() {
    let written = serde_json::to_value(Code::Timeout.at(Phase::Discovery)).unwrap();
    assert_eq!((&written["code"], &written["retryable"]), (&json!("timeout"), &json!(true)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_pending_login_comes_back_as_it_left() {
    let pending = pending();
    let back: Pending = serde_json::from_str(&serde_json::to_string(&pending).unwrap()).unwrap();
    assert_eq!(back.to_json(), pending.to_json());
    let back: Pending = serde_json::from_value(serde_json::to_value(&pending).unwrap()).unwrap();
    assert_eq!(back.to_json(), pending.to_json());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_pending_login_that_is_not_whole_is_refused() {
    let whole = serde_json::to_value(pending()).unwrap();
    for (member, value) in [
        ("state", Value::Null),
        ("code_verifier", json!("short")),
        ("issuer", json!(5)),
        ("max_age", json!(0.5)),
        ("max_age", json!("300")),
        ("nonce", json!({ "deep": true })),
        ("resource", json!([["deep"]])),
    ] {
        let mut changed = whole.clone();
        changed[member] = value.clone();
        assert!(serde_json::from_value::<Pending>(changed).is_err(), "{member}: {value}");
    }
    assert!(serde_json::from_value::<Pending>(json!("text")).is_err());
    assert!(serde_json::from_str::<Pending>(r#"{"state":"a","state":"b"}"#).is_err());
}
