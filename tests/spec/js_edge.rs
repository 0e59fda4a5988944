//! The token handler's door: options that are not right are named, questions are answered, and what cannot be read does nothing.

use grantkit::{
    js::edge::{Ask, Handler, ask_of_nobody},
    session::{
        refusal::Why,
        seal::{Sealed, key_id},
    },
    text::{base64url, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, now};

fn key(seed: u8) -> String {
    let bytes: Vec<u8> = (0..32u8).map(|at| at.wrapping_mul(73).wrapping_add(seed).rotate_left(3)).collect();
    base64url::encode(&bytes)
}

fn options(changes: Value) -> String {
    let mut options = json!({ "sessionKeys": [key(1)], "routes": [{ "prefix": "/api/", "target": "https://api.example/" }] });
    options.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    options.to_string()
}

fn handler() -> Handler {
    Handler::new(&options(json!({}))).unwrap()
}

fn ask(what: &str, input: Value) -> Result<Value, Why> {
    let answer = handler().ask(what, &input.to_string()).map_err(|refusal| refusal.why)?;
    Ok(serde_json::from_str(&answer).unwrap_or(Value::String(answer)))
}

#[wasm_bindgen_test(unsupported = test)]
fn an_option_of_the_handler_that_is_not_right_is_named() {
    for (changes, about) in [
        (json!({ "sessionKeys": [] }), "sessionKeys"),
        (json!({ "sessionKeys": key(1) }), "sessionKeys"),
        (json!({ "sessionKeys": ["change-me"] }), "sessionKeys"),
        (json!({ "base": "auth" }), "base"),
        (json!({ "base": "/auth/" }), "base"),
        (json!({ "base": "/" }), "base"),
        (json!({ "origin": 5 }), "origin"),
        (json!({ "cookie": "a b" }), "cookie"),
        (json!({ "sameSite": "none" }), "sameSite"),
        (json!({ "idle": 0 }), "idle"),
        (json!({ "absolute": "1" }), "absolute"),
        (json!({ "claims": "name" }), "claims"),
        (json!({ "routes": [{ "prefix": "/api/", "target": "http://api.example/" }] }), "routes"),
        (json!({ "routes": [{ "prefix": "/api/", "target": "https://api.example/", "token": "mine" }] }), "routes"),
        (json!({ "routes": [{ "prefix": "/api/", "target": "https://api.example/", "methods": "GET" }] }), "routes"),
        (json!({ "routes": [{ "prefix": "/api/", "target": "https://api.example/", "timeout": 0 }] }), "routes"),
        (json!({ "routes": [{ "prefix": "/api/", "target": "https://api.example/", "timeout": "1 s" }] }), "routes"),
    ] {
        let (refusal, _) = Handler::new(&options(changes.clone())).unwrap_err();
        assert_eq!((refusal.why, refusal.about), (Why::Misconfigured, Some(about)), "{changes}");
    }
    let (_, more) = Handler::new(&options(json!({ "sessionKeys": ["change-me"] }))).unwrap_err();
    assert!(more.unwrap().contains("openssl rand"), "it says how to make a key");
    let http = json!({ "dangerouslyAllowHttp": true, "routes": [{ "prefix": "/api/", "target": "http://api.example/" }] });
    assert!(Handler::new(&options(http)).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_is_read_into_what_it_is_for() {
    let own = json!({ "origin": "https://app.example", "path": "/api/x", "query": "q=1", "method": "GET", "site": "same-origin", "header": true });
    let wish = ask("read", own.clone()).unwrap();
    assert_eq!((&wish["wish"], &wish["url"]), (&json!("proxy"), &json!("https://api.example/x?q=1")));
    let mut foreign = own;
    foreign["site"] = json!("cross-site");
    assert_eq!(ask("read", foreign), Err(Why::CrossSite));
    assert_eq!(ask("read", json!({})), Err(Why::Internal), "a host that asks nothing");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bearer_token_is_shown_to_its_route_and_nowhere_else() {
    let shown = |route, url, token, token_type| handler().bearer(route, url, token, token_type);
    assert_eq!(shown(0, "https://api.example/x?q=1", "at", "bearer").as_deref(), Some("Bearer at"));
    assert_eq!(shown(0, "https://api.example/x", "at", "DPoP"), None, "a proof is due");
    assert_eq!(shown(0, "https://api.example/x", "at", "mac"), None, "of a type that nobody knows");
    assert_eq!(shown(0, "https://api.example/x", "a t", "Bearer"), None, "what fits into no header");
    assert_eq!(shown(0, "https://api.example.evil/x", "at", "Bearer"), None, "another host");
    assert_eq!(shown(0, "https://api.example/x/../y", "at", "Bearer"), None, "a path that is read in two ways");
    assert_eq!(shown(1, "https://api.example/x", "at", "Bearer"), None, "no route");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_sealed_is_written_and_read_in_one_format() {
    let handler = |keys| Handler::new(&options(json!({ "sessionKeys": keys }))).unwrap();
    let (own, rotated) = (handler(json!([key(1)])), handler(json!([key(2), key(1)])));
    let sealed = [own.head().as_slice(), &[7; 12], &[9; 20]].concat();
    let text = base64url::encode(&sealed);
    let read = Sealed::parse(&text).unwrap();
    assert_eq!((read.key, read.iv, read.ciphertext.as_slice()), (key_id(&key(1)).unwrap(), [7; 12], [9; 20].as_slice()));
    assert_eq!(own.key_of(&sealed), Ok(0));
    assert_eq!(rotated.key_of(&sealed), Ok(1), "by the key that is to be retired");
    let refused = |handler: &Handler, sealed: &[u8]| handler.key_of(sealed).unwrap_err().why;
    assert_eq!(refused(&own, &[]), Why::SessionDamaged, "nothing is sealed");
    assert_eq!(refused(&own, &sealed[..36]), Why::SessionDamaged, "less than a head, a vector and a tag");
    assert_eq!(refused(&own, &[&[2], &sealed[1..]].concat()), Why::SessionDamaged, "a version of tomorrow's");
    assert_eq!(refused(&handler(json!([key(2)])), &sealed), Why::SessionDamaged, "by a key of nobody's");
    let many: Vec<_> = (0..=256).map(|_| key(1)).collect();
    assert!(Handler::new(&options(json!({ "sessionKeys": many }))).is_err(), "more than a byte can count");
    let brought = |cookies: &str| own.session(cookies).map_err(|refusal| refusal.why);
    assert_eq!(brought(&format!("a=b; __Host-Http-session=1.{text}")), Ok(Some(text.clone())));
    let (start, rest) = text.split_at(20);
    let chunks = format!("__Host-Http-session.1={rest}; __Host-Http-session=2.{start}");
    assert_eq!(brought(&chunks), Ok(Some(text.clone())), "in chunks");
    assert_eq!(brought(&format!("__Host-Http-session=2.{start}")), Err(Why::SessionDamaged), "a chunk is missing");
    assert_eq!(brought("__Host-Http-session=1."), Ok(Some(String::new())), "nothing is sealed, and no key opens it");
    assert_eq!(brought(""), Ok(None));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_goes_from_login_to_refresh_to_doubt() {
    let tokens = json!({ "access_token": "at", "token_type": "Bearer", "refresh_token": "rt", "expires_at": NOW + 300, "claims": { "sub": "ada" } });
    let record = handler().ask("begin", &json!({ "id": "i", "tokens": tokens, "now": NOW }).to_string()).unwrap();
    let policy = |record: &str| serde_json::from_str::<Value>(record).unwrap()["policy"].clone();
    let due = |record: &str, seconds: i64| ask("due", json!({ "policy": policy(record), "now": NOW + seconds })).unwrap();
    assert_eq!(due(&record, 0), json!({ "due": "use", "usable": true, "touch": false, "maxAge": 86_400 }));
    assert_eq!((&due(&record, 280)["due"], &due(&record, 280)["usable"]), (&json!("refresh"), &json!(true)));
    assert_eq!(due(&record, 300)["usable"], json!(false));
    let failed =
        ask("failed", json!({ "record": record, "report": { "code": "network", "grantMayBeConsumed": true }, "now": NOW + 300 }))
            .unwrap();
    assert_eq!(failed["failed"], "doubtful");
    assert_eq!(due(failed["record"].as_str().unwrap(), 301)["refusal"]["code"], "login_required");
    let refused = ask(
        "failed",
        json!({ "record": record, "report": { "code": "invalid_grant", "grantMayBeConsumed": true }, "now": NOW + 300 }),
    )
    .unwrap();
    assert_eq!(refused["failed"], "refused");
    let believed = |status: u16, seconds: i64| {
        handler().ask("refused_token", &json!({ "record": record, "status": status, "now": NOW + seconds }).to_string()).unwrap()
            != ""
    };
    assert!(believed(401, 61) && !believed(403, 61) && !believed(401, 10));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_is_over_when_its_cookie_is_and_a_logout_ends_what_began_before_it() {
    let asked = |what: &str, input: Value| {
        let text = input.to_string();
        ask_of_nobody(what, &Ask(&Object::parse(&text).unwrap()), now()).map_err(|refusal| refusal.why)
    };
    for (began, over) in [(NOW, "false"), (NOW - 3600, "false"), (NOW - 3601, "true")] {
        assert_eq!(asked("login_is_over", json!({ "began": began })).as_deref(), Ok(over));
    }
    assert_eq!(asked("login_is_over", json!({})).as_deref(), Ok("true"));
    for (began, ended) in [(NOW, "true"), (NOW + 30, "true"), (NOW + 31, "false")] {
        assert_eq!(asked("is_ended", json!({ "began": began, "iat": NOW })).as_deref(), Ok(ended));
    }
    assert_eq!(asked("nothing of the kind", json!({})), Err(Why::Internal));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_page_hears_of_an_error_what_happened_and_nothing_that_the_server_wrote() {
    let report = json!({
        "code": "invalid_grant", "message": "The code is spent.", "fault": "refusal", "grantMayBeConsumed": false, "error_description": "<b>secret</b>", "body": "secret", "retryAfter": 3,
    });
    let text = json!({ "report": report }).to_string();
    let told: Value =
        serde_json::from_str(&ask_of_nobody("error", &Ask(&Object::parse(&text).unwrap()), now()).unwrap()).unwrap();
    assert_eq!(
        told,
        json!({ "code": "invalid_grant", "message": "The code is spent.", "status": 400, "action": "login", "fault": "refusal", "retryAfter": 3 })
    );
}
