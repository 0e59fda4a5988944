//! What JavaScript calls: room for the text, and the module in its place.

#![allow(unsafe_code, reason = "memory that JavaScript writes to is known to it by an address")]

use crate::{letters, streams};

const PAGE: usize = 65_536;

/// Makes room for a text of this length, and for what becomes of it. Tells where the text is to be written.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn room(length: usize) -> usize {
    let pages = length.saturating_mul(2).div_ceil(PAGE);
    core::arch::wasm32::memory_grow(0, pages).saturating_mul(PAGE)
}

/// Reads the text that was written to the room at that address. Tells how long the module is, which stands behind the text; 0 where it was none.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn unpack(address: usize, length: usize) -> usize {
    // SAFETY: `room` made the memory from that address on, twice as long, and nobody else knows of it: there is no allocator here.
    let (text, module) = unsafe {
        let start = address as *mut u8;
        (core::slice::from_raw_parts_mut(start, length), core::slice::from_raw_parts_mut(start.wrapping_add(length), length))
    };
    let streams = letters::read(text).and_then(|length| streams::join(text.get(..length)?, module));
    streams.unwrap_or(0)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
