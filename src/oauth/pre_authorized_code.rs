//! A code that an issuer of credentials hands out before anyone asked.
//!
//! It stands in a credential offer, often a QR code, so whoever sees the offer can spend it: a `tx_code` that the user got another way guards against that.
//!
//! Specification: [OpenID for Verifiable Credential Issuance 1.0 §6.1](https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html#section-6.1)

use crate::{oauth::token::Grant, secret::Secret};

/// The grant of a pre-authorized code, which is spent once. `tx_code`: where the offer asks for one.
pub fn grant(code: Secret, tx_code: Option<Secret>) -> Grant {
    let grant = Grant::new("urn:ietf:params:oauth:grant-type:pre-authorized_code", true).with("pre-authorized_code", code);
    match tx_code {
        Some(tx_code) => grant.with("tx_code", tx_code),
        None => grant,
    }
}
