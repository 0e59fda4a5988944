//! Proof Key for Code Exchange.
//!
//! A login starts in one place and ends in another. The verifier proves that both ends are the same client: its hash
//! leaves with the authorization request, the value itself is shown to the token endpoint alone.
//!
//! Left out: choosing `plain` on a server's word. A server (or whoever speaks for it) that lists `plain` alone is refused unless the caller
//! asked for it, because a downgrade is the attack that PKCE would otherwise stop (§7.2).
//!
//! Specification: [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636.html)

use alloc::string::String;

use crate::{
    limits,
    secret::{Secret, sha256},
    text::{base64url, is_plain},
};

/// The secret half of a PKCE pair, spent when the code is redeemed.
///
/// # Examples
/// The pair of [Appendix B](https://www.rfc-editor.org/rfc/rfc7636.html#appendix-B):
/// ```
/// use grantkit::oauth::pkce::Verifier;
///
/// let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").expect("43 unreserved characters");
/// assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier(Secret);

impl Verifier {
    /// A verifier from fresh random bytes, [§4.1](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.1).
    pub fn new(entropy: &[u8; limits::ENTROPY_BYTES]) -> Self {
        Self(Secret::new(base64url::encode(entropy)))
    }

    /// A verifier that was made before; `None` unless it is 43 to 128 unreserved characters.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = limits::VERIFIER_CHARACTERS.contains(&text.len()) && is_plain(text, b"-._~");
        valid.then(|| Self(Secret::new(text)))
    }

    /// The `code_challenge` to send, [§4.2](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.2).
    pub fn challenge(&self) -> String {
        base64url::encode(&sha256(self.0.expose().as_bytes()))
    }

    /// The verifier itself: the challenge of the method `plain`.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}
