//! RFC 8628: a device that has no browser, and asks until the user has decided elsewhere.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Relation, Step, Tokens},
    http::{Request, Response},
    js::convert,
    oauth::device::DeviceAuthorization,
    text::json::Object,
    time::Timestamp,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, claims, client, drive, json_response, jwks, merge, now, perform, server_with, sign, text_response};

fn vector() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc8628.json")).unwrap()
}

fn relation() -> Relation {
    let mut client = client();
    client.id = "1406020730".into();
    client.scope = Some("example_scope".into());
    Relation::new(server_with(json!({"device_authorization_endpoint": "https://op.example/device_authorization"})), client)
}

fn ask(relation: &mut Relation, answer: Value) -> (Result<DeviceAuthorization, Error>, Vec<Request>) {
    let step = relation.device_authorization(&[], now());
    drive(relation, step, |_| Event::Response(json_response(200, &answer)))
}

fn device() -> DeviceAuthorization {
    ask(&mut relation(), vector()["section_3_2_response"].clone()).0.unwrap()
}

fn refusal(status: u16, error: &str) -> Event {
    Event::Response(json_response(status, &json!({"error": error})))
}

fn tokens() -> Event {
    Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})))
}

/// What became of polling, the seconds waited before each try, and what was sent. Time passes as it is waited.
struct Polled {
    result: Result<Tokens, Error>,
    waits: Vec<u32>,
    sent: Vec<Request>,
}

fn poll(device: &DeviceAuthorization, answers: Vec<Event>) -> Polled {
    poll_by(&mut relation(), device, answers)
}

fn poll_by(relation: &mut Relation, device: &DeviceAuthorization, answers: Vec<Event>) -> Polled {
    let mut answers = answers.into_iter();
    let (mut waits, mut sent, mut time) = (Vec::new(), Vec::new(), NOW);
    let mut step = relation.poll_device(device, now());
    let result = loop {
        let (effect, next) = match step {
            Err(error) => break Err(error),
            Ok(Step::Done(tokens)) => break Ok(tokens),
            Ok(Step::Ask(effect, next)) => (effect, next),
        };
        if let Effect::Wait(seconds) = &effect {
            waits.push(*seconds);
            time += i64::from(*seconds);
        }
        let event = perform(effect, &mut sent, &mut |request: &Request| {
            if request.url.ends_with("/jwks") {
                return Event::Response(json_response(200, &jwks()));
            }
            answers.next().unwrap()
        });
        step = next.resume(relation, event, Timestamp::from_seconds(time));
    };
    Polled { result, waits, sent }
}

fn body(request: &Request) -> &str {
    request.body.as_ref().unwrap().expose()
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_1_the_request_is_as_in_its_example_with_the_clients_defaults() {
    let (_, sent) = ask(&mut relation(), vector()["section_3_2_response"].clone());
    assert_eq!((sent[0].method, sent[0].url.as_str()), ("POST", "https://op.example/device_authorization"));
    assert_eq!(body(&sent[0]), "scope=example_scope&client_id=1406020730");
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_1_the_call_may_say_otherwise_but_not_who_asks() {
    let mut relation = relation();
    let step = relation.device_authorization(&[("scope".into(), "a b".into()), ("resource".into(), "https://api".into())], now());
    let (_, sent) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
    assert_eq!(body(&sent[0]), "scope=a+b&resource=https%3A%2F%2Fapi&client_id=1406020730");
    let error = relation.device_authorization(&[("client_id".into(), "x".into())], now()).unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::ReservedParameter, Phase::Authorization));
    let mut nowhere = Relation::new(server_with(json!({})), client());
    assert_eq!(nowhere.device_authorization(&[], now()).unwrap_err().code(), Code::UnsupportedByServer);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_the_response_is_read_and_kept_whole() {
    let device = device();
    assert_eq!((device.user_code.as_str(), device.device_code.expose().len()), ("WDJB-MJHT", 41));
    assert_eq!((device.pace.interval, device.pace.expires_at.seconds()), (5, NOW + 1800));
    let kept: Value = serde_json::from_str(&device.to_json()).unwrap();
    let mut expected = vector()["section_3_2_response"].clone();
    expected["expires_at"] = json!(NOW + 1800);
    assert_eq!(kept, expected);
    let text = json!({"device": kept}).to_string();
    assert_eq!(convert::device(&Object::parse(&text).unwrap()).unwrap(), device);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_the_interval_is_five_seconds_where_none_is_named_and_other_members_stay() {
    let mut answer = vector()["section_3_2_response"].clone();
    merge(&mut answer, json!({"interval": null, "verification_uri_complete": null, "message": "Hello"}));
    let device = ask(&mut relation(), answer).0.unwrap();
    assert_eq!((device.pace.interval, device.verification_uri_complete.as_deref()), (5, None));
    assert_eq!(serde_json::from_str::<Value>(&device.to_json()).unwrap()["message"], "Hello");
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_a_member_that_is_not_right_is_named() {
    for (name, value) in [
        ("device_code", Value::Null),
        ("device_code", json!("")),
        ("user_code", Value::Null),
        ("user_code", json!(1)),
        ("verification_uri", Value::Null),
        ("verification_uri", json!("javascript:alert(1)")),
        ("verification_uri_complete", json!("data:text/html,x")),
        ("expires_in", Value::Null),
        ("expires_in", json!(0)),
        ("expires_in", json!("1800")),
        ("interval", json!("5")),
        ("interval", json!(-1)),
    ] {
        let mut answer = vector()["section_3_2_response"].clone();
        merge(&mut answer, json!({name: value}));
        let error = ask(&mut relation(), answer).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some(name)), "{value}");
    }
    let error = ask(&mut relation(), json!({"error": "invalid_scope"})).0.unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::InvalidScope, Phase::Authorization));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_kept_and_altered_is_named() {
    for name in ["device_code", "user_code", "verification_uri", "expires_in", "expires_at"] {
        let mut kept: Value = serde_json::from_str(&device().to_json()).unwrap();
        merge(&mut kept, json!({name: null}));
        let text = json!({"device": kept}).to_string();
        let error = convert::device(&Object::parse(&text).unwrap()).unwrap_err();
        assert_eq!((error.code(), error.report().about.clone()), (Code::InvalidArgument, Some(format!("device.{name}"))));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_4_the_request_is_as_in_its_example_and_comes_after_a_wait() {
    let polled = poll(&device(), vec![tokens()]);
    assert_eq!(polled.result.unwrap().response().access_token.expose(), "at");
    assert_eq!(polled.waits, [5]);
    assert_eq!(body(&polled.sent[0]), vector()["section_3_4_request"].as_str().unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_5_it_asks_again_while_nothing_is_decided() {
    let pending = || refusal(400, "authorization_pending");
    let polled = poll(&device(), vec![pending(), pending(), tokens()]);
    assert!(polled.result.is_ok());
    assert_eq!((polled.waits, polled.sent.len()), (vec![5, 5, 5], 3));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_5_slow_down_adds_five_seconds_for_good() {
    let answers = vec![refusal(400, "slow_down"), refusal(400, "authorization_pending"), refusal(400, "slow_down"), tokens()];
    assert_eq!(poll(&device(), answers).waits, [5, 10, 10, 15]);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_5_out_of_reach_it_asks_half_as_often_each_time_up_to_a_bound() {
    let failures = [
        Event::Failed(Code::Timeout),
        Event::Failed(Code::Network),
        Event::Response(text_response(502, "text/html", "<html>")),
        refusal(500, "server_error"),
        refusal(503, "temporarily_unavailable"),
        refusal(400, "authorization_pending"),
        tokens(),
    ];
    assert_eq!(poll(&device(), failures.into()).waits, [5, 10, 20, 40, 60, 60, 60]);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_interval_beyond_the_bound_is_kept() {
    let mut device = device();
    device.pace.interval = 90;
    assert_eq!(poll(&device, vec![Event::Failed(Code::Timeout), tokens()]).waits, [90, 90]);
    device.pace.interval = u32::MAX;
    assert_eq!(poll(&device, vec![]).result.unwrap_err().code(), Code::ExpiredToken);
}

#[wasm_bindgen_test(unsupported = test)]
fn retry_after_is_waited_for_once() {
    let busy = |status: u16, seconds: &str| {
        Event::Response(Response { retry_after: Some(seconds.into()), ..text_response(status, "text/plain", "later") })
    };
    let answers = vec![busy(429, "30"), busy(503, "1"), refusal(400, "authorization_pending"), tokens()];
    assert_eq!(poll(&device(), answers).waits, [5, 30, 5, 5]);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_5_a_decision_against_it_ends_it() {
    for (event, code) in [
        (refusal(400, "access_denied"), Code::AccessDenied),
        (refusal(400, "expired_token"), Code::ExpiredToken),
        (refusal(400, "invalid_grant"), Code::InvalidGrant),
        (refusal(500, "invalid_grant"), Code::InvalidGrant),
        (refusal(401, "invalid_client"), Code::InvalidClient),
        (refusal(400, "something_else"), Code::OauthError),
        (Event::Failed(Code::Aborted), Code::Aborted),
        (Event::Failed(Code::RedirectRefused), Code::RedirectRefused),
        (Event::Response(text_response(404, "text/html", "<html>")), Code::NotOauthResponse),
        (Event::Response(json_response(200, &json!({"token_type": "Bearer"}))), Code::InvalidMember),
    ] {
        let polled = poll(&device(), vec![event]);
        assert_eq!((polled.result.unwrap_err().code(), polled.sent.len()), (code, 1));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_when_the_time_is_over_nothing_is_asked() {
    let mut device = device();
    device.pace.expires_at = now().plus(12);
    let pending = || refusal(400, "authorization_pending");
    let polled = poll(&device, vec![pending(), pending()]);
    let error = polled.result.unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::ExpiredToken, Phase::Token));
    assert_eq!((polled.waits, polled.sent.len()), (vec![5, 5], 2));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_machine_that_slept_asks_no_more() {
    let mut relation = relation();
    let Step::Ask(Effect::Wait(5), next) = relation.poll_device(&device(), now()).unwrap() else { panic!("no wait") };
    let error = next.resume(&mut relation, Event::Waited, now().plus(1801)).unwrap_err();
    assert_eq!(error.code(), Code::ExpiredToken);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_caller_who_ends_it_during_a_wait_ends_it() {
    let mut relation = relation();
    let Step::Ask(Effect::Wait(_), next) = relation.poll_device(&device(), now()).unwrap() else { panic!("no wait") };
    let error = next.resume(&mut relation, Event::Failed(Code::Aborted), now()).unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::Aborted, Phase::Token));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_id_token_is_judged_and_one_that_fails_is_not_asked_for_again() {
    let with = |changes: Value| {
        let mut claims = claims();
        merge(&mut claims, json!({"aud": "1406020730", "nonce": null}));
        merge(&mut claims, changes);
        Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer", "id_token": sign(&claims)})))
    };
    let polled = poll(&device(), vec![refusal(400, "authorization_pending"), with(json!({}))]);
    assert!(polled.result.unwrap().claims().unwrap().contains("alice"));
    assert_eq!(polled.sent.len(), 3, "two tries, and the keys");
    let polled = poll(&device(), vec![with(json!({"aud": "other"}))]);
    let error = polled.result.unwrap_err();
    assert_eq!((error.code(), error.report().grant_may_be_consumed, polled.waits.len()), (Code::AudienceMismatch, true, 1));
}

#[wasm_bindgen_test(unsupported = test)]
fn tokens_of_a_device_are_bound_where_the_client_binds_its_tokens() {
    let mut relation = relation();
    relation.client.dpop = true;
    let bound = json_response(200, &json!({"access_token": "at", "token_type": "DPoP"}));
    let asks = Response { dpop_nonce: Some("n1".into()), ..json_response(400, &json!({"error": "use_dpop_nonce"})) };
    let polled = poll_by(&mut relation, &device(), vec![Event::Response(asks), Event::Response(bound)]);
    assert!(polled.result.is_ok());
    assert_eq!((polled.waits, polled.sent.len()), (vec![5], 2), "a nonce that is asked for costs no wait");
}
