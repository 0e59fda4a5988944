//! Refreshing.
//!
//! A refresh token may be replaced at each use, and a server that sees an old one again ends the session (RFC 9700 §4.14.2). So it is
//! sent once; what the answer does not replace is carried forward.
//!
//! Specifications: [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6),
//! [OpenID Connect Core §12](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens).

use alloc::string::String;

use crate::{oauth::token::Grant, secret::Secret};

/// The grant of a refresh token. `subject`: whom the ID token of the login spoke of; a refreshed one must speak of the same.
pub fn grant(refresh_token: Secret, subject: Option<String>) -> Grant {
    let mut grant = Grant::new("refresh_token", true).with("refresh_token", refresh_token.clone());
    grant.expected.refresh_token = Some(refresh_token);
    grant.expected.subject = subject;
    grant
}
