//! RFC 9396: authorization in more words than a scope has.

use grantkit::{
    error::{Code, Phase},
    flow::{Event, Relation},
    jose::jws::Jws,
    js::convert,
    oauth::client::Authentication,
    text::{form, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, now, server, server_with};

/// The example of §2.
fn details() -> Value {
    json!([{
        "type": "account_information",
        "actions": ["list_accounts", "read_balances", "read_transactions"],
        "locations": ["https://example.com/accounts"],
    }])
}

fn given(details: &str) -> Vec<(String, String)> {
    vec![("authorization_details".into(), details.into())]
}

const WRONG: [&str; 9] = [
    "",
    "account_information",
    "{\"type\":\"a\"}",
    "[]",
    "[\"a\"]",
    "[{}]",
    "[{\"type\":1}]",
    "[{\"type\":\"\"}]",
    "[{\"type\":\"a\"},{\"type\":\"b\",\"type\":\"c\"}]",
];

#[wasm_bindgen_test(unsupported = test)]
fn section_3_they_go_with_the_authorization_request_pushed_or_not_and_signed_as_json() {
    let text = details().to_string();
    for par in [false, true] {
        let mut client = client();
        client.par = par;
        let server = server_with(json!({"pushed_authorization_request_endpoint": "https://op.example/par"}));
        let mut relation = Relation::new(server, client);
        let step = relation.authorize(&given(&text));
        let (result, sent) =
            drive(&mut relation, step, |_| Event::Response(json_response(201, &json!({"request_uri": "urn:x"}))));
        let (url, _) = result.unwrap();
        let form = if par { sent[0].body.as_ref().unwrap().expose() } else { url.split_once('?').unwrap().1 };
        assert!(form::parse(form).contains(&("authorization_details".into(), text.clone())));
    }
    let mut client = client();
    (client.jar, client.authentication) = (true, Authentication::PrivateKeyJwt(None));
    let mut relation = Relation::new(server(), client);
    let step = relation.authorize(&given(&text));
    let (url, _) = drive(&mut relation, step, |_| Event::Failed(Code::Network)).0.unwrap();
    let request = form::parse(url.split_once('?').unwrap().1).remove(1).1;
    let claims: Value = serde_json::from_str(&Jws::parse(&request).unwrap().payload).unwrap();
    assert_eq!(claims["authorization_details"], details());
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_what_is_no_list_of_typed_objects_is_refused_before_anything_is_sent() {
    for wrong in WRONG {
        let mut relation = Relation::new(server(), client());
        let step = relation.authorize(&given(wrong));
        let error = drive(&mut relation, step, |_| Event::Failed(Code::Network)).0.unwrap_err();
        assert_eq!((error.code(), error.report().phase), (Code::InvalidArgument, Phase::Authorization), "{wrong}");
        let error = relation.client_credentials(&given(wrong), now()).unwrap_err();
        assert_eq!(
            (error.code(), error.report().about.as_deref()),
            (Code::InvalidArgument, Some("authorization_details")),
            "{wrong}"
        );
    }
    let twice = [given("[{\"type\":\"a\"}]"), given("[{\"type\":\"b\"}]")].concat();
    let error = Relation::new(server(), client()).client_credentials(&twice, now()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_7_what_was_granted_comes_back_as_it_was_sent() {
    let mut relation = Relation::new(server(), client());
    relation.client.scope = None;
    let step = relation.client_credentials(&given(&details().to_string()), now());
    let answer = json!({"access_token": "at", "token_type": "Bearer", "authorization_details": details()});
    let (result, sent) = drive(&mut relation, step, |_| Event::Response(json_response(200, &answer)));
    assert!(form::parse(sent[0].body.as_ref().unwrap().expose())[1] == ("authorization_details".into(), details().to_string()));
    let body: Value = serde_json::from_str(&result.unwrap().to_json()).unwrap();
    assert_eq!(body["authorization_details"], details());
}

#[wasm_bindgen_test(unsupported = test)]
fn from_javascript_objects_become_json_for_the_two_parameters_that_are_json() {
    let read = |parameters: Value| {
        let text = json!({"parameters": parameters}).to_string();
        convert::parameters(&Object::parse(&text).unwrap(), "parameters", Phase::Token)
    };
    let text = details().to_string();
    assert_eq!(read(json!({"authorization_details": details()})).unwrap(), given(&text));
    assert_eq!(read(json!({"authorization_details": text})).unwrap(), given(&text));
    let claims = json!({"id_token": {"acr": null}});
    assert_eq!(read(json!({"claims": claims})).unwrap(), [("claims".into(), claims.to_string())]);
    for other in [json!({"type": "a"}), details()] {
        let error = read(json!({"scope": other})).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("scope")));
    }
}
