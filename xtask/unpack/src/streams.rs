//! A module as streams: bytes of one kind beside each other, where compression finds more that repeats. In a module an operation, the number of a local and an
//! address take turns; apart they are a tenth smaller by brotli than together.
//!
//! Nothing but the code section is taken apart, and nothing is changed: the streams hold the module's bytes, all of them and each once. Taking apart and joining
//! go the same way through a module, [`walk`].

// The kinds of bytes, by the number of their stream: what is no code, sizes of functions, their locals, operations, and what stands behind those.
const REST: usize = 0;
const SIZE: usize = 1;
const LOCALS: usize = 2;
const OPERATION: usize = 3;
const BLOCK: usize = 4;
const BRANCH: usize = 5;
const TABLE: usize = 6;
const CALL: usize = 7;
const LOCAL: usize = 8;
const GLOBAL: usize = 9;
const ALIGN: usize = 10;
const OFFSET: usize = 11;
const INT: usize = 12;
const LONG: usize = 13;
const OTHER: usize = 14;

/// How many streams there are.
pub const STREAMS: usize = 15;

/// The number of the code section.
const CODE: u8 = 10;

/// One way through a module, byte by byte.
pub trait Bytes {
    /// The next byte, which is of this stream; `None` where there is none.
    fn take(&mut self, stream: usize) -> Option<u8>;
    /// How many bytes of the module were taken.
    fn taken(&self) -> usize;
    /// Whether the module ends here.
    fn ends(&self) -> bool;
}

/// Goes through a module. `None` where it ends too early, or has an operation that is not known here.
pub fn walk(bytes: &mut impl Bytes) -> Option<()> {
    take(bytes, REST, 8)?;
    while !bytes.ends() {
        let section = bytes.take(REST)?;
        let size = number(bytes, REST)?;
        if section == CODE { code(bytes)? } else { take(bytes, REST, size)? }
    }
    Some(())
}

fn code(bytes: &mut impl Bytes) -> Option<()> {
    for _ in 0..number(bytes, REST)? {
        let end = number(bytes, SIZE)?.checked_add(bytes.taken())?;
        for _ in 0..number(bytes, LOCALS)? {
            number(bytes, LOCALS)?;
            bytes.take(LOCALS)?;
        }
        while bytes.taken() < end {
            operation(bytes)?;
        }
    }
    Some(())
}

/// What stands behind an operation: <https://webassembly.github.io/spec/core/binary/instructions.html>.
fn operation(bytes: &mut impl Bytes) -> Option<()> {
    let (stream, count) = match bytes.take(OPERATION)? {
        0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => return Some(()),
        0x02..=0x04 => (BLOCK, 1),
        0x0c | 0x0d => (BRANCH, 1),
        0x0e => (TABLE, number(bytes, TABLE)?.checked_add(1)?),
        0x10 => (CALL, 1),
        0x20..=0x22 => (LOCAL, 1),
        0x23 | 0x24 => (GLOBAL, 1),
        0x28..=0x3e => {
            number(bytes, ALIGN)?;
            (OFFSET, 1)
        }
        0x41 => (INT, 1),
        0x42 => (LONG, 1),
        0x44 => return take(bytes, OTHER, 8),
        // `select` of one type: as many, and which.
        0x11 | 0x1c => (OTHER, 2),
        0x25 | 0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => (OTHER, 1),
        0xfc => match number(bytes, OTHER)? {
            0..=7 => return Some(()),
            8 | 10 | 12 | 14 => (OTHER, 2),
            9 | 11 | 13 | 15..=17 => (OTHER, 1),
            _ => return None,
        },
        _ => return None,
    };
    (0..count).try_for_each(|_| number(bytes, stream).map(|_| ()))
}

fn take(bytes: &mut impl Bytes, stream: usize, count: usize) -> Option<()> {
    (0..count).try_for_each(|_| bytes.take(stream).map(|_| ()))
}

/// A number in LEB128.
fn number(bytes: &mut impl Bytes, stream: usize) -> Option<usize> {
    let (mut value, mut shift) = (0_usize, 0_u32);
    loop {
        let byte = bytes.take(stream)?;
        value |= usize::from(byte & 127).wrapping_shl(shift);
        shift = shift.wrapping_add(7);
        if byte < 128 {
            return Some(value);
        }
    }
}

/// Puts a module together from its streams, the lengths of which stand before them. Tells how long it is; `None` where these are no streams.
pub fn join(streams: &[u8], module: &mut [u8]) -> Option<usize> {
    let mut joiner = Joiner { streams, next: [0; STREAMS], rest: usize::MAX, module, length: 0 };
    let mut lengths = [0; STREAMS];
    for length in &mut lengths {
        *length = number(&mut joiner, REST)?;
    }
    let mut start = joiner.length;
    for (next, length) in joiner.next.iter_mut().zip(lengths) {
        *next = start;
        start = start.checked_add(length)?;
    }
    (joiner.rest, joiner.length) = (joiner.next[SIZE], 0);
    walk(&mut joiner)?;
    Some(joiner.length)
}

struct Joiner<'a> {
    streams: &'a [u8],
    /// Where each stream goes on.
    next: [usize; STREAMS],
    /// Where the stream of what is no code ends, and the module with it.
    rest: usize,
    module: &'a mut [u8],
    length: usize,
}

impl Bytes for Joiner<'_> {
    fn take(&mut self, stream: usize) -> Option<u8> {
        let next = self.next.get_mut(stream)?;
        let byte = *self.streams.get(*next)?;
        *next = next.wrapping_add(1);
        *self.module.get_mut(self.length)? = byte;
        self.length = self.length.wrapping_add(1);
        Some(byte)
    }

    fn taken(&self) -> usize {
        self.length
    }

    fn ends(&self) -> bool {
        self.next[REST] >= self.rest
    }
}
