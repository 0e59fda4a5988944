//! Logging out at the server too, and being told that somebody logged out there.
//!
//! The server tells by a token that it posts to us: it looks like an ID token, so what tells the two apart is judged with care. Left out: encrypted
//! logout tokens; whether a `jti` was seen before (step 8, optional) is the caller's to know.
//!
//! Specifications: [OpenID Connect RP-Initiated Logout 1.0 §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout),
//! [Back-Channel Logout 1.0 §2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation).

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    http::check_length,
    jose::jws::{Algorithm, Jws},
    oauth::{authorization::join_query, client::Client, endpoint, metadata::Metadata, signed::Rules},
    text::{form, json::Raw},
    time::Timestamp,
};

/// Where to send the browser to end the session at the server.
///
/// # Errors
/// [`Code::UnsupportedByServer`] where the server has no such endpoint, [`Code::ReservedParameter`] for a `client_id` in the parameters.
pub fn url(server: &Metadata, client: &Client, parameters: &[(String, String)]) -> Result<String, Error> {
    let endpoint = server.endpoint("end_session_endpoint", client, Phase::Authorization)?;
    let mut query = String::new();
    form::append(&mut query, "client_id", &client.id);
    for (name, value) in parameters {
        if name == "client_id" {
            return Err(Code::ReservedParameter.at(Phase::Authorization).about(name));
        }
        form::append(&mut query, name, value);
    }
    Ok(join_query(endpoint, &query))
}

/// The event that a logout token tells of, [§2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Judges a logout token: its claims, and the signature to verify unless HMAC vouches for it.
///
/// # Errors
/// [`Code::ResponseTooLarge`]; those of [`Rules::judge`]; [`Code::InvalidMember`] where it names nobody, tells of no logout, or has a nonce; [`Code::SignatureInvalid`].
pub fn judge(token: &str, server: &Metadata, client: &Client, now: Timestamp) -> Result<(String, Option<Jws>), Error> {
    check_length(token, Phase::LogoutToken, "logout_token")?;
    let refuse = |about: &str| Code::InvalidMember.at(Phase::LogoutToken).about(about);

    // 1. Encrypted tokens are refused by the reader. 2. and 3. As an ID token: algorithm, issuer, audience, times.
    let rules = Rules {
        phase: Phase::LogoutToken,
        name: "logout_token",
        types: &["logout+jwt", "JWT", ""],
        algorithms: "id_token_signing_alg_values_supported",
        agreed: client.id_token_algorithm.as_ref().map(core::slice::from_ref),
        audience: &client.id,
        required: &["iss", "aud", "iat", "exp", "jti", "events"],
    };
    let jws = rules.judge(token, server, client, now)?;
    let claims = endpoint::object(&jws.payload);

    // 4. Whose session.
    let names = |name| claims.filled(name).is_some();
    if !names("sub") && !names("sid") {
        return Err(refuse("sub"));
    }
    for name in ["sub", "sid", "jti"] {
        if claims.get(name).is_some() && !names(name) {
            return Err(refuse(name));
        }
    }

    // 5. That it was ended.
    let event = claims.get("events").and_then(Raw::object).and_then(|events| events.get(EVENT)?.object());
    event.ok_or_else(|| refuse("events"))?;

    // 6. An ID token has a nonce, this has none.
    if claims.get("nonce").is_some() {
        return Err(refuse("nonce"));
    }

    let text = jws.payload.clone();
    if jws.algorithm != Algorithm::Hs256 {
        return Ok((text, Some(jws)));
    }
    let secret = client.authentication.secret_text();
    if secret.is_empty() || !jws.verify_hmac(secret) {
        return Err(Code::SignatureInvalid.at(Phase::LogoutToken));
    }
    Ok((text, None))
}
