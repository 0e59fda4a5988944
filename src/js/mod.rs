//! The door to JavaScript: converts, calls, converts.
//!
//! Everything crosses as JSON text, in one crossing each way: walking JavaScript objects from wasm takes a crossing for each member, and
//! classes for each type cost bytes. [`convert`] reads and writes it, natively too, so that it is tested and fuzzed without a browser.

pub mod convert;

#[cfg(all(target_arch = "wasm32", feature = "sync"))]
pub mod sync;

#[cfg(all(target_arch = "wasm32", feature = "host"))]
pub mod client;

#[cfg(all(target_arch = "wasm32", feature = "login"))]
pub mod login;

#[cfg(all(target_arch = "wasm32", feature = "grants"))]
pub mod grants;

#[cfg(all(target_arch = "wasm32", feature = "resource-server"))]
pub mod resource_server;

#[cfg(feature = "edge")]
pub mod edge;

#[cfg(feature = "session")]
pub mod session;

/// A result as it crosses, as text: what went right as it is, what went wrong as JSON behind a `!`, which no JSON, no URL and no token begins with.
#[cfg(target_arch = "wasm32")]
fn settle(result: Result<alloc::string::String, crate::error::Error>) -> alloc::string::String {
    result.unwrap_or_else(|error| crate::text::joined(&["!", &error.to_json()]))
}
