//! What is kept of a login at the edge, through refreshes that bring tokens, fail, or are lost.

use grantkit::{
    error::{Code, Phase},
    session::{
        policy::{Due, Ended, Failed, Refreshing, Terms},
        record::{Keep, Record},
        refusal::Why,
    },
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, now};

fn tokens() -> Value {
    json!({
        "access_token": "at-1", "token_type": "Bearer", "expires_in": 300, "expires_at": NOW + 300, "refresh_token": "rt-1", "id_token": "a.b.c",
        "scope": "openid api", "checks": [], "deviations": [],
        "claims": { "iss": "https://op.example", "sub": "ada", "sid": "s1", "name": "Ada", "email": "ada@example.test", "nonce": "n", "at_hash": "h", "aud": "app", "exp": 1, "iat": 1 },
    })
}

fn terms() -> Terms {
    Terms { idle: Some(1000), absolute: Some(5000), ..Terms::default() }
}

fn begin(keep: &Keep) -> Record {
    Record::begin("id", &Object::parse(&tokens().to_string()).unwrap(), None, keep, now())
}

fn refreshed(record: &Record, changes: Value, keep: &Keep, seconds: i64) -> Record {
    let mut tokens =
        json!({ "access_token": "at-2", "token_type": "Bearer", "expires_at": NOW + seconds + 300, "refresh_token": "rt-2" });
    tokens.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    record.refreshed(&Object::parse(&tokens.to_string()).unwrap(), keep, now().plus(seconds))
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn it_keeps_what_later_requests_need_and_no_more() {
    let kept = parsed(&begin(&Keep::default()).to_json());
    assert_eq!(
        kept["tokens"],
        json!({ "access_token": "at-1", "token_type": "Bearer", "refresh_token": "rt-1", "scope": "openid api" })
    );
    assert_eq!(
        kept["claims"],
        json!({ "iss": "https://op.example", "sub": "ada", "sid": "s1", "name": "Ada", "email": "ada@example.test" })
    );
    let few = Keep { claims: Some(vec!["name".into()]), id_token: true };
    let kept = parsed(&begin(&few).to_json());
    assert_eq!(kept["claims"], json!({ "iss": "https://op.example", "sub": "ada", "sid": "s1", "name": "Ada" }));
    assert_eq!(kept["tokens"]["id_token"], "a.b.c");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_sealed_comes_back_as_it_was_and_anything_else_is_damage() {
    let record =
        Record::begin("id", &Object::parse(&tokens().to_string()).unwrap(), Some(r#"{"kty":"EC"}"#), &Keep::default(), now());
    assert_eq!(Record::parse(&record.to_json()), Ok(record.clone()));
    let whole = parsed(&record.to_json());
    for name in ["id", "generation", "policy", "tokens", "claims"] {
        for wrong in [Value::Null, json!(""), json!([1])] {
            let mut broken = whole.clone();
            broken[name] = wrong;
            assert_eq!(Record::parse(&broken.to_string()), Err(Why::SessionDamaged), "{name}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_page_sees_claims_and_times_and_never_a_token() {
    let keep = Keep { claims: None, id_token: true };
    let record =
        Record::begin("session-id", &Object::parse(&tokens().to_string()).unwrap(), Some(r#"{"d":"private"}"#), &keep, now());
    let view = record.view(&terms(), now());
    for secret in ["at-1", "rt-1", "a.b.c", "private", "session-id"] {
        assert!(!view.contains(secret), "{secret} in {view}");
        assert!(!format!("{record:?}").contains(secret) || secret == "session-id", "{secret} in debug output");
    }
    let view = parsed(&view);
    assert_eq!(
        (&view["authenticated"], &view["claims"]["name"], &view["scope"]),
        (&json!(true), &json!("Ada"), &json!("openid api"))
    );
    assert_eq!((&view["expiresAt"], &view["endsAt"], &view["loggedInAt"]), (&json!(NOW + 300), &json!(NOW + 1000), &json!(NOW)));
    assert_eq!(view.get("action"), None);
    assert_eq!(parsed(&record.lost().view(&terms(), now().plus(301)))["action"], "login_silently");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_makes_the_next_generation_with_the_same_user_and_id() {
    let keep = Keep { claims: None, id_token: true };
    let next = refreshed(&begin(&keep), json!({}), &keep, 280);
    assert_eq!((next.id.as_str(), next.generation, next.token("access_token").as_deref()), ("id", 1, Some("at-2")));
    assert_eq!(next.policy.refreshing, Refreshing::Once);
    assert_eq!(next.policy.used, now().plus(280), "a refresh is a use");
    assert_eq!(next.token("id_token").as_deref(), Some("a.b.c"), "a server need not send another");
    assert_eq!(parsed(&next.view(&terms(), now().plus(280)))["claims"]["name"], "Ada");
    let renamed = refreshed(&next, json!({ "claims": { "sub": "ada", "name": "Countess" } }), &keep, 290);
    assert_eq!(parsed(&renamed.view(&terms(), now()))["claims"]["name"], "Countess");
    let same = refreshed(&begin(&keep), json!({ "refresh_token": "rt-1" }), &keep, 280);
    assert_eq!(same.policy.refreshing, Refreshing::Often, "this server keeps its refresh tokens");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_that_failed_makes_the_next_generation_too() {
    let record = begin(&Keep::default());
    let fail = |error: grantkit::error::Error| record.failed(&Object::parse(&error.to_json()).unwrap(), now().plus(280));
    let lost = Code::Timeout.at(Phase::Token).with(|report| report.grant_may_be_consumed = true);
    let (next, failed) = fail(lost);
    assert_eq!((next.generation, next.policy.refreshing, failed), (1, Refreshing::Doubtful, Failed::Doubtful));
    let (next, failed) = fail(Code::Network.at(Phase::Token));
    assert_eq!((next.generation, next.policy.refreshing, failed), (1, Refreshing::Once, Failed::Later(1)));
    let (next, failed) = fail(Code::InvalidGrant.at(Phase::Token));
    assert_eq!((next.generation, failed), (1, Failed::Ended(Ended::Refused)));
    assert_eq!(record.lost().policy.refreshing, Refreshing::Doubtful, "as after a crash");
    let unreadable = Object::parse("{}").unwrap();
    assert_eq!(record.failed(&unreadable, now()).1, Failed::Doubtful, "what nobody understands may have spent it");
}

#[wasm_bindgen_test(unsupported = test)]
fn each_due_is_a_refusal_or_none() {
    for (due, why) in [
        (Due::Use, None),
        (Due::Refresh, None),
        (Due::Wait(7), Some((Why::RefreshUnavailable, Some(7)))),
        (Due::Authorize, Some((Why::LoginRequired, None))),
        (Due::End(Ended::Idle), Some((Why::SessionEnded, None))),
    ] {
        assert_eq!(Record::refusal(due).map(|refusal| (refusal.why, refusal.retry_after)), why);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_use_is_written_down_rarely_and_ends_are_counted_from_it() {
    let record = begin(&Keep::default());
    assert!(!record.policy.needs_touch(&terms(), now().plus(124)));
    assert!(record.policy.needs_touch(&terms(), now().plus(125)));
    let touched = record.touched(now().plus(125));
    assert_eq!((touched.generation, touched.policy.seconds_left(&terms(), now().plus(125))), (1, 1000));
    assert_eq!(touched.policy.seconds_left(&terms(), now().plus(9000)), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_as_good_as_new_is_not_refreshed_on_request() {
    let record = begin(&Keep::default());
    assert_eq!(record.with_refused_token(now().plus(59)), None);
    let refused = record.with_refused_token(now().plus(60)).unwrap();
    assert_eq!((refused.generation, refused.policy.due(&terms(), now().plus(60))), (0, Due::Refresh));
}
