//! What the server tells of the user beside the ID token.
//!
//! Whoever swaps the access token swaps the user, so the answer must speak of the same user as the ID token. It comes as JSON, for which TLS vouches,
//! or as a JWT that the server signed. Left out: encrypted answers, aggregated and distributed claims (they are there, unread).
//!
//! Specification: [OpenID Connect Core 1.0 §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    jose::jws::Jws,
    oauth::{client::Client, endpoint, metadata::Metadata, resource, signed::Rules},
    quirk::interop,
    secret::Secret,
    time::Timestamp,
};

/// The media types of an answer.
pub const ACCEPT: &str = "application/json, application/jwt";

/// Judges the answer, [§5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse) and §5.3.4: its claims, and the signature to verify where it has one.
/// `subject`: who it must speak of; left out only by `dangerouslySkipSubjectCheck`.
///
/// # Errors
/// The server's refusal, [`Code::NotOauthResponse`], [`Code::InvalidMember`], [`Code::SubjectMismatch`]; for a JWT those of [`Rules::judge`]. Its `iss` and `aud`, which it SHOULD
/// have, are judged where they are there.
pub fn receive(
    response: &Response,
    token: &Secret,
    subject: Option<&str>,
    server: &Metadata,
    client: &Client,
    now: Timestamp,
) -> Result<(String, Option<Jws>), Error> {
    let (phase, secrets) = (Phase::Userinfo, [token.expose()]);
    let signed = response.status == 200 && interop::is_media_type(response, "application/jwt");
    let (claims, jws) = if signed {
        let text = core::str::from_utf8(&response.body).unwrap_or("").trim_ascii();
        let rules = Rules {
            phase,
            name: "userinfo",
            types: &["", "JWT"],
            algorithms: "userinfo_signing_alg_values_supported",
            agreed: None,
            audience: &client.id,
            required: &["sub"],
        };
        let jws = rules.judge(text, server, client, now)?;
        (jws.payload.clone(), Some(jws))
    } else {
        if let Some(error) = resource::refusal(response, phase, &secrets) {
            return Err(error);
        }
        (endpoint::success(response, phase, &secrets)?.into_owned(), None)
    };
    let sub = endpoint::object(&claims).filled("sub");
    let sub = sub.ok_or_else(|| Code::InvalidMember.at(phase).about("sub"))?;
    if subject.is_some_and(|subject| subject != sub) {
        return Err(Code::SubjectMismatch.at(phase).about("sub"));
    }
    Ok((claims, jws))
}
