//! CIBA: a login on the user's own device.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::Request,
    js::convert,
    limits,
    oauth::client::Authentication,
    oidc::ciba::Backchannel,
    secret::Secret,
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, claims, client, drive, json_response, jwks, merge, now, server_with, sign};

fn relation() -> Relation {
    let mut client = client();
    client.authentication = Authentication::SecretPost(Secret::new("s"));
    Relation::new(server_with(json!({"backchannel_authentication_endpoint": "https://op.example/bc-authorize"})), client)
}

/// The example of §7.3.
fn acknowledged() -> Value {
    json!({"auth_req_id": "1c266114-a1be-4252-8ad1-04986c5b9ac1", "expires_in": 120, "interval": 2})
}

fn owned(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn ask(parameters: &[(&str, &str)], answer: Value) -> (Result<Backchannel, Error>, Vec<Request>) {
    let mut relation = relation();
    let step = relation.backchannel_authentication(&owned(parameters), now());
    drive(&mut relation, step, |_| Event::Response(json_response(200, &answer)))
}

const PING: [(&str, &str); 2] = [("login_hint", "ada"), ("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255")];

fn pinged() -> Backchannel {
    ask(&PING, acknowledged()).0.unwrap()
}

fn tokens() -> Event {
    let mut claims = claims();
    merge(&mut claims, json!({"nonce": null}));
    Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer", "id_token": sign(&claims)})))
}

fn body(request: &Request) -> &str {
    request.body.as_ref().unwrap().expose()
}

#[wasm_bindgen_test(unsupported = test)]
fn section_7_1_the_request_names_the_user_once() {
    let (request, sent) = ask(&[("login_hint", "ada"), ("binding_message", "W4SCT")], acknowledged());
    assert_eq!(sent[0].url, "https://op.example/bc-authorize");
    assert_eq!(body(&sent[0]), "login_hint=ada&binding_message=W4SCT&scope=openid&client_id=app&client_secret=s");
    let request = request.unwrap();
    assert_eq!((request.pace.interval, request.pace.expires_at.seconds(), request.notification_token), (2, NOW + 120, None));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_7_1_a_parameter_that_is_not_right_is_named_and_nothing_sent() {
    let long = "a".repeat(1025);
    for (parameters, about) in [
        (&[][..], "login_hint"),
        (&[("login_hint", "ada"), ("id_token_hint", "x")], "login_hint"),
        (&[("login_hint_token", "x"), ("id_token_hint", "x")], "login_hint"),
        (&[("login_hint", "ada"), ("login_hint", "bob")], "login_hint"),
        (&[("login_hint", "ada"), ("scope", "profile")], "scope"),
        (&[("login_hint", "ada"), ("requested_expiry", "0")], "requested_expiry"),
        (&[("login_hint", "ada"), ("requested_expiry", "soon")], "requested_expiry"),
        (&[("login_hint", "ada"), ("client_notification_token", "")], "client_notification_token"),
        (&[("login_hint", "ada"), ("client_notification_token", "a b")], "client_notification_token"),
        (&[("login_hint", "ada"), ("client_notification_token", &long)], "client_notification_token"),
    ] {
        let (result, sent) = ask(parameters, acknowledged());
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref(), sent.len()), (Code::InvalidArgument, Some(about), 0));
    }
    for hint in ["login_hint", "login_hint_token", "id_token_hint"] {
        assert!(ask(&[(hint, "x"), ("requested_expiry", "60")], acknowledged()).0.is_ok());
    }
    let error = ask(&[("login_hint", "ada"), ("client_id", "x")], acknowledged()).0.unwrap_err();
    assert_eq!(error.code(), Code::ReservedParameter);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_7_3_a_member_that_is_not_right_is_named() {
    for (name, value) in [
        ("auth_req_id", Value::Null),
        ("auth_req_id", json!("")),
        ("expires_in", Value::Null),
        ("expires_in", json!("120")),
        ("interval", json!([])),
    ] {
        let mut answer = acknowledged();
        merge(&mut answer, json!({name: value}));
        let error = ask(&PING, answer).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some(name)));
    }
    let error = ask(&PING, json!({"error": "unknown_user_id"})).0.unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::OauthError, Phase::Authorization));
}

#[wasm_bindgen_test(unsupported = test)]
fn it_is_plain_data_in_between() {
    let request = pinged();
    let kept: Value = serde_json::from_str(&request.to_json()).unwrap();
    assert_eq!((&kept["client_notification_token"], &kept["expires_at"]), (&json!(PING[1].1), &json!(NOW + 120)));
    let text = json!({"request": kept}).to_string();
    assert_eq!(convert::backchannel(&Object::parse(&text).unwrap()).unwrap(), request);
    let error = convert::backchannel(&Object::parse(r#"{"request":{"expires_at":1,"expires_in":1}}"#).unwrap()).unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("request.auth_req_id")));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_10_1_polling_asks_until_the_user_has_decided_with_the_keys_at_hand() {
    let (request, mut relation) = (pinged(), relation());
    let step = relation.poll_backchannel(&request, now());
    let mut asked = 0;
    let (result, sent) = drive(&mut relation, step, |request| {
        if request.url.ends_with("/jwks") {
            return Event::Response(json_response(200, &jwks()));
        }
        asked += 1;
        if asked < 3 { Event::Response(json_response(400, &json!({"error": "authorization_pending"}))) } else { tokens() }
    });
    assert!(result.unwrap().checks().iter().any(|check| check.as_str() == "id_token_signature"));
    let urls: Vec<_> = sent.iter().map(|request| request.url.replace("https://op.example", "")).collect();
    assert_eq!(urls, ["/jwks", "/token", "/token", "/token"]);
    assert_eq!(
        body(&sent[1]),
        "grant_type=urn%3Aopenid%3Aparams%3Agrant-type%3Aciba&auth_req_id=1c266114-a1be-4252-8ad1-04986c5b9ac1\
         &client_id=app&client_secret=s"
            .replace(' ', "")
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn section_10_1_1_an_id_token_is_due() {
    let (request, mut relation) = (pinged(), relation());
    let step = relation.poll_backchannel(&request, now());
    let (result, _) = drive(&mut relation, step, |request| {
        let body = if request.url.ends_with("/jwks") { jwks() } else { json!({"access_token": "at", "token_type": "Bearer"}) };
        Event::Response(json_response(200, &body))
    });
    assert_eq!(result.unwrap_err().code(), Code::MissingIdToken);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_11_a_decision_against_it_ends_it() {
    for (error, code) in
        [("access_denied", Code::AccessDenied), ("expired_token", Code::ExpiredToken), ("transaction_failed", Code::OauthError)]
    {
        let (request, mut relation) = (pinged(), relation());
        let step = relation.poll_backchannel(&request, now());
        let (result, _) = drive(&mut relation, step, |request| {
            let jwks_wanted = request.url.ends_with("/jwks");
            let answer = if jwks_wanted { json_response(200, &jwks()) } else { json_response(400, &json!({"error": error})) };
            Event::Response(answer)
        });
        assert_eq!(result.unwrap_err().code(), code);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_10_2_a_ping_is_taken_and_asks_once() {
    let (request, mut relation) = (pinged(), relation());
    let step = relation.ping(
        &request,
        "Bearer 8d67dc78-7faa-4d41-aabd-67707b374255",
        r#"{"auth_req_id":"1c266114-a1be-4252-8ad1-04986c5b9ac1"}"#,
        now(),
    );
    let (result, sent) = drive(&mut relation, step, |request| {
        if request.url.ends_with("/jwks") { Event::Response(json_response(200, &jwks())) } else { tokens() }
    });
    assert!(result.is_ok());
    assert_eq!(sent.len(), 2, "the keys, and one try");
}

#[wasm_bindgen_test(unsupported = test)]
fn section_10_2_a_ping_that_is_not_for_this_request_is_refused_and_asks_nothing() {
    let good = r#"{"auth_req_id":"1c266114-a1be-4252-8ad1-04986c5b9ac1"}"#;
    let bearer = "Bearer 8d67dc78-7faa-4d41-aabd-67707b374255";
    for (authorization, body, code, about) in [
        ("", good, Code::StateMismatch, "authorization"),
        ("Bearer ", good, Code::StateMismatch, "authorization"),
        ("Bearer 8d67dc78-7faa-4d41-aabd-67707b374256", good, Code::StateMismatch, "authorization"),
        ("Basic 8d67dc78-7faa-4d41-aabd-67707b374255", good, Code::StateMismatch, "authorization"),
        (bearer, r#"{"auth_req_id":"other"}"#, Code::StateMismatch, "auth_req_id"),
        (bearer, "{}", Code::StateMismatch, "auth_req_id"),
        (bearer, "auth_req_id=x", Code::MalformedJson, "body"),
        (bearer, &" ".repeat(limits::MESSAGE_BYTES + 1), Code::ResponseTooLarge, "body"),
    ] {
        let error = relation().ping(&pinged(), authorization, body, now()).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (code, Some(about)), "{authorization} {body}");
        assert_eq!(error.report().phase, Phase::Callback);
    }
    let polled = ask(&[("login_hint", "ada")], acknowledged()).0.unwrap();
    let error = relation().ping(&polled, "Bearer ", good, now()).unwrap_err();
    assert_eq!(error.code(), Code::StateMismatch, "a request without a token takes no ping");
}
