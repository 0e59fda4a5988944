//! What may be shown of a peer's text: its start, with everything blotted out that could be a secret.

use alloc::string::String;

use crate::{
    limits,
    text::{find, form, is_among, plain_length},
};

const BLOT: &str = "[redacted]";

/// The start of a body that came back, without the secrets that went out and without anything that looks like a token.
pub fn excerpt(body: &[u8], secrets: &[&str]) -> String {
    let mut text = String::from(readable(body.get(..limits::EXCERPT_BYTES_SEEN).unwrap_or(body)));
    text.retain(|char| !char.is_control() || char == '\n');
    blot_all(&mut text, secrets);
    let Some(start) = text.as_bytes().get(..limits::EXCERPT_BYTES) else { return without_tokens(&text) };
    // Less what may be the beginning of a token.
    let begun = start.iter().rev().take_while(|byte| is_token_byte(**byte)).count();
    without_tokens(readable(start.get(..start.len().saturating_sub(begun)).unwrap_or_default()))
}

/// A text without runs of characters that are as long as tokens are.
fn without_tokens(mut rest: &str) -> String {
    let mut clean = String::new();
    while !rest.is_empty() {
        let run = plain_length(rest, TOKEN);
        let Some((token, after)) = rest.split_at_checked(run) else { break };
        clean.push_str(if run < limits::REDACT_CHARACTERS { token } else { BLOT });
        let others = after.bytes().take_while(|byte| !is_token_byte(*byte)).count();
        let Some((others, after)) = after.split_at_checked(others) else { break };
        clean.push_str(others);
        rest = after;
    }
    clean
}

/// An error's word: lower case and underscores, as RFC 6749's and its extensions' are, is no token however long it is.
pub fn word(text: &str, secrets: &[&str]) -> String {
    let plain = text.len() <= limits::ERROR_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !plain {
        return excerpt(text.as_bytes(), secrets);
    }
    let mut clean = String::from(text);
    blot_all(&mut clean, secrets);
    clean
}

/// As they are, and as a form has them: a server that quotes the request quotes its body.
fn blot_all(text: &mut String, secrets: &[&str]) {
    for secret in secrets.iter().filter(|secret| secret.len() >= limits::SECRET_CHARACTERS) {
        blot(text, secret);
        blot(text, &form::encode(secret));
    }
}

/// As much of it as is text.
fn readable(body: &[u8]) -> &str {
    match core::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => body.get(..error.valid_up_to()).and_then(|valid| core::str::from_utf8(valid).ok()).unwrap_or(""),
    }
}

/// Blots out each place where a secret stands.
fn blot(text: &mut String, secret: &str) {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| find(rest, secret)) {
        let start = found.saturating_add(from);
        text.replace_range(start..start.saturating_add(secret.len()), BLOT);
        from = start.saturating_add(BLOT.len());
    }
}

/// The alphabets of base64, base64url, JWTs and percent-encoding, beside letters and digits.
const TOKEN: &[u8] = b"-._~+/=%";

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_among(byte, TOKEN)
}
