//! RFC 8693: one token for another.

use grantkit::{
    error::{Code, Error},
    flow::{Event, Relation, Tokens},
    http::Request,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, merge, now, server};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn vector() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc8693.json")).unwrap()
}

fn relation() -> Relation {
    let mut client = client();
    client.scope = None;
    Relation::new(server(), client)
}

fn subject() -> Vec<(&'static str, &'static str)> {
    vec![
        ("resource", "https://backend.example.com/api"),
        ("subject_token", "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC"),
        ("subject_token_type", ACCESS_TOKEN),
    ]
}

fn exchange_by(relation: &mut Relation, parameters: &[(&str, &str)], answer: Event) -> (Result<Tokens, Error>, Vec<Request>) {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let step = relation.exchange_token(&parameters, now());
    let mut answer = Some(answer);
    drive(relation, step, |_| answer.take().unwrap())
}

fn exchange(parameters: &[(&str, &str)], changes: Value) -> (Result<Tokens, Error>, Vec<Request>) {
    let mut answer = vector()["section_2_3_response"].clone();
    merge(&mut answer, changes);
    exchange_by(&mut relation(), parameters, Event::Response(json_response(200, &answer)))
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_3_the_exchange_is_as_in_its_example() {
    let (tokens, sent) = exchange(&subject(), json!({}));
    let request = sent[0].body.as_ref().unwrap().expose();
    assert_eq!(request, format!("{}&client_id=app", vector()["section_2_3_request"].as_str().unwrap()));
    let tokens = tokens.unwrap();
    assert!(tokens.response().is_access_token());
    let body: Value = serde_json::from_str(&tokens.to_json()).unwrap();
    assert_eq!((&body["issued_token_type"], &body["expires_in"]), (&json!(ACCESS_TOKEN), &json!(60)));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_1_what_is_missing_of_a_pair_is_named_and_nothing_sent() {
    let actor = |pairs: &[(&'static str, &'static str)]| [subject(), pairs.to_vec()].concat();
    for (parameters, about) in [
        (vec![], "subject_token"),
        (vec![("subject_token", ""), ("subject_token_type", ACCESS_TOKEN)], "subject_token"),
        (vec![("subject_token", "x")], "subject_token_type"),
        (actor(&[("actor_token", "x")]), "actor_token_type"),
        (actor(&[("actor_token_type", ACCESS_TOKEN)]), "actor_token"),
        (actor(&[("actor_token", ""), ("actor_token_type", ACCESS_TOKEN)]), "actor_token"),
    ] {
        let (result, sent) = exchange(&parameters, json!({}));
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref(), sent.len()), (Code::InvalidArgument, Some(about), 0));
    }
    let whole = actor(&[("actor_token", "x"), ("actor_token_type", ACCESS_TOKEN), ("audience", "a"), ("audience", "b")]);
    assert!(exchange(&whole, json!({})).0.is_ok());
    let (result, _) = exchange(&actor(&[("grant_type", "x")]), json!({}));
    assert_eq!(result.unwrap_err().code(), Code::ReservedParameter);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_1_the_response_says_what_was_issued() {
    for value in [Value::Null, json!(""), json!(1)] {
        let error = exchange(&subject(), json!({"issued_token_type": value})).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some("issued_token_type")));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_1_what_is_no_access_token_has_no_type_and_only_here() {
    let jwt = json!({"token_type": "N_A", "issued_token_type": "urn:ietf:params:oauth:token-type:jwt"});
    let tokens = exchange(&subject(), jwt.clone()).0.unwrap();
    assert_eq!(tokens.response().token_type, "N_A");
    assert!(!tokens.response().is_access_token());

    let mut answer = vector()["section_2_3_response"].clone();
    merge(&mut answer, jwt);
    let mut relation = relation();
    let step = relation.client_credentials(&[], now());
    let (result, _) = drive(&mut relation, step, |_| Event::Response(json_response(200, &answer)));
    assert_eq!(result.unwrap_err().code(), Code::UnsupportedTokenType);
    let error = exchange(&subject(), json!({"token_type": "mac"})).0.unwrap_err();
    assert_eq!(error.code(), Code::UnsupportedTokenType);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_access_token_is_bound_where_the_client_binds_its_tokens_and_another_token_is_not() {
    for (token_type, bound) in [("DPoP", Ok(true)), ("N_A", Ok(false)), ("Bearer", Err(Code::TokenNotBound))] {
        let mut relation = relation();
        relation.client.dpop = true;
        let mut answer = vector()["section_2_3_response"].clone();
        merge(&mut answer, json!({"token_type": token_type}));
        let (result, _) = exchange_by(&mut relation, &subject(), Event::Response(json_response(200, &answer)));
        let noted = result.map(|tokens| tokens.checks().iter().any(|check| check.as_str() == "dpop_binding"));
        assert_eq!(noted.map_err(|error| error.code()), bound, "{token_type}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_is_spent_by_an_exchange() {
    let (result, _) = exchange_by(&mut relation(), &subject(), Event::Failed(Code::Network));
    let error = result.unwrap_err();
    assert_eq!((error.retryable(), error.report().grant_may_be_consumed), (true, false));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_2_a_refusal_does_not_show_the_token() {
    let refusal =
        json!({"error": "invalid_request", "error_description": "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC is wrong"});
    let (result, _) = exchange_by(&mut relation(), &subject(), Event::Response(json_response(400, &refusal)));
    let error = result.unwrap_err();
    assert_eq!(error.code(), Code::InvalidRequest);
    assert!(!error.to_json().contains("accVkjcJyb4BWC"));
}
