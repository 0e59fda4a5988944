//! A client that acts for itself.
//!
//! Specification: [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4).

use crate::oauth::token::Grant;

/// The grant of a client's own credentials. It may be asked for as often as needed.
pub fn grant() -> Grant {
    Grant::new("client_credentials", false)
}
