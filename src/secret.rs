//! Text that must not be seen: tokens, codes, verifiers, client secrets.

use alloc::string::String;
use core::{fmt, hint};
use sha2::{Digest, Sha256};

/// A secret: shown by nothing, read only through [`Secret::expose`], wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in; the caller keeps no copy.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Each call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Types whose debug output is their name alone: what is in them is secret, or is a token as soon as it is put together.
macro_rules! opaque {
    ($($kind:ident $(<$life:lifetime>)?),+) => {$(
        impl core::fmt::Debug for $kind $(<$life>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($kind))
            }
        }
    )+};
}

pub(crate) use opaque;

// In the npm modules the allocator wipes whatever it takes back (`module`).
#[cfg(not(feature = "module"))]
impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Wipes what is about to be dropped.
pub(crate) fn wipe(secret: &mut impl zeroize::Zeroize) {
    if !cfg!(feature = "module") {
        secret.zeroize();
    }
}

/// SHA-256 of what may be secret.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    swept(|| Sha256::digest(bytes).into())
}

/// What `work` makes, with the stack cleared of what it left there: a hash leaves the block that it was made of.
pub(crate) fn swept<T>(work: impl FnOnce() -> T) -> T {
    let made = apart(work);
    sweep();
    made
}

/// In a frame of its own, which is beyond the caller's.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Writes over where the frames of functions were that have returned.
#[inline(never)]
fn sweep() {
    /// Bytes: SHA-512 with its schedule takes less than half of it.
    const DEPTH: usize = 2048;
    hint::black_box(&mut [0_u8; DEPTH]);
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether two texts are equal, in a time that tells nothing about where they differ.
pub fn same(a: &str, b: &str) -> bool {
    same_bytes(a.as_bytes(), b.as_bytes())
}

/// As [`same`], for bytes.
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y)) == 0
}
