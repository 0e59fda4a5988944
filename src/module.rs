//! What a module without the standard library needs: an allocator, and an answer to panics that should never be.

#![allow(unsafe_code, reason = "an allocator is unsafe by nature; this is the one file of the crate that is")]

use core::alloc::{GlobalAlloc, Layout};
use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

/// Wipes what it takes back, so that no verifier, code or token stays in the module's memory.
struct Wiping(AssumeSingleThreaded<FreeListAllocator>);

// SAFETY: every call is handed on unchanged; a block is wiped while it is still the caller's.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's until it is handed back, and `layout.size()` bytes long.
        unsafe {
            core::ptr::write_bytes(block, 0, layout.size());
            core::hint::black_box(block);
            self.0.dealloc(block, layout);
        }
    }
}

// SAFETY: the module is built without threads, and wasm-bindgen's glue never shares its memory.
#[global_allocator]
static ALLOCATOR: Wiping = Wiping(unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) });

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
