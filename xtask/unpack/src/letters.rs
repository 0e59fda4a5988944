//! Bytes as characters of a string. Plain ASCII without quotes, backslashes and what a page or a template would end at, so that it survives every bundler and every
//! charset. The bytes that occur most are one character each, the others two. Compression finds in it nearly all that it finds in the bytes: base64 hides what
//! repeats, and hex doubles it.

/// Bytes that are one character. With the two characters that begin a pair, these are the ninety that may be used.
pub const SINGLE: usize = 88;

/// The characters that may be used.
pub fn characters() -> impl Iterator<Item = u8> {
    (b' '..=b'~').filter(|one| !b"\"$<\\`".contains(one))
}

/// How many they are.
pub const CHARACTERS: usize = 90;

/// The bytes of a text, which begins with the bytes that are one character each, in pairs of letters from `A` on. They are written over it; tells how many they are.
/// `None` where it is no such text.
#[allow(clippy::indexing_slicing, reason = "tables of 256 rows, by a byte")]
pub fn read(text: &mut [u8]) -> Option<usize> {
    let mut numbers = [0_u8; 256];
    for (number, character) in (0..).zip(characters()) {
        numbers[usize::from(character)] = number;
    }
    let mut order = [0; 256];
    let mut known = [false; 256];
    let mut from: usize = 0;
    let mut next = |text: &[u8]| {
        let byte = *text.get(from)?;
        from = from.wrapping_add(1);
        Some(byte)
    };
    for slot in order.iter_mut().take(SINGLE) {
        let (high, low) = (next(text)?.wrapping_sub(b'A'), next(text)?.wrapping_sub(b'A'));
        *slot = high.wrapping_mul(16) | low;
        known[usize::from(*slot)] = true;
    }
    let others = (0..=255).filter(|byte| !known[usize::from(*byte)]);
    order.iter_mut().skip(SINGLE).zip(others).for_each(|(slot, byte)| *slot = byte);

    let mut length: usize = 0;
    while let Some(character) = next(text) {
        let mut number = usize::from(numbers[usize::from(character)]);
        if number >= SINGLE {
            let second = usize::from(numbers[usize::from(next(text)?)]);
            number = number.wrapping_sub(SINGLE).wrapping_mul(CHARACTERS).wrapping_add(SINGLE).wrapping_add(second);
        }
        *text.get_mut(length)? = *order.get(number)?;
        length = length.wrapping_add(1);
    }
    Some(length)
}
