//! A module out of the text that the npm package carries it as: letters into streams ([`letters`]), streams into the module ([`streams`]).
//!
//! `xtask/src/inline` writes what is read here. This end is WebAssembly too, of a few hundred bytes, because an engine runs it at full speed from the first
//! byte, and interprets JavaScript at first (`benches/README.md`).
#![no_std]

#[cfg(target_arch = "wasm32")]
mod door;

pub mod letters;
pub mod streams;
