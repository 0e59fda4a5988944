//! A module as text, for the entries that carry it in a string of JavaScript: as streams, written in letters. The crate `unpack` reads it, and says why.

use std::cmp::Reverse;

use crate::failure::{Failure, Outcome};
use unpack::letters::{CHARACTERS, SINGLE, characters};
use unpack::streams::{self, Bytes, STREAMS};

/// The text of a module.
pub(crate) fn text(module: &[u8]) -> Outcome<String> {
    let streams = separated(module);
    streams
        .map(|streams| letters(&streams))
        .ok_or_else(|| Failure::new("the module has what xtask/unpack/src/streams.rs does not know"))
}

/// The lengths of a module's streams, then the streams.
fn separated(module: &[u8]) -> Option<Vec<u8>> {
    let mut separator = Separator { module, taken: 0, streams: Default::default() };
    streams::walk(&mut separator)?;
    let mut separated = Vec::new();
    for stream in &separator.streams {
        push_number(&mut separated, stream.len());
    }
    separated.extend(separator.streams.concat());
    Some(separated)
}

struct Separator<'a> {
    module: &'a [u8],
    taken: usize,
    streams: [Vec<u8>; STREAMS],
}

impl Bytes for Separator<'_> {
    fn take(&mut self, stream: usize) -> Option<u8> {
        let byte = *self.module.get(self.taken)?;
        self.taken += 1;
        self.streams[stream].push(byte);
        Some(byte)
    }

    fn taken(&self) -> usize {
        self.taken
    }

    fn ends(&self) -> bool {
        self.taken == self.module.len()
    }
}

/// Adds a number in LEB128.
fn push_number(bytes: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        bytes.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Bytes as characters: first which bytes are one character, then all of the bytes.
fn letters(bytes: &[u8]) -> String {
    let characters: Vec<char> = characters().map(char::from).collect();
    let mut count = [0_usize; 256];
    bytes.iter().for_each(|byte| count[usize::from(*byte)] += 1);
    let mut frequent: Vec<u8> = (0..=255).collect();
    frequent.sort_by_key(|byte| (Reverse(count[usize::from(*byte)]), *byte));
    let single = order(&frequent[..SINGLE], &characters[..SINGLE]);
    let others: Vec<u8> = (0..=255).filter(|byte| !single.contains(byte)).collect();
    let one = |byte: u8| match single.iter().position(|other| *other == byte) {
        Some(at) => vec![characters[at]],
        None => {
            let at = others.iter().position(|other| *other == byte).unwrap_or_default();
            vec![characters[SINGLE + at / CHARACTERS], characters[at % CHARACTERS]]
        }
    };
    let codes: Vec<Vec<char>> = (0..=255).map(one).collect();
    let head = single.iter().flat_map(|byte| [byte / 16, byte % 16]).map(|digit| char::from(b'A' + digit));
    head.chain(bytes.iter().flat_map(|byte| codes[usize::from(*byte)].iter().copied())).collect()
}

/// The bytes in the order of the characters: one that is a character stands for itself, so that text in the module stays as it is.
fn order(bytes: &[u8], characters: &[char]) -> Vec<u8> {
    let stands = |one: &char| bytes.contains(&(*one as u8)).then_some(*one as u8);
    let mut left = bytes.iter().copied().filter(|byte| !characters.contains(&char::from(*byte))).collect::<Vec<u8>>();
    left.sort_unstable();
    let mut left = left.into_iter();
    characters.iter().filter_map(|one| stands(one).or_else(|| left.next())).collect()
}

/// For the one module that cannot be read by itself.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |chunk: &[u8]| {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        (0..4)
            .map(move |at| if at > chunk.len() { '=' } else { char::from(DIGITS[bits >> (18 - 6 * at) & 63]) })
            .collect::<String>()
    };
    bytes.chunks(3).map(four).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(func (param i32) (result i32) (local i32) local.get 0 i32.const 300 i32.add)`, and a section of another kind behind it.
    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x0a\x0c\x01\x0a\x01\x01\x7f\x20\0\x41\xac\x02\x6a\x0b\0\x02\x01z";

    fn read(text: &str) -> Option<Vec<u8>> {
        let mut bytes = text.as_bytes().to_vec();
        let length = unpack::letters::read(&mut bytes)?;
        bytes.truncate(length);
        Some(bytes)
    }

    /// RFC 4648 §10.
    #[test]
    fn base64_is_the_one_of_the_rfc() {
        let all = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn a_module_comes_back() {
        let text = text(MODULE).expect("a module");
        let mut module = vec![0; text.len()];
        let length = streams::join(&read(&text).expect("streams"), &mut module).expect("a module");
        assert_eq!(&module[..length], MODULE);
    }

    #[test]
    fn bytes_of_one_kind_come_together() {
        let separated = separated(MODULE).expect("a module");
        let (lengths, streams) = separated.split_at(STREAMS);
        assert_eq!(lengths, [15, 1, 3, 4, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0]);
        assert_eq!(streams, b"\0asm\x01\0\0\0\x0a\x0c\x01\0\x02\x01z\x0a\x01\x01\x7f\x20\x41\x6a\x0b\0\xac\x02");
    }

    #[test]
    fn an_operation_of_tomorrow_is_named_not_guessed_at() {
        let mut module = MODULE.to_vec();
        module[20] = 0xfd;
        assert!(text(&module).is_err());
    }

    #[test]
    fn what_is_cut_short_is_no_module() {
        let streams = separated(MODULE).expect("a module");
        let mut module = [0; 64];
        (0..streams.len()).for_each(|end| assert_eq!(streams::join(&streams[..end], &mut module), None));
    }

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).chain([0, 0, 7, 200, 200, 200, b'a', b'"', b'\\', b'$', b'<', b'~', b'}']).collect();
        let text = letters(&bytes);
        assert_eq!(read(&text), Some(bytes));
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"\"$<\\`".contains(&byte)));
    }

    #[test]
    fn nothing_and_one_thing_come_back() {
        assert_eq!(read(&letters(&[])), Some(vec![]));
        assert_eq!(read(&letters(&[255; 9])), Some(vec![255; 9]));
    }
}
