//! RFC 6749 §2 and Appendix B: client authentication and form encoding.

use grantkit::{
    error::{Code, Phase},
    flow::{Event, Relation},
    http::Request,
    oauth::{
        client::{Authentication, BasicEncoding},
        token::{Exchange, Grant},
    },
    secret::Secret,
    text::form,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, now, server};

fn request(authentication: Authentication) -> Request {
    let mut client = client();
    client.id = "s6BhdRkqt3".into();
    client.authentication = authentication;
    Exchange::new(&client, Grant::new("client_credentials", false)).request(&server(), &client, None).unwrap()
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.expose().into())
}

fn body(request: &Request) -> &str {
    request.body.as_ref().unwrap().expose()
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_3_1_basic_is_as_in_its_example() {
    let request = request(Authentication::SecretBasic(Secret::new("gX1fBat3bV"), BasicEncoding::Rfc6749));
    assert_eq!(header(&request, "authorization").unwrap(), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
    assert_eq!(body(&request), "grant_type=client_credentials");
}

#[wasm_bindgen_test(unsupported = test)]
fn basic_is_form_encoded_first_unless_raw_is_asked_for() {
    // base64("s6BhdRkqt3:p%3A+%25%2B%C3%A9"), base64("s6BhdRkqt3:p: %+é")
    for (encoding, expected) in [
        (BasicEncoding::Rfc6749, "Basic czZCaGRSa3F0MzpwJTNBKyUyNSUyQiVDMyVBOQ=="),
        (BasicEncoding::Raw, "Basic czZCaGRSa3F0MzpwOiAlK8Op"),
    ] {
        let request = request(Authentication::SecretBasic(Secret::new("p: %+é"), encoding));
        assert_eq!(header(&request, "authorization").unwrap(), expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn post_puts_both_into_the_form_and_none_the_identifier_alone() {
    let post = request(Authentication::SecretPost(Secret::new("a b&c")));
    assert_eq!(body(&post), "grant_type=client_credentials&client_id=s6BhdRkqt3&client_secret=a+b%26c");
    assert_eq!(header(&post, "authorization"), None);
    assert_eq!(body(&request(Authentication::None)), "grant_type=client_credentials&client_id=s6BhdRkqt3");
}

#[wasm_bindgen_test(unsupported = test)]
fn every_token_request_says_what_it_is_and_what_it_takes() {
    let request = request(Authentication::None);
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://op.example/token"));
    assert_eq!(header(&request, "accept").unwrap(), "application/json");
    assert_eq!(header(&request, "content-type").unwrap(), "application/x-www-form-urlencoded");
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_b_encodes_its_example() {
    assert_eq!(form::encode(" %&+£€"), "+%25%26%2B%C2%A3%E2%82%AC");
    assert_eq!(form::parse("a=+%25%26%2B%C2%A3%E2%82%AC"), [("a".into(), " %&+£€".into())]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_secret_is_in_no_debug_output_and_in_no_url() {
    let secret = "top-secret-value";
    for authentication in
        [Authentication::SecretPost(Secret::new(secret)), Authentication::SecretBasic(Secret::new(secret), BasicEncoding::Raw)]
    {
        let request = request(authentication.clone());
        let shown = format!("{request:?} {authentication:?} {}", request.url);
        assert!(!shown.contains(secret) && !shown.contains("dG9wLXNlY3JldC12YWx1ZQ"), "{shown}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_callers_headers_are_added_and_those_of_the_protocol_refused() {
    let fresh = || Request::get("https://op.example");
    let add = |name: &str, value: &str| {
        let mut request = fresh();
        request.add(&[(name.into(), value.into())], Phase::Token).map(|()| request)
    };
    assert_eq!(header(&add("Origin", "https://app.example").unwrap(), "origin").unwrap(), "https://app.example");
    assert_eq!(header(&add("x", "~ ü\u{ff}").unwrap(), "x").unwrap(), "~ ü\u{ff}");
    for reserved in ["Authorization", "accept", "Content-Type", "DPoP"] {
        assert_eq!(add(reserved, "x").unwrap_err().code(), Code::ReservedParameter, "{reserved}");
    }
    for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("x", "a\r\nb"), ("x", "\0"), ("x", "日本"), ("x", "\u{100}")] {
        assert_eq!(add(name, value).unwrap_err().code(), Code::InvalidArgument, "{name} {value}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_cannot_override_what_the_client_sets() {
    let mut relation = Relation::new(server(), client());
    for name in ["client_id", "client_secret", "grant_type", "client_assertion"] {
        let step = relation.client_credentials(&[(name.into(), "x".into())], now());
        let (result, sent) = drive(&mut relation, step, |_| Event::Response(json_response(200, &serde_json::json!({}))));
        assert_eq!(result.unwrap_err().code(), Code::ReservedParameter, "{name}");
        assert!(sent.is_empty());
    }
}
