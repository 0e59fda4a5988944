//! The words of the JavaScript API: what is read from JSON, and what is said when it is not right.

use grantkit::{
    error::{Code, Error},
    js::convert,
    oauth::client::{Authentication, IdTokenSignature},
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::metadata;

fn about(error: &Error) -> (Code, Option<&str>) {
    (error.code(), error.report().about.as_deref())
}

fn client(options: &Value) -> Result<grantkit::oauth::client::Client, Error> {
    convert::client(&Object::parse(&options.to_string()).unwrap())
}

#[wasm_bindgen_test(unsupported = test)]
fn every_option_is_read() {
    let client = client(&json!({
        "clientId": "app", "clientAuth": {"method": "client_secret_basic", "client_secret": "s"}, "redirectUri": "https://app.example/cb",
        "scope": "openid", "resource": "https://api.example", "strict": true, "basicEncoding": "raw", "leeway": 5, "timeout": 100,
        "idTokenSignature": "tls", "idTokenSignedResponseAlg": "ES256", "dangerouslyAllowHttp": true,
        "dangerouslySkipIssuerCheck": true, "dangerouslyPlainPkce": true, "dangerouslySkipSubjectCheck": true,
        "api": ["https://api.example/v1"], "signedIntrospection": true,
    }))
    .unwrap();
    assert!(
        client.strict && client.dangerously_allow_http && client.dangerously_skip_issuer_check && client.dangerously_plain_pkce
    );
    assert_eq!((client.id.as_str(), client.leeway.seconds(), client.id_token_signature), ("app", 5, IdTokenSignature::Tls));
    assert!(matches!(client.authentication, Authentication::SecretBasic(_, grantkit::oauth::client::BasicEncoding::Raw)));
    assert_eq!(client.resource, ["https://api.example"]);
    assert_eq!((client.api.len(), client.signed_introspection, client.dangerously_skip_subject_check), (1, true, true));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_option_that_is_not_right_is_named() {
    for (name, value) in [
        ("clientId", Value::Null),
        ("clientId", json!("")),
        ("clientId", json!(1)),
        ("clientAuth", json!("secretBasic")),
        ("clientAuth", json!({"method": "client_secret_basic"})),
        ("clientAuth", json!({"method": "magic"})),
        ("redirectUri", json!(1)),
        ("scope", json!(["openid"])),
        ("resource", json!([1])),
        ("strict", json!("yes")),
        ("basicEncoding", json!("base64")),
        ("leeway", json!(301)),
        ("leeway", json!(-1)),
        ("idTokenSignature", json!("none")),
        ("idTokenSignedResponseAlg", json!("none")),
        ("dangerouslyAllowHttp", json!(1)),
        ("dangerouslySkipSubjectCheck", json!("yes")),
        ("signedIntrospection", json!(1)),
        ("api", json!("api.example")),
        ("api", json!(["https://api.example", "https://*.example"])),
        ("cilentSecret", json!("a misspelt option")),
    ] {
        let mut options = json!({"clientId": "app"});
        options[name] = value.clone();
        assert_eq!(about(&client(&options).unwrap_err()), (Code::InvalidArgument, Some(name)), "{name}: {value}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_timeout_is_within_what_a_timer_can_count() {
    let timeout = |value: Value| convert::timeout(&Object::parse(&json!({"timeout": value}).to_string()).unwrap());
    assert_eq!(timeout(json!(1)).unwrap(), Some(1));
    assert_eq!(timeout(Value::Null).unwrap(), None);
    for bad in [json!(0), json!(-5), json!(2_147_483_648_u32), json!("1000")] {
        assert_eq!(about(&timeout(bad).unwrap_err()), (Code::InvalidArgument, Some("timeout")));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn parameters_are_texts_numbers_flags_and_lists() {
    let input = json!({"grant": {"grant_type": "x", "resource": ["a", "b"], "max_age": 60, "flag": true, "none": null}, "server": metadata(), "options": {"clientId": "app"}});
    let request: Value = serde_json::from_str(&convert::build_token_request(&input.to_string()).unwrap()).unwrap();
    assert_eq!(request["body"], "grant_type=x&flag=true&max_age=60&resource=a&resource=b&client_id=app");
    assert_eq!((request["method"].as_str(), request["url"].as_str()), (Some("POST"), Some("https://op.example/token")));
    assert_eq!(request["headers"]["content-type"], "application/x-www-form-urlencoded");
}

#[wasm_bindgen_test(unsupported = test)]
fn bad_input_is_named_and_nothing_is_made_of_it() {
    let good = json!({"grant": {"grant_type": "x"}, "server": metadata(), "options": {"clientId": "app"}});
    assert!(convert::build_token_request(&good.to_string()).is_ok());
    for (member, value, name) in [
        ("grant", json!("x"), "grant"),
        ("grant", json!({"grant_type": {"a": 1}}), "grant_type"),
        ("grant", json!({}), "grant_type"),
        ("server", Value::Null, "server"),
        ("options", Value::Null, "options"),
        ("options", json!([]), "options"),
    ] {
        let mut input = good.clone();
        input[member] = value;
        let error = convert::build_token_request(&input.to_string()).unwrap_err();
        assert_eq!(about(&error), (Code::InvalidArgument, Some(name)));
    }
    for broken in ["", "[]", "{", "null"] {
        assert_eq!(convert::build_token_request(broken).unwrap_err().code(), Code::InvalidArgument);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_an_access_token_is_expected_to_be_is_read_and_a_misspelt_expectation_is_named() {
    let received = |changes: Value| {
        let mut input = json!({"method": "GET", "url": "https://rs.example/", "audience": "https://rs.example", "call": {}});
        super::world::merge(&mut input, changes);
        convert::received(&Object::parse(&input.to_string()).unwrap())
    };
    let (request, expected) =
        received(json!({"authorization": "Bearer x", "requireDpop": true, "algorithms": ["ES256"]})).unwrap();
    assert_eq!((request.authorization.as_deref(), expected.dpop, expected.algorithms.len()), (Some("Bearer x"), true, 1));
    for (name, value) in [
        ("method", Value::Null),
        ("url", json!({})),
        ("audience", json!("")),
        ("audience", json!(["a"])),
        ("requireDPoP", json!(true)),
        ("requireDpop", json!("true")),
        ("algorithms", json!([])),
        ("algorithms", json!(["HS256"])),
        ("algorithms", json!(["none"])),
        ("authorization", json!(["a", "b"])),
        ("nonce", json!(1)),
    ] {
        let error = received(json!({ name: value })).unwrap_err();
        assert_eq!(about(&error), (Code::InvalidArgument, Some(name)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_subject_of_tokens_is_read_or_refused_but_never_lost() {
    let subject = |claims: Value| convert::subject(&Object::parse(&json!({ "claims": claims }).to_string()).unwrap());
    assert_eq!(subject(json!({"sub": "alice"})).unwrap().as_deref(), Some("alice"));
    assert_eq!(subject(Value::Null).unwrap(), None);
    for bad in [json!({}), json!({"sub": 1}), json!({"sub": ""}), json!("alice"), json!([])] {
        assert_eq!(about(&subject(bad).unwrap_err()), (Code::InvalidArgument, Some("claims.sub")));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn options_of_a_call_are_known_or_refused() {
    let call = |options: Value| convert::call(&Object::parse(&json!({ "call": options }).to_string()).unwrap());
    assert_eq!(call(json!({"timeout": 5, "headers": {"x": "y"}})).unwrap(), (Some(5), vec![("x".into(), "y".into())]));
    assert_eq!(call(Value::Null).unwrap(), (None, vec![]));
    assert_eq!(about(&call(json!({"timeuot": 5})).unwrap_err()), (Code::InvalidArgument, Some("timeuot")));
}
