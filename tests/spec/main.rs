//! The specifications, natively.

#[path = "mod.rs"]
mod spec;
