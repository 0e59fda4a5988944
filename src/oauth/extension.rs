//! Any other grant, by its URI.
//!
//! Specification: [RFC 6749 §4.5](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.5).

use crate::oauth::token::Grant;

/// A grant of this type. Nothing is known of its credential, so it is treated as one that is spent once.
pub fn grant(grant_type: &str) -> Grant {
    Grant::new(grant_type, true)
}
