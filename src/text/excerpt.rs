//! What may be shown of a peer's text: its start, with everything blotted out that could be a secret.

use alloc::string::String;

use crate::{
    limits,
    text::{hex, integer, is_among, json, plain_length},
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

/// Blots out each place where a secret stands.
fn blot_all(text: &mut String, secrets: &[&str]) {
    for secret in secrets.iter().filter(|secret| secret.len() >= limits::SECRET_CHARACTERS) {
        let mut from = 0;
        while from < text.len() {
            let length = text.get(from..).and_then(|rest| quoted(rest, secret));
            if let Some(length) = length {
                text.replace_range(from..from.saturating_add(length), BLOT);
            }
            from = from.saturating_add(if length.is_some() { BLOT.len() } else { 1 });
        }
    }
}

/// How long a secret at the front is: as it is, or as servers spell what they quote, in a form, a URL, HTML or JSON.
fn quoted(text: &str, secret: &str) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    let (mut rest, mut wanted) = (text, secret.as_bytes());
    while !wanted.is_empty() {
        let mut bytes = [0; 4];
        let spelt = spelling(rest, &mut bytes).and_then(|(bytes, after)| Some((wanted.strip_prefix(bytes)?, after)));
        (wanted, rest) = match spelt {
            Some(next) => next,
            None => {
                let mut chars = rest.chars();
                (wanted.strip_prefix(chars.next()?.encode_utf8(&mut bytes).as_bytes())?, chars.as_str())
            }
        };
    }
    text.len().checked_sub(rest.len())
}

/// What a spelling at the front stands for, and what is behind it: `+`, `%26`, `\"`, `\u0026`, `&amp;`, `&#38;`, `&#x26;`.
fn spelling<'a, 'b>(text: &'a str, bytes: &'b mut [u8; 4]) -> Option<(&'b [u8], &'a str)> {
    let mut rest = text;
    let found = match text.as_bytes() {
        [b'+', ..] => return Some((b" ", text.get(1..)?)),
        [b'%', digits @ ..] => {
            *bytes = hex(digits, 2)?.to_le_bytes();
            return Some((bytes.get(..1)?, text.get(3..)?));
        }
        [b'&', ..] => {
            let end = text.bytes().take(ENTITY).position(|byte| byte == b';')?;
            rest = text.get(end.saturating_add(1)..)?;
            entity(text.get(1..end)?)?
        }
        _ => json::escape(&mut rest)?,
    };
    Some((found.encode_utf8(bytes).as_bytes(), rest))
}

/// What stands between `&` and `;`.
fn entity(name: &str) -> Option<char> {
    const NAMED: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    if let Some((_, char)) = NAMED.iter().find(|(other, _)| *other == name) {
        return Some(*char);
    }
    let number = name.strip_prefix("#")?;
    char::from_u32(match number.as_bytes() {
        [b'x' | b'X', digits @ ..] => hex(digits, digits.len())?,
        _ => u32::try_from(integer(number)?).ok()?,
    })
}

/// The longest of those that stand for one character: `&#x10ffff;`.
const ENTITY: usize = 10;

/// As much of it as is text.
fn readable(body: &[u8]) -> &str {
    match core::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => body.get(..error.valid_up_to()).and_then(|valid| core::str::from_utf8(valid).ok()).unwrap_or(""),
    }
}

/// The alphabets of base64, base64url, JWTs and percent-encoding, beside letters and digits.
const TOKEN: &[u8] = b"-._~+/=%";

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_among(byte, TOKEN)
}
