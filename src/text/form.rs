//! `application/x-www-form-urlencoded`: [RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749.html#appendix-B).
//!
//! Of our own for the same reason as [`base64url`](super::base64url): `form_urlencoded` is the other opinion in the tests.

use alloc::{string::String, vec::Vec};

use crate::text::{cut, hex, split};

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
    for pair in split(form, b'&') {
        if !pair.is_empty() {
            let (name, value) = cut(pair, b'=');
            pairs.push((decode(name), decode(value.unwrap_or(""))));
        }
    }
    pairs
}

/// The first value of this name.
#[inline(never)]
pub fn get<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
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
            push_encoded(text, byte);
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
}

/// Adds a byte as `%` and two digits.
pub(crate) fn push_encoded(text: &mut String, byte: u8) {
    text.push('%');
    for half in [byte >> 4, byte & 15] {
        text.push(char::from(half.wrapping_add(if half < 10 { b'0' } else { b'A' - 10 })));
    }
}

/// The text of one part; a `%` that two digits do not follow stands for itself.
fn decode(part: &str) -> String {
    let mut rest = part.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        rest = after;
        let encoded = if *first == b'%' { hex(after, 2) } else { None };
        bytes.push(match encoded.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                rest = after.get(2..).unwrap_or_default();
                byte
            }
            None if *first == b'+' => b' ',
            None => *first,
        });
    }
    readable(&bytes)
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
