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
    jose::jws::Jws,
    oauth::{client::Client, metadata::Metadata, signed::Rules},
    text::json::Object,
    time::Timestamp,
};

/// Judges the token, [§2.4](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.4): its parameters, and the signature to verify.
///
/// # Errors
/// [`Code::MalformedJwt`] and its like, [`Code::AlgorithmRefused`], [`Code::IssuerMismatch`], [`Code::AudienceMismatch`], [`Code::TokenExpired`].
pub fn judge(token: &str, server: &Metadata, client: &Client, now: Timestamp) -> Result<(Vec<(String, String)>, Jws), Error> {
    let rules = Rules {
        phase: Phase::Callback,
        name: "response",
        types: &[],
        algorithms: "authorization_signing_alg_values_supported",
        agreed: None,
        audience: &client.id,
        required: &["iss", "aud", "exp"],
    };
    let jws = rules.judge(token, server, client, now)?;
    let object = Object::parse(&jws.payload).ok_or_else(|| Code::MalformedJwt.at(Phase::Callback).about("response"))?;
    let text = |(name, value): (&str, crate::text::json::Raw<'_>)| Some((name.to_string(), value.string()?.into_owned()));
    let parameters = object.iter().filter_map(text).collect();
    Ok((parameters, jws))
}
