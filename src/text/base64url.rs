//! Base64url without padding: [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648.html#section-5) as
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515.html#section-2) narrows it.
//!
//! Of our own, because the crate for it brings an engine for every alphabet into the module (benches/README.md has the bytes). It is the other opinion
//! in the tests.

use alloc::{string::String, vec::Vec};

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    write(bytes, ['-', '_'])
}

/// Text as bytes; `None` where it is not base64url, is padded, or has stray bits at its end.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = held.wrapping_shl(6) | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            let [.., byte] = held.wrapping_shr(bits).to_be_bytes();
            bytes.push(byte);
            held &= 1_u32.wrapping_shl(bits).wrapping_sub(1);
        }
    }
    // Six bits are the first character of a group that has no second.
    (bits < 6 && held == 0).then_some(bytes)
}

/// Base64 with padding, RFC 4648 §4, as HTTP Basic has it.
pub fn encode_standard(bytes: &[u8]) -> String {
    let mut text = write(bytes, ['+', '/']);
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Three bytes become four characters; two become three, and one becomes two.
fn write(bytes: &[u8], last: [char; 2]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).wrapping_mul(4));
    let mut push = |bits: u32| {
        let [.., value] = (bits & 63).to_be_bytes();
        text.push(match value {
            ..26 => char::from(value.wrapping_add(b'A')),
            26..52 => char::from(value.wrapping_sub(26).wrapping_add(b'a')),
            52..62 => char::from(value.wrapping_sub(52).wrapping_add(b'0')),
            62 => last[0],
            63.. => last[1],
        });
    };
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = held.wrapping_shl(8) | u32::from(*byte);
        bits = bits.wrapping_add(8);
        while bits >= 6 {
            bits = bits.wrapping_sub(6);
            push(held.wrapping_shr(bits));
        }
    }
    if bits > 0 {
        push(held.wrapping_shl(6_u32.wrapping_sub(bits)));
    }
    text
}
