//! What high stakes leave of the choices.
//!
//! FAPI 2.0 picks one secure way out of OAuth's many. With [`Client::fapi2`] on, everything outside of it is refused before it is sent: requests are pushed,
//! PKCE is S256, the client authenticates by key (for the issuer alone) or certificate, tokens are bound to one of them, callbacks name their issuer, departures from RFC 6749 are errors.
//!
//! Left out: whether tokens of a client that authenticates by mutual TLS are bound to its certificate, which the server knows and the response does not say.
//! Endpoints on this machine may be `http:`, here as everywhere.
//!
//! Specification: [FAPI 2.0 Security Profile](https://openid.net/specs/fapi-security-profile-2_0-final.html)

use crate::{
    error::{Code, Error, Phase},
    jose::jws::Algorithm,
    oauth::{
        client::{Authentication, Client},
        token::Grant,
    },
};

fn violation(phase: Phase, about: &str) -> Error {
    Code::ProfileViolation.at(phase).about(about)
}

/// Judges a client's options, [§5.3.3](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.3).
///
/// # Errors
/// [`Code::ProfileViolation`], which names the option.
pub fn check(client: &Client, phase: Phase) -> Result<(), Error> {
    if !client.fapi2 {
        return Ok(());
    }
    let by_certificate = client.authentication == Authentication::Tls;
    let by_key = matches!(client.authentication, Authentication::PrivateKeyJwt(_));
    let rules = [
        (by_certificate || by_key, "clientAuth"),
        (client.dpop || by_certificate, "dpop"),
        (client.id_token_algorithm.is_none_or(allows), "idTokenSignedResponseAlg"),
        (!client.dangerously_plain_pkce, "dangerouslyPlainPkce"),
        (!client.provider.without_pkce && !client.provider.token_endpoint_audience, "provider"),
        (!client.dangerously_allow_http, "dangerouslyAllowHttp"),
        (!client.dangerously_skip_issuer_check, "dangerouslySkipIssuerCheck"),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, option)) => Err(violation(phase, option)),
        None => Ok(()),
    }
}

/// Judges a grant: a code, what came of one, or the client's own.
pub(crate) fn check_grant(client: &Client, grant: &Grant) -> Result<(), Error> {
    let inside = ["authorization_code", "refresh_token", "client_credentials"].iter().any(|one| grant.is(one));
    if inside { Ok(()) } else { refuse(client, Phase::Token, "grant_type") }
}

/// Refuses what the profile has not.
pub(crate) fn refuse(client: &Client, phase: Phase, about: &str) -> Result<(), Error> {
    if client.fapi2 { Err(violation(phase, about)) } else { Ok(()) }
}

/// Judges a key of our own.
pub(crate) fn check_key(client: &Client, algorithm: Algorithm, phase: Phase, about: &str) -> Result<(), Error> {
    if allows(algorithm) { Ok(()) } else { refuse(client, phase, about) }
}

/// Whether JWTs may be signed so, [§5.4](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.4).
pub(crate) fn allows(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ps256 | Algorithm::Es256 | Algorithm::EdDsa)
}
