//! RFC 7523 §2.1, RFC 7522 §2.1: assertions as grants; OpenID4VCI §6.1: pre-authorized codes.

use grantkit::{
    error::{Code, Error},
    flow::{Event, Relation, Tokens},
    http::Request,
    js::convert,
    oauth::{assertion::Kind, pre_authorized_code},
    secret::Secret,
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, now, server};

fn relation() -> Relation {
    let mut client = client();
    client.scope = None;
    Relation::new(server(), client)
}

fn tokens() -> Event {
    Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})))
}

fn spend(kind: Kind, assertion: &str, event: Event) -> (Result<Tokens, Error>, Vec<Request>) {
    let mut relation = relation();
    let step = relation.assertion(kind, Secret::new(assertion), &[("scope".into(), "a".into())], now());
    let mut event = Some(event);
    drive(&mut relation, step, |_| event.take().unwrap())
}

fn body(request: &Request) -> &str {
    request.body.as_ref().unwrap().expose()
}

#[wasm_bindgen_test(unsupported = test)]
fn each_kind_has_its_grant_type() {
    for (kind, assertion, expected) in [
        (Kind::Jwt, "eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP", "jwt-bearer"),
        (Kind::Jwt, "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "jwt-bearer"),
        (Kind::Saml2, "PHNhbWxwOlJlc3BvbnNlLz4", "saml2-bearer"),
    ] {
        let (result, sent) = spend(kind, assertion, tokens());
        assert!(result.is_ok());
        let grant_type = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A{expected}");
        assert_eq!(body(&sent[0]), format!("{grant_type}&assertion={assertion}&scope=a&client_id=app"));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_assertion_of_its_kind_is_not_sent() {
    for (kind, assertion) in [
        (Kind::Jwt, ""),
        (Kind::Jwt, "PHNhbWxwOlJlc3BvbnNlLz4"),
        (Kind::Jwt, "a.b"),
        (Kind::Jwt, "eyJh.eyJp.J9+/"),
        (Kind::Jwt, "eyJh.eyJp.J9l-.J9l-"),
        (Kind::Saml2, ""),
        (Kind::Saml2, "<saml:Assertion/>"),
        (Kind::Saml2, "PHNhbWw+"),
        (Kind::Saml2, "PHNhbWw_Pg=="),
        (Kind::Saml2, "eyJh.eyJp.J9l-"),
    ] {
        let (result, sent) = spend(kind, assertion, tokens());
        let error = result.unwrap_err();
        assert_eq!(
            (error.code(), error.report().about.as_deref(), sent.len()),
            (Code::InvalidArgument, Some("assertion"), 0),
            "{assertion}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_assertion_may_be_spent_and_is_not_shown() {
    let (result, _) = spend(Kind::Saml2, "PHNhbWxwOlJlc3BvbnNlLz4", Event::Failed(Code::Network));
    assert!(result.unwrap_err().report().grant_may_be_consumed);
    let refusal = json!({"error": "invalid_grant", "error_description": "PHNhbWxwOlJlc3BvbnNlLz4"});
    let (result, _) = spend(Kind::Saml2, "PHNhbWxwOlJlc3BvbnNlLz4", Event::Response(json_response(400, &refusal)));
    let error = result.unwrap_err();
    assert_eq!(error.code(), Code::InvalidGrant);
    assert!(!error.to_json().contains("PHNhbWxwOlJlc3BvbnNlLz4"));
}

#[wasm_bindgen_test(unsupported = test)]
fn from_javascript_the_kind_is_a_word_and_not_sent() {
    let read = |parameters: Value| convert::assertion(&Object::parse(&json!({"parameters": parameters}).to_string()).unwrap());
    let (kind, assertion, others) = read(json!({"type": "saml2", "assertion": "PHNhbWxwOlJlc3BvbnNlLz4", "scope": "a"})).unwrap();
    assert_eq!((kind, assertion.expose()), (Kind::Saml2, "PHNhbWxwOlJlc3BvbnNlLz4"));
    assert_eq!(others, [("scope".into(), "a".into())]);
    for (parameters, about) in [
        (json!({"assertion": "x"}), "type"),
        (json!({"type": "xml", "assertion": "x"}), "type"),
        (json!({"type": "jwt"}), "assertion"),
    ] {
        let error = read(parameters).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some(about)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn openid4vci_section_6_1_a_pre_authorized_code_is_as_in_its_example_and_spent_once() {
    let mut relation = relation();
    let grant = || pre_authorized_code::grant(Secret::new("SplxlOBeZQQYbYS6WxSbIA"), Some(Secret::new("493536")));
    let step = relation.spend(grant(), &[], now());
    let (result, sent) = drive(&mut relation, step, |_| tokens());
    assert!(result.is_ok());
    assert_eq!(
        body(&sent[0]),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code\
         &pre-authorized_code=SplxlOBeZQQYbYS6WxSbIA&tx_code=493536&client_id=app"
    );
    let step = relation.spend(grant(), &[], now());
    let (result, _) = drive(&mut relation, step, |_| Event::Failed(Code::Timeout));
    assert!(result.unwrap_err().report().grant_may_be_consumed);
    // By its name, as JavaScript has it.
    let parameters = [("pre-authorized_code".into(), "SplxlOBeZQQYbYS6WxSbIA".into())];
    let step = relation.grant("urn:ietf:params:oauth:grant-type:pre-authorized_code", &parameters, now());
    let (_, by_name) = drive(&mut relation, step, |_| tokens());
    assert_eq!(body(&by_name[0]), body(&sent[0]).replace("&tx_code=493536", ""));
}
