//! Whose turn it is to refresh: RFC 9700 §4.14.2, over many isolates.

use grantkit::session::turn::{Answer, Entry, Message, Spans};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::now;

/// A store, which keeps text.
#[derive(Default)]
struct Store(Option<String>);

impl Store {
    fn take(&mut self, message: Message<'_>, seconds: i64) -> Answer {
        let entry = self.0.as_deref().map(|text| Entry::parse(text).unwrap());
        let (entry, answer) = Entry::take(entry, message, &Spans::default(), now().plus(seconds));
        self.0 = entry.map(|entry| entry.to_json());
        answer
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn one_has_the_turn_and_the_others_wait_and_get_what_it_brought() {
    let mut store = Store::default();
    assert_eq!(store.take(Message::Ask(0), 0), Answer::Lead);
    for seconds in [0, 1, 34] {
        assert!(matches!(store.take(Message::Ask(0), seconds), Answer::Wait(_)), "after {seconds} s");
    }
    assert_eq!(store.take(Message::Tell(1, "sealed"), 5), Answer::Kept);
    assert_eq!(store.take(Message::Ask(0), 6), Answer::Newer(1, "sealed".into()));
    assert_eq!(store.take(Message::Ask(1), 300), Answer::Lead, "the next generation has a turn of its own");
}

#[wasm_bindgen_test(unsupported = test)]
fn who_has_the_turn_and_never_comes_back_leaves_the_token_in_doubt_and_nobody_sends_it_again() {
    let mut store = Store::default();
    assert_eq!(store.take(Message::Ask(3), 0), Answer::Lead);
    assert_eq!(store.take(Message::Ask(3), 35), Answer::Lost);
    assert_eq!(store.take(Message::Ask(3), 36), Answer::Lost, "nobody gets the turn");
    assert_eq!(store.take(Message::Tell(4, "in doubt"), 36), Answer::Kept);
    assert_eq!(store.take(Message::Tell(4, "in doubt"), 36), Answer::Behind(4), "another told the same");
    assert_eq!(store.take(Message::Tell(4, "late tokens"), 40), Answer::Behind(4), "the first comes back after all");
    assert_eq!(store.take(Message::Tell(5, "late tokens"), 40), Answer::Kept, "as the generation after that");
    assert_eq!(store.take(Message::Ask(3), 41), Answer::Newer(5, "late tokens".into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_late_request_gets_the_successor_for_a_while_and_then_nothing_and_never_the_turn() {
    let mut store = Store::default();
    store.take(Message::Ask(0), 0);
    store.take(Message::Tell(1, "sealed"), 1);
    assert_eq!(store.take(Message::Ask(0), 61), Answer::Newer(1, "sealed".into()));
    assert_eq!(store.take(Message::Ask(0), 62), Answer::Superseded);
    assert_eq!(store.take(Message::Ask(0), 600_000), Answer::Superseded);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_generation_is_the_newest_until_another_is_told() {
    let mut store = Store::default();
    assert_eq!(store.take(Message::Still(0), 0), Answer::Kept, "nobody knows better");
    assert!(store.0.is_none(), "and it is not written down that somebody asked");
    store.take(Message::Ask(0), 0);
    store.take(Message::Tell(1, "sealed"), 1);
    assert_eq!(store.take(Message::Still(1), 90), Answer::Kept);
    assert_eq!(store.take(Message::Still(0), 2), Answer::Superseded);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_store_that_knows_less_than_the_cookie_believes_the_cookie() {
    let mut store = Store::default();
    store.take(Message::Ask(0), 0);
    assert_eq!(store.take(Message::Ask(7), 1), Answer::Lead);
    assert_eq!(store.take(Message::Ask(0), 2), Answer::Superseded, "what it knew before is older");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_over_is_over_whoever_asks_or_tells() {
    let mut store = Store::default();
    store.take(Message::Ask(0), 0);
    assert_eq!(store.take(Message::End("logout"), 1), Answer::Ended("logout".into()));
    for message in
        [Message::Tell(1, "sealed"), Message::Ask(0), Message::Ask(9), Message::Still(9), Message::Read, Message::Begin("sealed")]
    {
        assert_eq!(store.take(message, 2), Answer::Ended("logout".into()), "{message:?}");
    }
    assert!(!store.0.unwrap().contains("sealed"), "nothing of it is kept");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_store_of_sessions_hands_out_the_newest_at_any_time_and_knows_when_to_forget() {
    let mut store = Store::default();
    assert_eq!(store.take(Message::Read, 0), Answer::Unknown);
    assert_eq!(store.take(Message::Begin("first"), 0), Answer::Kept);
    assert_eq!(store.take(Message::Read, 90_000), Answer::Newer(0, "first".into()));
    assert_eq!(store.take(Message::Ask(0), 90_000), Answer::Lead);
    assert_eq!(store.take(Message::Read, 90_001), Answer::Newer(0, "first".into()), "also while it is refreshed");
    store.take(Message::Tell(1, "second"), 90_002);
    assert_eq!(store.take(Message::Read, 90_003), Answer::Newer(1, "second".into()));
    let entry = Entry::parse(store.0.as_deref().unwrap()).unwrap();
    assert_eq!(entry.forget_at(), now().plus(90_002 + 604_800));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_entry_is_none() {
    for text in ["", "{}", "[]", r#"{"generation":0,"since":0,"until":0}"#] {
        assert_eq!(Entry::parse(text), None, "{text}");
    }
}
