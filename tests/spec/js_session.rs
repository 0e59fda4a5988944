//! The policy of sessions as JavaScript asks it: text in, text out.

use grantkit::{error::Code, js::session::answer};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: i64 = 1_800_000_000;

fn ask(verb: &str, seconds: i64, mut input: Value) -> Result<Value, (Code, Option<String>)> {
    input["now"] = json!(NOW + seconds);
    let answered = answer(verb, &input.to_string());
    answered.map(|text| serde_json::from_str(&text).unwrap()).map_err(|error| (error.code(), error.report().about.clone()))
}

/// A token for five minutes, and a refresh token.
fn tokens(refresh_token: &str) -> Value {
    json!({"access_token": "a", "refresh_token": refresh_token, "expires_at": NOW + 300, "claims": {"sub": "ada"}})
}

fn begun() -> Value {
    ask("begin", 0, json!({"tokens": tokens("one")})).unwrap()["session"].clone()
}

fn due(session: &Value, seconds: i64) -> Value {
    ask("due", seconds, json!({"session": session})).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_is_asked_what_is_due_and_told_how_it_went() {
    let session = begun();
    assert_eq!((due(&session, 0), due(&session, 280)), (json!({"due": "use"}), json!({"due": "refresh"})));

    let doubt = ask("in_doubt", 280, json!({"session": session})).unwrap()["session"].clone();
    assert_eq!(due(&doubt, 300), json!({"due": "authorize"}));

    let mut next = tokens("two");
    next["expires_at"] = json!(NOW + 600);
    let replaced = ask("refreshed", 281, json!({"session": session, "tokens": next, "sent": "one"})).unwrap();
    assert_eq!((&replaced["session"]["refreshing"], due(&replaced["session"], 300)), (&json!("once"), json!({"due": "use"})));
    let kept = ask("refreshed", 281, json!({"session": session, "tokens": next, "sent": "two"})).unwrap();
    assert_eq!(kept["session"]["refreshing"], "often");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failed_refresh_is_told_apart_by_what_was_thrown() {
    let failed = |error: Value| ask("failed", 300, json!({"session": begun(), "error": error})).unwrap();
    let unsent = failed(json!({"code": "network", "grantMayBeConsumed": false}));
    assert_eq!((&unsent["failed"], &unsent["seconds"]), (&json!("later"), &json!(1)));
    assert_eq!(due(&unsent["session"], 300), json!({"due": "wait", "seconds": 1}));
    let woken = ask("woken", 300, json!({"session": unsent["session"]})).unwrap();
    assert_eq!(due(&woken["session"], 300), json!({"due": "refresh"}));
    assert_eq!(failed(json!({"code": "timeout", "grantMayBeConsumed": true}))["failed"], "doubtful");
    let refused = failed(json!({"code": "invalid_grant", "grantMayBeConsumed": true}));
    assert_eq!((&refused["failed"], &refused["ended"]), (&json!("ended"), &json!("refused")));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_silent_authorization_is_no_new_login_and_brings_no_other_user() {
    let again = ask("begin", 200, json!({"tokens": tokens("two"), "session": begun(), "subject": "ada"})).unwrap();
    assert_eq!((&again["session"]["began"], &again["session"]["obtained"]), (&json!(NOW), &json!(NOW + 200)));
    for subject in ["grace", ""] {
        let other = ask("begin", 200, json!({"tokens": tokens("two"), "session": begun(), "subject": subject}));
        assert_eq!(other, Err((Code::SubjectMismatch, Some("sub".into()))));
    }
    let nobody = ask("begin", 200, json!({"tokens": {"access_token": "a"}, "session": begun(), "subject": "ada"}));
    assert_eq!(
        nobody,
        Err((Code::SubjectMismatch, Some("sub".into()))),
        "an answer without an ID token says nothing of the user"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_silent_authorization_that_failed_ends_a_session_where_trying_again_would_not_help() {
    let expired = ask("begin", 0, json!({"tokens": {"access_token": "a", "expires_at": NOW + 10}})).unwrap()["session"].clone();
    let failed = |error: Value| ask("unauthorized", 10, json!({"session": expired, "error": error})).unwrap();
    for code in ["login_required", "consent_required", "access_denied", "subject_mismatch", "insecure_url"] {
        assert_eq!(failed(json!({"code": code}))["failed"], "ended", "{code}");
    }
    for code in ["timeout", "network", "not_oauth_response", "server_error", "temporarily_unavailable", "signature_invalid"] {
        assert_eq!(failed(json!({"code": code}))["failed"], "later", "{code}");
    }
    assert_eq!(failed(json!({"code": "storage_unavailable"}))["failed"], "later", "a disk that is full has room again");
    let later = failed(json!({"code": "network", "retryAfter": 7}));
    assert_eq!(due(&later["session"], 11), json!({"due": "wait", "seconds": 6}));
    assert_eq!(due(&later["session"], 17), json!({"due": "authorize"}));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_terms_end_a_session_and_say_when() {
    let look = |seconds: i64, terms: Value| ask("due", seconds, json!({"session": begun(), "terms": terms}));
    let terms = json!({"idle": 100, "absolute": 250});
    assert_eq!(look(99, terms.clone()), Ok(json!({"due": "use", "ends_at": NOW + 100})));
    assert_eq!(look(100, terms.clone()), Ok(json!({"due": "end", "ended": "idle", "ends_at": NOW + 100})));
    assert_eq!(look(250, terms).unwrap()["ended"], "absolute");
    assert_eq!(look(295, json!({"ahead": 1})), Ok(json!({"due": "use"})));
    let used = ask("touched", 99, json!({"session": begun()})).unwrap()["session"].clone();
    assert_eq!(ask("due", 198, json!({"session": used, "terms": {"idle": 100}})).unwrap()["due"], "use");
    for (name, value) in [("idle", json!(0)), ("idle", json!(-1)), ("absolute", json!("1 hour")), ("ahead", json!(true))] {
        assert_eq!(look(0, json!({name: value})), Err((Code::InvalidArgument, Some(name.into()))));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_api_is_believed_when_it_refuses_the_token_and_not_when_it_refuses_something_else() {
    let believed = |seconds: i64, status: u16, challenge: Option<&str>| {
        let answer = ask("refused", seconds, json!({"session": begun(), "status": status, "challenge": challenge})).unwrap();
        if answer["believed"] == true {
            assert_eq!(due(&answer["session"], seconds), json!({"due": "refresh"}));
        }
        answer["believed"] == true
    };
    assert!(believed(60, 401, Some("Bearer error=\"invalid_token\"")));
    assert!(believed(60, 401, Some("DPoP error=\"invalid_token\", algs=\"ES256\"")));
    assert!(believed(60, 401, None), "CORS hides the reason");
    assert!(believed(60, 401, Some("Bearer realm=\"api\"")), "no reason was given");
    assert!(!believed(60, 401, Some("Bearer error=\"insufficient_user_authentication\"")));
    assert!(!believed(60, 401, Some("DPoP error=\"use_dpop_nonce\"")));
    assert!(!believed(60, 403, Some("Bearer error=\"invalid_token\"")));
    assert!(!believed(60, 200, None));
    assert!(!believed(59, 401, None), "the token is as good as new");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_can_be_told_to_refresh() {
    let stale = ask("stale", 10, json!({"session": begun()})).unwrap();
    assert_eq!(due(&stale["session"], 10), json!({"due": "refresh"}));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_the_host_found_by_itself_is_an_error_of_the_table() {
    let thrown = ask("error", 0, json!({"code": "redirect_refused", "phase": "resource", "about": "input"}));
    assert_eq!(thrown, Err((Code::RedirectRefused, Some("input".into()))));
}

#[wasm_bindgen_test(unsupported = test)]
fn whether_a_token_may_go_there_is_known_before_there_is_one() {
    let options = json!({"clientId": "app", "api": "https://api.example/v1"});
    let look = |url: &str| ask("allow", 0, json!({"options": options, "url": url}));
    assert_eq!(look("https://api.example/v1/orders"), Ok(json!({})));
    assert_eq!(look("https://evil.example/v1/orders"), Err((Code::OriginNotAllowed, Some("api".into()))));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_missing_or_wrong_is_named() {
    let named = |name: &str| Err((Code::InvalidArgument, Some(name.to_string())));
    assert_eq!(ask("dance", 0, json!({})), named("verb"));
    assert_eq!(ask("due", 0, json!({})), named("session"));
    assert_eq!(ask("due", 0, json!({"session": {"began": 1}})), named("session.used"));
    assert_eq!(ask("begin", 0, json!({})), named("tokens"));
    assert_eq!(ask("refreshed", 0, json!({"session": begun(), "tokens": tokens("two")})), named("sent"));
    assert_eq!(ask("failed", 0, json!({"session": begun()})), named("error"));
    assert_eq!(ask("refused", 0, json!({"session": begun()})), named("status"));
    assert_eq!(answer("due", "{}").unwrap_err().report().about.as_deref(), Some("now"));
}
