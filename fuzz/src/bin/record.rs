//! A session at the edge: whatever was sealed, tokens that come later, and errors. It is read whole or refused, reads the same again, and shows a page no token.
#![no_main]

use grantkit::{
    session::{
        policy::Terms,
        record::{Keep, Record},
    },
    text::json::Object,
};
use grantkit_fuzz::NOW;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// What is put in for a token: it stands nowhere else.
const TOKENS: [&str; 3] = ["an-access-token-of-ours", "a-refresh-token-of-ours", "an-id-token-of-ours"];

fuzz_target!(|text: &str| {
    let (kept, told) = text.split_once('\n').unwrap_or((text, "{}"));
    let told = Object::parse(told).unwrap_or_default();
    let keep = Keep { claims: None, id_token: true };
    let begun = Record::begin("id", &Object::parse(kept).unwrap_or_default(), None, &keep, NOW);
    let records = [Some(begun), Record::parse(kept).ok()];
    for record in records.into_iter().flatten() {
        live(&record, &told, &keep);
        for (index, token) in ["access_token", "refresh_token", "id_token"].into_iter().enumerate() {
            let tokens = format!("{{\"{token}\":\"{}\"}}", TOKENS[index]);
            let fresh = record.refreshed(&Object::parse(&tokens).expect("JSON"), &keep, NOW);
            assert_eq!(fresh.token(token).as_deref(), Some(TOKENS[index]));
            assert!(!fresh.view(&Terms::default(), NOW).contains(TOKENS[index]), "a page sees a token");
            assert!(!format!("{fresh:?}").contains(TOKENS[index]), "a log shows a token");
        }
    }
});

fn live(record: &Record, told: &Object<'_>, keep: &Keep) {
    let later = record.refreshed(told, keep, NOW);
    assert!(later.generation > record.generation || record.generation == i64::MAX);
    for one in [record.clone(), later, record.lost(), record.touched(NOW), record.failed(told, NOW).0] {
        let sealed = one.to_json();
        assert_eq!(Record::parse(&sealed).as_ref(), Ok(&one), "{sealed}");
        let view: Value = serde_json::from_str(&one.view(&Terms::default(), NOW)).expect("a view is JSON");
        assert_eq!(view["authenticated"], true);
        let _ = (one.policy.needs_touch(&Terms::default(), NOW), one.policy.seconds_left(&Terms::default(), NOW));
    }
}
