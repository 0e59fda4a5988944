//! The door to JavaScript: converts, calls, converts.
//!
//! Everything crosses as JSON text, in one crossing each way: walking JavaScript objects from wasm takes a crossing for each member, and
//! classes for each type cost bytes. [`convert`] reads and writes it, natively too, so that it is tested and fuzzed without a browser.

pub mod convert;

#[cfg(target_arch = "wasm32")]
pub mod core;

#[cfg(all(target_arch = "wasm32", feature = "host"))]
pub mod client;

#[cfg(feature = "edge")]
pub mod edge;

#[cfg(feature = "session")]
pub mod session;
