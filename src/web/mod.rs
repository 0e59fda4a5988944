//! The web host: it sends, verifies, draws randomness and tells the time, in browsers, workers and at the edge.
//!
//! Everything is taken from the global scope at the moment it is used, never at load: Workers forbid randomness, clocks
//! and I/O outside a handler, and a stored `fetch` is an illegal invocation there.

pub mod client;
pub mod clock;
pub mod host;
pub mod random;
#[cfg(feature = "serde")]
mod value;
