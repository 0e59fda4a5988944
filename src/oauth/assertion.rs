//! Assertions: by which a client proves who it is, and which someone else made of a user.
//!
//! As a grant, the caller brings the assertion as it was given to them: a JWT, or SAML 2.0 in base64url.
//!
//! As authentication, it is a JWT of the client's own. The audience is the issuer, not an endpoint: a hostile server can name another's endpoint as its own and carry the
//! assertion there (the attack behind draft-ietf-oauth-rfc7523bis). A provider that takes nothing but its token endpoint says so in its
//! [`Preset`](crate::quirk::preset::Preset). Each one is fresh, lives a minute and has an identifier of its own.
//!
//! Specifications: [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523.html), [RFC 7522](https://www.rfc-editor.org/rfc/rfc7522.html)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    jose::jws::{self, Algorithm},
    limits,
    oauth::token::Grant,
    secret::Secret,
    text::{base64url, has, json::Writer, split},
    time::Timestamp,
};

/// What an assertion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A JWT: [RFC 7523 §2.1](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.1).
    Jwt,
    /// SAML 2.0, in base64url without padding: [RFC 7522 §2.1](https://www.rfc-editor.org/rfc/rfc7522.html#section-2.1).
    Saml2,
}

/// The grant of an assertion. It is treated as one that is spent once, because servers may remember its identifier.
///
/// # Errors
/// [`Code::InvalidArgument`] for what is no JWT, or no base64url: XML as it is, for one.
pub fn grant(kind: Kind, assertion: Secret) -> Result<Grant, Error> {
    let text = assertion.expose();
    let parts = split(text, b'.');
    let (grant_type, right) = match kind {
        // Five parts where it is encrypted.
        Kind::Jwt => ("urn:ietf:params:oauth:grant-type:jwt-bearer", matches!(parts.clone().count(), 3 | 5)),
        Kind::Saml2 => ("urn:ietf:params:oauth:grant-type:saml2-bearer", !has(text, b".")),
    };
    if right && !text.is_empty() && parts.clone().all(|part| base64url::decode(part).is_some()) {
        Ok(Grant::new(grant_type, true).with("assertion", assertion))
    } else {
        Err(Code::InvalidArgument.at(Phase::Token).about("assertion"))
    }
}

/// What is to be signed to authenticate `client_id`.
pub fn signing_input(
    client_id: &str,
    audience: &str,
    algorithm: Algorithm,
    kid: Option<&str>,
    entropy: &[u8; limits::ENTROPY_BYTES],
    now: Timestamp,
) -> String {
    let mut header = Writer::default();
    header.string("alg", algorithm.as_str()).optional("kid", kid);
    let mut claims = Writer::default();
    claims.string("iss", client_id).string("sub", client_id).string("aud", audience).string("jti", &base64url::encode(entropy));
    claims.integer("iat", now.seconds()).integer("exp", now.plus(limits::ASSERTION_SECONDS).seconds());
    jws::signing_input(&header.finish(), &claims.finish())
}
