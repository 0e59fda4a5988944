//! RFC 9126 and RFC 9101: authorization requests that are pushed, and signed.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    jose::jws::Jws,
    oauth::{
        authorization::Pending,
        client::{Authentication, BasicEncoding, Client},
    },
    secret::Secret,
    text::form,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ISSUER, NOW, client, drive, json_response, own_key, server_with, state, text_response, verify_with};

const ENDPOINT: &str = "https://op.example/par";

fn relation(required: bool, client: Client) -> Relation {
    let server = server_with(
        json!({"pushed_authorization_request_endpoint": ENDPOINT, "require_pushed_authorization_requests": required}),
    );
    Relation::new(server, client)
}

fn pushed() -> Response {
    json_response(201, &json!({"request_uri": "urn:example:bwc4JK-ESC0w8acc191e-Y1LTC2", "expires_in": 90}))
}

fn authorize(
    relation: &mut Relation,
    parameters: &[(&str, &str)],
    answer: impl FnMut(&Request) -> Event,
) -> (Result<(String, Pending), Error>, Vec<Request>) {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let step = relation.authorize(&parameters);
    drive(relation, step, answer)
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_the_parameters_are_pushed_and_the_browser_carries_a_reference() {
    let mut client = client();
    client.authentication = Authentication::SecretPost(Secret::new("s"));
    let (result, sent) = authorize(&mut relation(true, client), &[("prompt", "login")], |_| Event::Response(pushed()));
    let (url, _) = result.unwrap();
    assert_eq!(url, "https://op.example/authorize?client_id=app&request_uri=urn%3Aexample%3Abwc4JK-ESC0w8acc191e-Y1LTC2");
    assert_eq!(sent[0].url, ENDPOINT);
    let form = form::parse(sent[0].body.as_ref().unwrap().expose());
    let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "response_type",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
            "prompt",
            "client_id",
            "client_secret",
        ]
    );
    assert!(form.contains(&("state".into(), state())));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_1_the_form_names_the_client_once_however_it_authenticates() {
    let secret = || Secret::new("s");
    for authentication in [
        Authentication::None,
        Authentication::SecretBasic(secret(), BasicEncoding::Rfc6749),
        Authentication::SecretPost(secret()),
        Authentication::SecretJwt(secret()),
        Authentication::PrivateKeyJwt(None),
        Authentication::Tls,
    ] {
        let mut client = client();
        client.authentication = authentication.clone();
        let (result, sent) = authorize(&mut relation(true, client), &[], |_| Event::Response(pushed()));
        assert!(result.is_ok());
        let form = form::parse(sent[0].body.as_ref().unwrap().expose());
        let named: Vec<_> = form.iter().filter(|(name, _)| name == "client_id").map(|(_, value)| value.as_str()).collect();
        assert_eq!(named, ["app"], "{authentication:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn it_is_pushed_where_the_server_insists_or_the_client_asks() {
    let mut asking = client();
    asking.par = true;
    for (required, client, requests) in [(true, client(), 1), (false, asking, 1), (false, client(), 0)] {
        let (result, sent) = authorize(&mut relation(required, client), &[], |_| Event::Response(pushed()));
        assert!(result.is_ok());
        assert_eq!(sent.len(), requests);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_3_a_refusal_is_told_and_the_user_stays() {
    for (event, code) in [
        (Event::Response(json_response(400, &json!({"error": "invalid_request"}))), Code::InvalidRequest),
        (Event::Response(json_response(201, &json!({"expires_in": 90}))), Code::InvalidMember),
        (Event::Response(text_response(502, "text/html", "<html>")), Code::NotOauthResponse),
        (Event::Failed(Code::Timeout), Code::Timeout),
    ] {
        let mut event = Some(event);
        let (result, _) = authorize(&mut relation(true, client()), &[], |_| event.take().unwrap());
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.report().phase), (code, Phase::Authorization));
    }
    let mut nowhere = client();
    nowhere.par = true;
    let (result, _) = authorize(&mut Relation::new(server_with(json!({})), nowhere), &[], |_| Event::Failed(Code::Network));
    assert_eq!(result.unwrap_err().code(), Code::UnsupportedByServer);
}

fn signing() -> Client {
    let mut client = client();
    client.authentication = Authentication::PrivateKeyJwt(Some("k9".into()));
    client.jar = true;
    client
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9101_a_signed_request_holds_every_parameter_and_the_url_holds_none() {
    let parameters = [
        ("claims", r#"{"id_token":{"acr":null}}"#),
        ("max_age", "60"),
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
    ];
    let (result, _) = authorize(&mut relation(false, signing()), &parameters, |_| Event::Failed(Code::Network));
    let (url, _) = result.unwrap();
    let query = form::parse(url.split_once('?').unwrap().1);
    let names: Vec<_> = query.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["client_id", "request"]);
    let token = &query[1].1;
    assert!(verify_with(&own_key(), token));
    let jws = Jws::parse(token).unwrap();
    assert_eq!((jws.typ.as_deref(), jws.kid.as_deref()), (Some("oauth-authz-req+jwt"), Some("k9")));
    let claims: Value = serde_json::from_str(&jws.payload).unwrap();
    assert_eq!((&claims["iss"], &claims["aud"], &claims["exp"]), (&json!("app"), &json!(ISSUER), &json!(NOW + 60)));
    assert_eq!((&claims["response_type"], &claims["state"], &claims["max_age"]), (&json!("code"), &json!(state()), &json!(60)));
    assert_eq!(
        (&claims["claims"], &claims["resource"]),
        (&json!({"id_token": {"acr": null}}), &json!(["https://a.example", "https://b.example"]))
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_signed_request_is_pushed_whole() {
    let (result, sent) = authorize(&mut relation(true, signing()), &[], |_| Event::Response(pushed()));
    assert!(result.is_ok());
    let form = form::parse(sent[0].body.as_ref().unwrap().expose());
    let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["request", "client_id", "client_assertion_type", "client_assertion"]);
}
