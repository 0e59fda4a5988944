//! What may be shown of a peer's text: no secret that went out, nothing long that looks like a token, and not much of it.
#![no_main]

use grantkit::{
    limits,
    text::excerpt::{excerpt, word},
};
use grantkit_fuzz::SECRETS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let shown = excerpt(data, &SECRETS);
    check(&shown);
    assert!(shown.len() <= limits::EXCERPT_BYTES * "[redacted]".len());
    assert!(shown.chars().all(|char| char == '\n' || !char.is_control()));
    if let Ok(text) = std::str::from_utf8(data) {
        check(&word(text, &SECRETS));
    }
});

fn check(shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} stands in {shown}");
    }
}
