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

/// A whole number of 64 bits: decimal digits, and a sign where it is negative. `str::parse` does it for each size of number anew.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    // Counted downwards, because the lowest number has no positive twin.
    let mut value: i64 = 0;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(digit.into())?;
    }
    if digits.len() == text.len() { value.checked_neg() } else { Some(value) }
}
