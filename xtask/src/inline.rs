//! A module as text, for the entries that carry it in a string of JavaScript.
//!
//! Plain ASCII without quotes, backslashes and what a page or a template would end at, so that it survives every bundler and every charset. The bytes that occur
//! most are one character each, the others two. Compression finds in it nearly all that it finds in the bytes: base64 hides what repeats, and hex doubles it.
//! `bytesOf` in `pkg/src/instantiate.ts` reads it.

/// Bytes that are one character. With the two characters that begin a pair, these are the ninety that may be used.
const SINGLE: usize = 88;

/// The characters that may be used.
fn characters() -> Vec<char> {
    (' '..='~').filter(|one| !"\"$<\\`".contains(*one)).collect()
}

/// The text: which bytes are one character, in hex, and behind them all of the bytes.
pub(crate) fn text(module: &[u8]) -> String {
    let characters = characters();
    let mut count = [0_usize; 256];
    module.iter().for_each(|byte| count[usize::from(*byte)] += 1);
    let mut frequent: Vec<u8> = (0..=255).collect();
    frequent.sort_by_key(|byte| (std::cmp::Reverse(count[usize::from(*byte)]), *byte));
    let single = order(&frequent[..SINGLE], &characters[..SINGLE]);
    let others: Vec<u8> = (0..=255).filter(|byte| !single.contains(byte)).collect();
    let one = |byte: &u8| match single.iter().position(|other| other == byte) {
        Some(at) => vec![characters[at]],
        None => {
            let at = others.iter().position(|other| other == byte).unwrap_or_default();
            vec![characters[SINGLE + at / characters.len()], characters[at % characters.len()]]
        }
    };
    let codes: Vec<Vec<char>> = (0..=255).map(|byte| one(&byte)).collect();
    let head = single.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    head + &module.iter().flat_map(|byte| &codes[usize::from(*byte)]).collect::<String>()
}

/// The bytes in the order of the characters: one that is a character stands for itself, so that text in the module stays as it is.
fn order(bytes: &[u8], characters: &[char]) -> Vec<u8> {
    let stands = |one: &char| bytes.contains(&(*one as u8)).then_some(*one as u8);
    let mut left = bytes.iter().copied().filter(|byte| !characters.contains(&char::from(*byte))).collect::<Vec<u8>>();
    left.sort_unstable();
    let mut left = left.into_iter();
    characters.iter().filter_map(|one| stands(one).or_else(|| left.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `bytesOf` reads it.
    fn read(text: &str) -> Vec<u8> {
        let (head, body) = text.split_at(2 * SINGLE);
        let characters = characters();
        let mut bytes: Vec<u8> = (0..SINGLE).map(|at| u8::from_str_radix(&head[2 * at..2 * at + 2], 16).expect("hex")).collect();
        (0..=255).for_each(|byte| {
            if !bytes.contains(&byte) {
                bytes.push(byte)
            }
        });
        let mut numbers = body.chars().map(|one| characters.iter().position(|other| *other == one).expect("a character of ours"));
        let mut module = Vec::new();
        while let Some(first) = numbers.next() {
            let at = if first < SINGLE {
                first
            } else {
                SINGLE + (first - SINGLE) * characters.len() + numbers.next().expect("a pair")
            };
            module.push(bytes[at]);
        }
        module
    }

    #[test]
    fn every_byte_comes_back() {
        let module: Vec<u8> = (0..=255).chain([0, 0, 7, 200, 200, 200, b'a', b'"', b'\\', b'$', b'<', b'~', b'}']).collect();
        let text = text(&module);
        assert_eq!(read(&text), module);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"\"$<\\`".contains(&byte)));
    }

    #[test]
    fn nothing_and_one_thing_come_back() {
        assert_eq!(read(&text(&[])), []);
        assert_eq!(read(&text(&[255; 9])), [255; 9]);
    }
}
