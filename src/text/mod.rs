//! Grammars: one to a file, each with a fuzz target of its own.

pub mod base64url;
pub mod challenge;
pub mod excerpt;
pub mod form;
pub mod json;
pub mod uri;

use alloc::string::String;

/// Texts, one behind the other. `concat` does it too, and brings code for any separator into the module.
pub(crate) fn joined(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// A whole number: decimal digits, and a sign where it is negative; `None` beyond 64 bits. `str::parse` does it for each size of number anew.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Counted down: there is one number more below zero than above.
    let mut value: i64 = 0;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || value < i64::MIN / 10 {
            return None;
        }
        value = value.wrapping_mul(10).checked_sub(digit.into())?;
    }
    match digits.len() {
        0 => None,
        length if length == text.len() => value.checked_neg(),
        _ => Some(value),
    }
}
