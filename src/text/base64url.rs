//! Base64url without padding: [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648.html#section-5) as
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515.html#section-2) narrows it.
//!
//! Of our own, because the crate for it brings an engine for every alphabet into the module (benches/README.md has the bytes). It is the other opinion
//! in the tests.

use alloc::{string::String, vec, vec::Vec};

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    write(bytes, *b"-_")
}

/// Text as bytes; `None` where it is not base64url, is padded, or has stray bits at its end.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    // Into room that is there: looking for some at each byte would take longer than the rest. The same goes for `write`.
    let mut bytes = vec![0; text.len().wrapping_mul(3).wrapping_div(4)];
    let mut room = bytes.iter_mut();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes() {
        held = held.wrapping_shl(6) | u32::try_from(value(byte)).ok()?;
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            let [.., byte] = held.wrapping_shr(bits).to_be_bytes();
            *room.next()? = byte;
            held &= 1_u32.wrapping_shl(bits).wrapping_sub(1);
        }
    }
    // Six bits are the first character of a group that has no second.
    (bits < 6 && held == 0).then_some(bytes)
}

/// What a character stands for, and -1 where that is nothing: as [`character`], without a branch.
fn value(character: u8) -> i32 {
    let character = i32::from(character);
    let within = |first: u8, most: u8, value: i32| {
        let (below, above) = (character.wrapping_sub(first.into()), i32::from(most).wrapping_sub(character));
        !(below | above).wrapping_shr(8) & below.wrapping_add(value).wrapping_add(1)
    };
    let letters = within(b'A', b'Z', 0).wrapping_add(within(b'a', b'z', 26));
    let all =
        letters.wrapping_add(within(b'0', b'9', 52)).wrapping_add(within(b'-', b'-', 62)).wrapping_add(within(b'_', b'_', 63));
    all.wrapping_sub(1)
}

/// Base64 with padding, RFC 4648 §4, as HTTP Basic has it.
pub fn encode_standard(bytes: &[u8]) -> String {
    let mut text = write(bytes, *b"+/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Six bits become a character; what is left at the end is filled up with zeros.
fn write(bytes: &[u8], last: [u8; 2]) -> String {
    let mut text = vec![0; bytes.len().wrapping_mul(4).div_ceil(3)];
    let mut bytes = bytes.iter();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for room in &mut text {
        if bits < 6 {
            held = held.wrapping_shl(8) | bytes.next().copied().map_or(0, u32::from);
            bits = bits.wrapping_add(8);
        }
        bits = bits.wrapping_sub(6);
        let [.., value] = (held.wrapping_shr(bits) & 63).to_be_bytes();
        *room = character(value, last);
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Without a branch: what the next bits are is nobody's to guess, neither the processor's nor that of one who measures.
fn character(value: u8, [dash, underline]: [u8; 2]) -> u8 {
    let above = |most: u8, add: u8| most.wrapping_sub(value).wrapping_shr(7).wrapping_neg() & add;
    let digits = value.wrapping_add(b'A').wrapping_add(above(25, 6)).wrapping_sub(above(51, 75));
    digits.wrapping_sub(above(61, b':'.wrapping_sub(dash))).wrapping_add(above(62, underline.wrapping_sub(dash).wrapping_sub(1)))
}
