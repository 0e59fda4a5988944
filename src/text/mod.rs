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

/// What stands before the first such byte, an ASCII one, and what stands behind it where there is one.
///
/// This and what follows goes by bytes: what separates in OAuth is ASCII. The same of `str` goes by characters, and brings its searchers into the module
/// wherever it is called.
#[inline(never)]
pub(crate) fn cut(text: &str, separator: u8) -> (&str, Option<&str>) {
    let Some(at) = text.bytes().position(|byte| byte == separator) else { return (text, None) };
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    (before, after.get(1..))
}

/// The parts of a text between such bytes, ASCII ones.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

/// Takes a text apart at each such byte.
pub(crate) fn split(text: &str, separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let (part, rest) = cut(self.rest?, self.separator);
        self.rest = rest;
        Some(part)
    }
}

/// Whether a byte is one of these. `contains` searches words of memory at a time: more code, and slower for texts as short as ours.
#[allow(clippy::manual_contains, reason = "see above")]
pub(crate) fn is_among(byte: u8, bytes: &[u8]) -> bool {
    bytes.iter().any(|other| *other == byte)
}

/// Whether a text holds one of these bytes, ASCII ones.
#[inline(never)]
pub(crate) fn has(text: &str, bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| is_among(*byte, text.as_bytes()))
}

/// Where a text that is not empty first stands in another.
#[inline(never)]
pub(crate) fn find(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len().max(1)).position(|part| part == wanted.as_bytes())
}

/// How many bytes at the front are letters, digits or among these.
#[inline(never)]
pub(crate) fn plain_length(text: &str, others: &[u8]) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || is_among(*byte, others)).count()
}

/// Whether all bytes are letters, digits or among these.
pub(crate) fn is_plain(text: &str, others: &[u8]) -> bool {
    plain_length(text, others) == text.len()
}

/// Whether all bytes are visible ASCII: what fits into a header.
pub(crate) fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// What a token may be made of beside letters and digits: [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110.html#section-5.6.2).
pub(crate) const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~";

/// Whether a text is one of these.
#[inline(never)]
pub(crate) fn is_one_of(text: &str, texts: &[&str]) -> bool {
    texts.contains(&text)
}

/// Whether a list whose items are separated by spaces, such as a scope, has this one.
pub(crate) fn lists(list: &str, wanted: &str) -> bool {
    split(list, b' ').any(|one| one == wanted)
}

/// The value of so many hexadecimal digits at the front.
#[inline(never)]
pub(crate) fn hex(text: &[u8], digits: usize) -> Option<u32> {
    text.get(..digits)?.iter().try_fold(0_u32, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit.wrapping_sub(b'0'),
            b'a'..=b'f' | b'A'..=b'F' => (digit | 32).wrapping_sub(b'a' - 10),
            _ => return None,
        };
        Some(value.wrapping_shl(4) | u32::from(digit))
    })
}

/// A whole number: decimal digits, and a sign where it is negative; `None` beyond 64 bits. `str::parse` does it for each size of number anew.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("-").unwrap_or(text);
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
