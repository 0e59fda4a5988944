//! `application/x-www-form-urlencoded`: [RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749.html#appendix-B).
//!
//! Of our own for the same reason as [`base64url`](super::base64url): `form_urlencoded` is the other opinion in the tests.

use alloc::{string::String, vec::Vec};

/// One value, encoded.
pub fn encode(value: &str) -> String {
    let mut text = String::new();
    push(&mut text, value);
    text
}

/// Adds `name=value` to a form that may hold others.
pub fn append(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    push(form, name);
    form.push('=');
    push(form, value);
}

/// The pairs of a form, in order. Every text is a form; what is not UTF-8 becomes U+FFFD.
pub fn parse(form: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for pair in form.as_bytes().split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        pairs.push((decode(parts.next()), decode(parts.next())));
    }
    pairs
}

fn push(text: &mut String, value: &str) {
    let mut rest = value;
    // Most of what is sent stands for itself, and goes as it is, not letter by letter.
    while let Some((plain, special)) = rest.bytes().position(|byte| !is_plain(byte)).and_then(|at| rest.split_at_checked(at)) {
        text.push_str(plain);
        let mut chars = special.chars();
        for byte in chars.next().unwrap_or(' ').encode_utf8(&mut [0; 4]).bytes() {
            if byte == b' ' {
                text.push('+');
                continue;
            }
            text.push('%');
            text.push(digit(byte / 16));
            text.push(digit(byte % 16));
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

/// The text of one part; a `%` that two digits do not follow stands for itself.
fn decode(part: Option<&[u8]>) -> String {
    let mut rest = part.unwrap_or_default();
    let mut bytes = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match (*first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, others @ ..]) => match (value(*high), value(*low)) {
                (Some(high), Some(low)) => {
                    rest = others;
                    high.wrapping_mul(16) | low
                }
                _ => b'%',
            },
            (byte, _) => byte,
        });
    }
    readable(&bytes)
}

fn value(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

/// As much of it as is text, U+FFFD in place of the rest: what `String::from_utf8_lossy` does.
fn readable(mut bytes: &[u8]) -> String {
    let mut text = String::new();
    loop {
        match core::str::from_utf8(bytes) {
            Ok(rest) => {
                text.push_str(rest);
                return text;
            }
            Err(error) => {
                let (good, bad) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
                text.push_str(core::str::from_utf8(good).unwrap_or_default());
                text.push('\u{fffd}');
                bytes = error.error_len().and_then(|length| bad.get(length..)).unwrap_or_default();
            }
        }
    }
}
