//! Any other grant, by its URI.
//!
//! Also `password` ([RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.3)), which shows the client what the
//! user knows: it is left for servers that have nothing else, as `grant("password", { username, password })`.
//! [RFC 9700 §2.4](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.4): it must not be used.
//!
//! Specification: [RFC 6749 §4.5](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.5).

use crate::oauth::token::Grant;

/// A grant of this type. Nothing is known of its credential, so it is treated as one that is spent once.
pub fn grant(grant_type: &str) -> Grant {
    Grant::new(grant_type, true)
}
