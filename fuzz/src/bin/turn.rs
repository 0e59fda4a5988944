//! RFC 9700 §4.14.2: whatever many isolates ask, in any order and at any time. Nobody is given a turn twice, and what is newest stays.
#![no_main]

use grantkit::{
    session::turn::{Answer, Entry, Message, Spans},
    time::Timestamp,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(entry) = Entry::parse(text)
    {
        assert_eq!(Entry::parse(&entry.to_json()).as_ref(), Some(&entry));
        play(Some(entry), data);
    }
    play(None, data);
});

/// Three bytes are one message: what, which generation, how many seconds later.
fn play(mut entry: Option<Entry>, data: &[u8]) {
    let spans = Spans::default();
    let mut now = 1_800_000_000;
    // The generation for which somebody was given the turn last.
    let mut leads = None;
    let mut is_over = false;
    for message in data.chunks_exact(3) {
        now += i64::from(message[2]) * i64::from(message[2]);
        let generation = i64::from(message[1] % 4);
        let message = match message[0] % 8 {
            0 => Message::Read,
            1 => Message::End("logout"),
            2..=4 => Message::Tell(generation, "sealed"),
            _ => Message::Ask(generation),
        };
        let before = entry.as_ref().map(|entry| entry.generation);
        let (next, answer) = Entry::take(entry, message, &spans, Timestamp::from_seconds(now));
        let after = next.as_ref().map(|entry| entry.generation);
        is_over |= matches!(answer, Answer::Ended(_));
        assert!(is_over == matches!(answer, Answer::Ended(_)), "what is over stays over: {answer:?}");
        match (message, &answer) {
            (Message::Ask(asked), Answer::Lead) => {
                assert!(leads.is_none_or(|led| asked > led), "generation {asked} is refreshed twice");
                leads = Some(asked);
            }
            (Message::Ask(asked), Answer::Newer(newer, _)) => assert!(*newer > asked),
            (Message::Tell(told, _), Answer::Kept) => assert!(before.is_none_or(|before| told > before)),
            (Message::Tell(told, _), Answer::Behind(newest)) => assert!(*newest >= told),
            _ => {}
        }
        assert!(is_over || after >= before, "{before:?} is forgotten for {after:?}");
        assert_eq!(next.as_ref().map(Entry::to_json).and_then(|json| Entry::parse(&json)), next);
        assert!(serde_json::from_str::<serde_json::Value>(&answer.to_json()).is_ok());
        entry = next;
    }
}
