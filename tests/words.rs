//! The words that callers see are written twice: in Rust, where they are made, and in TypeScript, where they are typed. They must not part.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use grantkit::{error::Code, oidc::id_token::Check, quirk::deviation::Deviation, session::refusal::Why};

/// The words of a TypeScript union: `export type Name = | "a" | "b";`
fn union(source: &'static str, name: &str) -> Vec<&'static str> {
    let (_, rest) = source.split_once(&format!("export type {name} =")).unwrap_or_else(|| panic!("no type {name}"));
    let (body, _) = rest.split_once(';').unwrap();
    body.split('"').skip(1).step_by(2).collect()
}

#[test]
fn codes_are_the_same_in_rust_and_typescript() {
    let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(union(include_str!("../pkg/src/codes.ts"), "Code"), words);
}

#[test]
fn the_page_of_a_session_says_the_words_of_the_table() {
    let page = include_str!("../pkg/src/session/errors.ts");
    let codes = Code::ALL.iter().filter(|code| page.contains(&format!("  {}: [", code.as_str())));
    let said = codes.inspect(|code| {
        assert!(page.contains(code.message()) && page.contains(&format!("\"{}\"", code.fault().as_str())), "{code:?}");
    });
    assert_eq!(said.count(), page.matches(": [").count());
}

#[test]
fn what_a_handler_refuses_is_the_same_in_rust_and_typescript() {
    let (words, source): (Vec<_>, _) =
        (Why::ALL.iter().map(|why| why.as_str()).collect(), include_str!("../pkg/src/worker/ask.ts"));
    assert_eq!(union(source, "HandlerCode"), words);
    for why in Why::ALL {
        assert!(source.contains(&format!("\"{}\"", why.action().as_str())), "{why:?}");
    }
}

#[test]
fn deviations_and_checks_are_the_same_in_rust_and_typescript() {
    let types = include_str!("../pkg/src/types.ts");
    let sorted = |mut words: Vec<&'static str>| {
        words.sort_unstable();
        words
    };
    assert_eq!(sorted(union(types, "Deviation")), sorted(Deviation::ALL.iter().map(|one| one.as_str()).collect()));
    assert_eq!(sorted(union(types, "Check")), sorted(Check::ALL.iter().map(|one| one.as_str()).collect()));
}

#[test]
fn every_code_has_a_word_of_its_own_and_says_what_to_do() {
    for (index, code) in Code::ALL.iter().enumerate() {
        assert!(Code::ALL.iter().skip(index.saturating_add(1)).all(|other| other.as_str() != code.as_str()), "{code:?} twice");
        assert!(code.message().ends_with('.') || code.message().ends_with('?'), "{code:?}");
        assert!(code.message().len() < 160, "{code:?}: a message is a sentence or two");
    }
}
