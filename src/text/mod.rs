//! Grammars: one to a file, each with a fuzz target of its own.

pub mod base64url;
pub mod challenge;
pub mod excerpt;
pub mod form;
pub mod json;
pub mod uri;
