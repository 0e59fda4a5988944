//! Authorization responses that cannot be altered on their way.
//!
//! The response comes as a JWT that the server signed. It is judged here; its signature is verified by the flow before its claims become parameters.
//!
//! Specification: [JWT Secured Authorization Response Mode](https://openid.net/specs/oauth-v2-jarm-final.html)

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase},
    jose::{
        jws::{Algorithm, Jws},
        jwt::Claims,
    },
    oauth::{client::Client, fapi2, metadata::Metadata},
    text::json::Object,
    time::Timestamp,
};

/// Judges the token, [§2.4](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.4): its parameters, and the signature to verify.
///
/// # Errors
/// [`Code::MalformedJwt`] and its like, [`Code::AlgorithmRefused`], [`Code::IssuerMismatch`], [`Code::AudienceMismatch`], [`Code::TokenExpired`].
pub fn judge(token: &str, server: &Metadata, client: &Client, now: Timestamp) -> Result<(Vec<(String, String)>, Jws), Error> {
    let refuse = |code: Code, about: &str| code.at(Phase::Callback).about(about);
    let jws = Jws::parse(token).map_err(|code| refuse(code, "response"))?;
    let outside = client.fapi2 && !fapi2::allows(jws.algorithm);
    if outside || jws.algorithm == Algorithm::Hs256 || !server.allows_response_algorithm(jws.algorithm.as_str()) {
        return Err(refuse(Code::AlgorithmRefused, "alg"));
    }
    let malformed = || refuse(Code::MalformedJwt, "response");
    let claims = Claims::parse(&jws.payload).ok_or_else(malformed)?;
    if !claims.is("iss", &server.issuer) {
        return Err(refuse(Code::IssuerMismatch, "iss"));
    }
    if !claims.audience(&client.id).0 {
        return Err(refuse(Code::AudienceMismatch, "aud"));
    }
    claims.get("exp").ok_or_else(|| refuse(Code::InvalidMember, "exp"))?;
    claims.check_times(now, client.leeway).map_err(|(code, claim)| refuse(code, claim))?;
    let object = Object::parse(&jws.payload).ok_or_else(malformed)?;
    let text = |(name, value): (&str, crate::text::json::Raw<'_>)| Some((name.to_string(), value.string()?.into_owned()));
    let parameters = object.iter().filter_map(text).collect();
    Ok((parameters, jws))
}
