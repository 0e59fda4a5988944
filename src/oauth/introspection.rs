//! Asking the server what a token is worth.
//!
//! The answer is JSON, for which TLS vouches; or, where the client asks for that, a JWT that the server signed, which can be kept as evidence.
//! Whoever asks for a signature takes nothing without one. Left out: encrypted answers.
//!
//! Specifications: [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html), [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701.html).

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    jose::jws::Jws,
    oauth::{client::Client, endpoint, metadata::Metadata, signed::Rules},
    quirk::interop,
    text::json::{Object, Raw},
    time::Timestamp,
};

/// The media type of a signed answer, [RFC 9701 §4](https://www.rfc-editor.org/rfc/rfc9701.html#section-4).
pub const SIGNED: &str = "application/token-introspection+jwt";

/// Judges the answer, [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662.html#section-2.2): its members, and the signature to verify where it has one.
///
/// # Errors
/// The server's refusal, [`Code::NotOauthResponse`] (also for an unsigned answer where a signed one was asked for), [`Code::InvalidMember`]; for a JWT
/// those of [`Rules::judge`].
pub fn receive(
    response: &Response,
    token: &str,
    server: &Metadata,
    client: &Client,
    now: Timestamp,
) -> Result<(String, Option<Jws>), Error> {
    let at = |code: Code| code.at(Phase::Introspection);
    if !client.signed_introspection || !(200..300).contains(&response.status) {
        let text = endpoint::success(response, Phase::Introspection, &[token, client.authentication.secret_text()])?;
        return Ok((active(&text)?, None));
    }
    let signed = core::str::from_utf8(&response.body).ok().filter(|_| interop::is_media_type(response, SIGNED));
    let signed = signed.ok_or_else(|| at(Code::NotOauthResponse).with(|report| report.status = Some(response.status)))?;
    let rules = Rules {
        phase: Phase::Introspection,
        name: "response",
        types: &["token-introspection+jwt"],
        algorithms: "introspection_signing_alg_values_supported",
        agreed: None,
        audience: &client.id,
        required: &["iss", "aud", "iat", "token_introspection"],
    };
    let jws = rules.judge(signed.trim_ascii(), server, client, now)?;
    let object = endpoint::object(&jws.payload);
    let answer = object.get("token_introspection").map_or("", Raw::as_str);
    Ok((active(answer)?, Some(jws)))
}

/// An answer says whether the token is active.
fn active(text: &str) -> Result<String, Error> {
    let active = Object::parse(text).and_then(|object| object.get("active")?.boolean());
    active.map(|_| text.into()).ok_or_else(|| Code::InvalidMember.at(Phase::Introspection).about("active"))
}
