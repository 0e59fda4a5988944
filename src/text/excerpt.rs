//! What may be shown of a peer's text: its start, with everything blotted out that could be a secret.

use alloc::string::String;

use crate::limits;

const BLOT: &str = "[redacted]";

/// The start of a text that came back, without the secrets that went out and without anything that looks like a token.
pub fn excerpt(text: &str, secrets: &[&str]) -> String {
    let mut clean = String::with_capacity(text.len().min(limits::EXCERPT_CHARACTERS));
    for word in text.split_inclusive(|char: char| !is_token_character(char)) {
        let token = word.trim_end_matches(|char: char| !is_token_character(char));
        if token.len() >= limits::REDACT_CHARACTERS || secrets.contains(&token) {
            clean.push_str(BLOT);
            clean.extend(word.chars().skip(token.chars().count()));
        } else {
            clean.push_str(word);
        }
    }
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        clean = clean.replace(secret, BLOT);
    }
    clean.chars().filter(|char| !char.is_control() || char.is_whitespace()).take(limits::EXCERPT_CHARACTERS).collect()
}

/// The alphabets of base64, base64url, JWTs and percent-encoding.
fn is_token_character(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~+/=%".contains(char)
}
