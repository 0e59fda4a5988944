//! Whole flows: from a callback to tokens, with the keys they need, and what a failure on the way means for the grant.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Relation, Step, Tokens},
    http::Request,
    oauth::{
        authorization::{self, Pending},
        client::Client,
        metadata::Metadata,
    },
    secret::Secret,
    text::{form, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, ISSUER, NOW, callback, claims, client, drive, json_response, jwk, jwks, key, merge, metadata, now, other_key,
    perform, server, server_with, sign_with, text_response, token_response,
};

fn relation() -> Relation {
    Relation::new(server(), client())
}

fn pending(server: &Metadata, client: &Client) -> Pending {
    authorization::start(server, client, &[], &ENTROPY).unwrap().pending
}

/// Logs in against a server that answers so; tells what was asked for as well.
fn login_with(relation: &mut Relation, mut answer: impl FnMut(&Request) -> Event) -> (Result<Tokens, Error>, Vec<String>) {
    let pending = pending(&relation.server, &relation.client);
    let step = relation.callback(&callback(), pending, now());
    let (result, sent) = drive(relation, step, &mut answer);
    (result, sent.into_iter().map(|request| request.url.replace("https://op.example", "")).collect())
}

fn login(tokens: impl Fn() -> Event, keys: Value) -> (Result<Tokens, Error>, Vec<String>) {
    login_with(&mut relation(), |request| match request.url.as_str() {
        "https://op.example/jwks" => Event::Response(json_response(200, &keys)),
        _ => tokens(),
    })
}

fn good() -> Event {
    Event::Response(token_response(&claims()))
}

fn body(tokens: &Tokens) -> Value {
    serde_json::from_str(&tokens.to_json()).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_fetches_the_keys_redeems_the_code_and_verifies() {
    let (tokens, sent) = login(good, jwks());
    let tokens = tokens.unwrap();
    assert_eq!(sent, ["/jwks", "/token"]);
    let body = body(&tokens);
    assert_eq!((body["access_token"].as_str(), body["expires_at"].as_i64()), (Some("at"), Some(NOW + 60)));
    assert_eq!(body["claims"]["sub"], "alice");
    assert_eq!(
        body["checks"],
        json!([
            "state",
            "issuer_parameter",
            "pkce",
            "id_token_issuer",
            "id_token_audience",
            "id_token_signature",
            "id_token_algorithm",
            "id_token_expiry",
            "id_token_issued_at",
            "id_token_nonce",
        ])
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_that_cannot_be_had_cost_no_code() {
    let cases: [(Event, Code); 4] = [
        (Event::Failed(Code::Network), Code::Network),
        (Event::Response(text_response(502, "text/html", "<html>")), Code::NotOauthResponse),
        (Event::Response(json_response(200, &json!({}))), Code::InvalidMember),
        (Event::Failed(Code::RedirectRefused), Code::RedirectRefused),
    ];
    for (event, code) in cases {
        let mut event = Some(event);
        let (result, sent) = login_with(&mut relation(), |_| event.take().unwrap());
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.report().phase, error.report().grant_may_be_consumed), (code, Phase::Jwks, false));
        assert_eq!(sent, ["/jwks"], "the code was not sent");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_are_kept_and_fetched_anew_when_old() {
    let mut relation = relation();
    let mut fetched = 0;
    let mut answer = |request: &Request| {
        fetched += u32::from(request.url.ends_with("/jwks"));
        if request.url.ends_with("/jwks") { Event::Response(json_response(200, &jwks())) } else { good() }
    };
    for expected in [&["/jwks", "/token"][..], &["/token"], &["/token"]] {
        let (result, sent) = login_with(&mut relation, &mut answer);
        assert!(result.is_ok());
        assert_eq!(sent, expected);
    }
    assert_eq!(fetched, 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_tampered_or_foreign_token_is_refused_and_nothing_comes_out() {
    let foreign = || {
        let token = sign_with(&other_key(), &json!({"alg": "ES256", "kid": "k1"}), &claims());
        Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer", "id_token": token})))
    };
    let error = login(foreign, jwks()).0.unwrap_err();
    assert_eq!((error.code(), error.report().phase), (Code::SignatureInvalid, Phase::IdToken));
    assert!(error.report().grant_may_be_consumed && !error.retryable());
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unknown_key_is_asked_for_once_and_not_more() {
    // The server may have taken it into use a moment ago: it is looked for once. Then there is no fetch that a forged token could cause at will.
    let mut relation = relation();
    let mut answer = |request: &Request| match request.url.as_str() {
        "https://op.example/jwks" => Event::Response(json_response(200, &json!({"keys": [jwk(&other_key(), "k2")]}))),
        _ => good(),
    };
    for expected in [&["/jwks", "/token", "/jwks"][..], &["/token"], &["/token"]] {
        let (result, sent) = login_with(&mut relation, &mut answer);
        assert_eq!(result.unwrap_err().code(), Code::KeyNotFound);
        assert_eq!(sent, expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_that_the_server_takes_into_use_in_the_middle_of_a_login_is_found() {
    let mut fetched = 0;
    let (result, sent) = login_with(&mut relation(), |request| {
        if request.url.ends_with("/token") {
            return good();
        }
        fetched += 1;
        let keys = if fetched == 1 { json!({"keys": [jwk(&other_key(), "k2")]}) } else { jwks() };
        Event::Response(json_response(200, &keys))
    });
    assert!(result.is_ok());
    assert_eq!(sent, ["/jwks", "/token", "/jwks"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_meets_a_rotated_key_and_fetches_it() {
    // A refresh does not know that an ID token will come, so keys are fetched when one does.
    let mut relation = relation();
    let step = relation.refresh(Secret::new("rt0"), Some("alice".into()), &[], now());
    let (result, sent) = drive(&mut relation, step, |request| {
        if request.url.ends_with("/jwks") { Event::Response(json_response(200, &jwks())) } else { good() }
    });
    assert!(result.unwrap().checks().iter().any(|check| check.as_str() == "id_token_signature"));
    let sent: Vec<_> = sent.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(sent, ["https://op.example/token", "https://op.example/jwks"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_without_kid_is_tried_with_each_key_that_fits() {
    let without_kid = || {
        let token = sign_with(&key(), &json!({"alg": "ES256"}), &claims());
        Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer", "id_token": token})))
    };
    for keys in [[jwk(&key(), "a"), jwk(&other_key(), "b")], [jwk(&other_key(), "b"), jwk(&key(), "a")]] {
        assert!(login(without_kid, json!({"keys": keys})).0.is_ok());
    }
    let strangers = json!({"keys": [jwk(&other_key(), "a"), jwk(&other_key(), "b")]});
    assert_eq!(login(without_kid, strangers).0.unwrap_err().code(), Code::SignatureInvalid);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_id_token_that_was_due_and_did_not_come_is_missed() {
    let none = || Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})));
    assert_eq!(login(none, jwks()).0.unwrap_err().code(), Code::MissingIdToken);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_host_that_cannot_verify_a_signature_says_so() {
    for (event, code) in [
        (Event::Failed(Code::AlgorithmUnsupported), Code::AlgorithmUnsupported),
        (Event::Failed(Code::CryptoUnavailable), Code::CryptoUnavailable),
    ] {
        let mut relation = relation();
        let pending = pending(&relation.server, &relation.client);
        let mut step = relation.callback(&callback(), pending, now());
        let mut event = Some(event);
        let error = loop {
            step = match step {
                Err(error) => break error,
                Ok(Step::Done(_)) => panic!("tokens without a signature"),
                Ok(Step::Ask(Effect::Verify(_), next)) => next.resume(&mut relation, event.take().unwrap(), now()),
                Ok(Step::Ask(effect, next)) => {
                    let mut answer = |request: &Request| {
                        if request.url.ends_with("/jwks") { Event::Response(json_response(200, &jwks())) } else { good() }
                    };
                    let event = perform(effect, &mut Vec::new(), &mut answer);
                    next.resume(&mut relation, event, now())
                }
            };
        };
        assert_eq!(error.code(), code);
        assert!(error.report().grant_may_be_consumed);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc7517_section_5_a_key_that_cannot_be_used_does_not_keep_the_others_from_being_tried() {
    let (good, other) = (jwk(&key(), "good"), jwk(&other_key(), "other"));
    let mut bad = good.clone();
    (bad["x"], bad["y"]) = ("AAAA".into(), "AAAA".into());
    let signed = sign_with(&key(), &json!({"alg": "ES256"}), &claims());
    let tokens = json_response(200, &json!({"access_token": "at", "token_type": "Bearer", "id_token": signed}));
    for (keys, expected) in [
        ([&bad, &good], Ok(())),
        ([&good, &bad], Ok(())),
        ([&bad, &other], Err(Code::SignatureInvalid)),
        ([&other, &bad], Err(Code::SignatureInvalid)),
        ([&bad, &bad], Err(Code::AlgorithmUnsupported)),
    ] {
        let mut relation = relation();
        let pending = pending(&relation.server, &relation.client);
        let mut step = relation.callback(&callback(), pending, now());
        let mut answer = |request: &Request| {
            Event::Response(if request.url.ends_with("/jwks") {
                json_response(200, &json!({"keys": keys}))
            } else {
                tokens.clone()
            })
        };
        let ended = loop {
            step = match step {
                Err(error) => break Err(error.code()),
                Ok(Step::Done(_)) => break Ok(()),
                Ok(Step::Ask(Effect::Verify(check), next)) if check.key.contains("AAAA") => {
                    next.resume(&mut relation, Event::Failed(Code::AlgorithmUnsupported), now())
                }
                Ok(Step::Ask(effect, next)) => {
                    let event = perform(effect, &mut Vec::new(), &mut answer);
                    next.resume(&mut relation, event, now())
                }
            };
        };
        assert_eq!(ended, expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_code_is_sent_once_whatever_happens() {
    for event in [
        || Event::Failed(Code::Network),
        || Event::Failed(Code::Timeout),
        || Event::Response(text_response(500, "text/html", "<html>")),
        || Event::Response(text_response(503, "text/html", "")),
        || Event::Response(json_response(400, &json!({"error": "invalid_grant"}))),
        || Event::Response(json_response(200, &json!({"access_token": "at"}))),
    ] {
        let (result, sent) = login(event, jwks());
        assert!(result.unwrap_err().report().grant_may_be_consumed);
        assert_eq!(sent.iter().filter(|url| *url == "/token").count(), 1);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_carries_the_old_token_forward_unless_there_is_a_new_one() {
    for (answer, expected) in [(json!({}), "rt0"), (json!({"refresh_token": "rt1"}), "rt1")] {
        let mut tokens = json!({"access_token": "at", "token_type": "Bearer"});
        merge(&mut tokens, answer);
        let mut relation = relation();
        let step = relation.refresh(Secret::new("rt0"), None, &[("scope".into(), "email".into())], now());
        let (result, sent) = drive(&mut relation, step, |_| Event::Response(json_response(200, &tokens)));
        assert_eq!(body(&result.unwrap())["refresh_token"], expected);
        assert_eq!(
            sent[0].body.as_ref().unwrap().expose(),
            "grant_type=refresh_token&refresh_token=rt0&scope=email&client_id=app"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc8707_section_2_2_a_code_is_redeemed_for_the_resources_that_its_login_named() {
    let (a, b, c) = ("https://a.example", "https://b.example", "https://c.example");
    let cases: [(&[&str], Option<&[&str]>, &[&str]); 4] =
        [(&[], None, &[]), (&[a], None, &[a]), (&[a], Some(&[b, c]), &[b, c]), (&[], Some(&[b]), &[b])];
    for (own, named, expected) in cases {
        let mut client = client();
        client.scope = None;
        client.resource = own.iter().map(|one| one.to_string()).collect();
        let mut relation = Relation::new(server(), client);
        let named: Vec<_> = named.unwrap_or_default().iter().map(|one| ("resource".to_string(), one.to_string())).collect();
        let step = relation.authorize(&named);
        let (url, pending) = drive(&mut relation, step, |_| Event::Failed(Code::Network)).0.unwrap();
        let kept = pending.to_json();
        let resources = |text: &str| -> Vec<String> {
            form::parse(text).into_iter().filter(|(name, _)| name == "resource").map(|(_, value)| value).collect()
        };
        assert_eq!(resources(url.split_once('?').unwrap().1), expected);
        let mut redeem = |kept: &str| {
            let pending = Pending::parse(&Object::parse(kept).unwrap()).unwrap();
            let step = relation.callback(&callback(), pending, now());
            let (_, sent) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
            resources(sent[0].body.as_ref().unwrap().expose())
        };
        assert_eq!(redeem(&kept), expected);
        // A login that began before it was written down.
        let mut older: Value = serde_json::from_str(&kept).unwrap();
        older.as_object_mut().unwrap().remove("resource");
        assert_eq!(redeem(&older.to_string()), own);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_sends_no_scope_and_no_resource_but_what_the_call_names() {
    let mut client = client();
    client.scope = Some("openid read".into());
    client.resource = vec!["https://api.example".into()];
    let mut relation = Relation::new(server(), client);
    let answer = |_: &Request| Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})));
    let named = ("resource".to_owned(), "https://other.example".to_owned());
    for (parameters, expected) in [(vec![], ""), (vec![named], "&resource=https%3A%2F%2Fother.example")] {
        let step = relation.refresh(Secret::new("rt0"), None, &parameters, now());
        let (_, sent) = drive(&mut relation, step, answer);
        let body = format!("grant_type=refresh_token&refresh_token=rt0{expected}&client_id=app");
        assert_eq!(sent[0].body.as_ref().unwrap().expose(), body);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn client_credentials_and_extensions_send_the_clients_defaults() {
    let mut client = client();
    client.scope = Some("read".into());
    client.resource = vec!["https://api.example".into()];
    let mut relation = Relation::new(server(), client);
    let answer = |_: &Request| Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})));
    let step = relation.client_credentials(&[], now());
    let (_, sent) = drive(&mut relation, step, answer);
    assert_eq!(
        sent[0].body.as_ref().unwrap().expose(),
        "grant_type=client_credentials&scope=read&resource=https%3A%2F%2Fapi.example&client_id=app"
    );
    let step = relation.grant("urn:example:grant", &[("assertion".into(), "x".into()), ("scope".into(), "write".into())], now());
    let (result, sent) = drive(&mut relation, step, answer);
    assert_eq!(
        sent[0].body.as_ref().unwrap().expose(),
        "grant_type=urn%3Aexample%3Agrant&assertion=x&scope=write&resource=https%3A%2F%2Fapi.example&client_id=app"
    );
    assert!(result.unwrap().claims().is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn our_own_words_win_over_members_of_the_same_name() {
    let mut relation = relation();
    let step = relation.client_credentials(&[], now());
    let sent = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 10, "checks": ["all"], "claims": {"sub": "root"}, "expires_at": 1, "deviations": 1, "x": 1});
    let (result, _) = drive(&mut relation, step, |_| Event::Response(json_response(200, &sent)));
    let body = body(&result.unwrap());
    assert_eq!((&body["checks"], &body["claims"], &body["expires_at"]), (&json!([]), &Value::Null, &json!(NOW + 10)));
    assert_eq!((&body["deviations"], &body["x"]), (&json!([]), &json!(1)));
}

fn discover(issuer: &str, mut answer: impl FnMut(&str) -> Event) -> (Result<String, Error>, Vec<String>) {
    let mut relation = Relation::undiscovered(client());
    let step = relation.discover(issuer);
    let (result, sent) = drive(&mut relation, step, |request| answer(&request.url));
    (result.map(|()| relation.server.issuer.clone()), sent.into_iter().map(|request| request.url).collect())
}

#[wasm_bindgen_test(unsupported = test)]
fn discovery_asks_at_openids_place_and_then_at_oauths() {
    let found = || Event::Response(json_response(200, &metadata()));
    let (issuer, sent) = discover(ISSUER, |_| found());
    assert_eq!((issuer.unwrap().as_str(), sent.len()), (ISSUER, 1));
    for absent in [
        || Event::Response(text_response(404, "text/html", "<html>")),
        || Event::Response(text_response(200, "text/html", "<html>an SPA answers everything</html>")),
        || Event::Response(text_response(200, "application/json", "{")),
    ] {
        let (issuer, sent) = discover(ISSUER, |url| if url.ends_with("openid-configuration") { absent() } else { found() });
        assert_eq!(issuer.unwrap(), ISSUER);
        assert_eq!(
            sent,
            ["https://op.example/.well-known/openid-configuration", "https://op.example/.well-known/oauth-authorization-server"]
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn discovery_ends_where_another_place_would_not_help() {
    let overloaded = Event::Response(text_response(503, "text/html", ""));
    for (event, code, asked, retryable) in [
        (Event::Failed(Code::Network), Code::Network, 1, true),
        (overloaded, Code::NotOauthResponse, 1, true),
        (Event::Response(json_response(200, &json!({"issuer": "https://evil.example"}))), Code::IssuerMismatch, 1, false),
        (Event::Response(json_response(200, &json!({"issuer": ISSUER, "jwks_uri": 1}))), Code::MetadataInvalid, 1, false),
    ] {
        let mut event = Some(event);
        let (result, sent) = discover(ISSUER, |_| event.take().unwrap());
        let error = result.unwrap_err();
        assert_eq!((error.code(), sent.len(), error.retryable()), (code, asked, retryable));
    }
    let (result, sent) = discover(ISSUER, |_| Event::Response(text_response(404, "text/html", "nothing here")));
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.report().phase, sent.len()), (Code::NotOauthResponse, Phase::Discovery, 2));
    assert_eq!(error.report().status, Some(404));
    for (issuer, code) in [("http://op.example", Code::InsecureUrl), ("op.example", Code::InvalidArgument)] {
        let (result, sent) = discover(issuer, |_| Event::Failed(Code::Network));
        assert_eq!((result.unwrap_err().code(), sent.len()), (code, 0));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_endpoint_that_everyone_can_listen_to_gets_nothing() {
    let server = server_with(json!({"token_endpoint": "http://op.example/token"}));
    let mut relation = Relation::new(server, client());
    let step = relation.client_credentials(&[], now());
    let (result, sent) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
    assert_eq!((result.unwrap_err().code(), sent.len()), (Code::InsecureUrl, 0));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_call_that_ended_before_it_began_spent_nothing() {
    let mut relation = relation();
    let step = relation.refresh(Secret::new("rt0"), None, &[], now());
    let (result, _) = drive(&mut relation, step, |_| Event::Unsent(Code::Aborted));
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.report().grant_may_be_consumed), (Code::Aborted, false));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_two_flows_learn_side_by_side_is_kept_and_each_asks_for_itself() {
    let mut relation = relation();
    let begin = |relation: &mut Relation| {
        let pending = pending(&relation.server, &relation.client);
        let Ok(Step::Ask(Effect::Send(request), next)) = relation.callback(&callback(), pending, now()) else {
            panic!("the keys are not asked for")
        };
        assert_eq!(request.url, "https://op.example/jwks");
        next
    };
    let (first, second) = (begin(&mut relation), begin(&mut relation));
    let keys = || Event::Response(json_response(200, &jwks()));
    let Step::Ask(Effect::Send(request), second) = second.resume(&mut relation, keys(), now()).unwrap() else { panic!() };
    assert_eq!(request.url, "https://op.example/token");
    // The one that is behind fails, and takes nothing of what the other learnt with it.
    assert_eq!(first.resume(&mut relation, Event::Failed(Code::Network), now()).unwrap_err().code(), Code::Network);
    let Step::Ask(Effect::Verify(_), _) = second.resume(&mut relation, good(), now()).unwrap() else { panic!() };
    let (tokens, sent) = login_with(&mut relation, |_| good());
    assert!(tokens.is_ok());
    assert_eq!(sent, ["/token"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flow_whose_relation_is_another_in_the_middle_ends_there() {
    let mut relation = relation();
    let Step::Ask(Effect::Send(_), next) = relation.client_credentials(&[], now()).unwrap() else { panic!() };
    relation.client.scope = Some("admin".into());
    let error = next.resume(&mut relation, good(), now()).unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("relation")));
    assert!(error.report().grant_may_be_consumed, "what was sent before is not looked at any more");
}
