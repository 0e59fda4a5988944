//! The same tests in browsers, and what only a browser has: its fetch, its SubtleCrypto, its randomness.
//!
//! `cargo xtask test browsers` runs this file in Chromium, Firefox and WebKit.
#![cfg(target_arch = "wasm32")]
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::type_complexity,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be"
)]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "../spec/mod.rs"]
mod spec;

mod host;
