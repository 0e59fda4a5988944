//! Which server is speaking.
//!
//! A client that knows several servers can be made to take the code of one to another (mix-up). So an issuer is compared wherever it is
//! named: in metadata, in the callback, in an ID token. Always to the letter, never normalised: RFC 8414 §4, RFC 9207 §2.4.
//!
//! Specification: [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html).

use crate::error::Code;

/// Judges the `iss` of an authorization response, [§2.4](https://www.rfc-editor.org/rfc/rfc9207.html#section-2.4).
/// `promised`: the metadata's `authorization_response_iss_parameter_supported`.
pub fn check(named: Option<&str>, expected: &str, promised: bool) -> Result<(), Code> {
    match named {
        Some(named) if named == expected => Ok(()),
        Some(_) => Err(Code::IssuerMismatch),
        None if promised => Err(Code::MissingIssuer),
        None => Ok(()),
    }
}
