//! Registering a client by itself.
//!
//! Left out: reading, changing and deleting a registration (RFC 7592, experimental); its URL and token are in the answer.
//!
//! Specification: [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591.html)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    http::{Request, Response},
    oauth::{client::Client, endpoint, metadata::Metadata, resource},
    secret::Secret,
    text::joined,
};

/// What to send, [§3.1](https://www.rfc-editor.org/rfc/rfc7591.html#section-3.1): the client's metadata, a JSON object, and the token that allows it where one is due.
///
/// # Errors
/// [`Code::UnsupportedByServer`], [`Code::InsecureUrl`].
pub fn request(metadata: &str, initial: Option<&Secret>, server: &Metadata, client: &Client) -> Result<Request, Error> {
    let mut request = Request::get(server.endpoint("registration_endpoint", client, Phase::Registration)?);
    request.method = "POST";
    request.set("content-type", Secret::new("application/json"));
    if let Some(token) = initial {
        request.set("authorization", Secret::new(joined(&["Bearer ", token.expose()])));
    }
    request.body = Some(Secret::new(metadata));
    Ok(request)
}

/// Judges the answer, [§3.2.1](https://www.rfc-editor.org/rfc/rfc7591.html#section-3.2.1).
///
/// # Errors
/// The server's refusal (§3.2.2), [`Code::NotOauthResponse`], [`Code::InvalidMember`].
pub fn receive(response: &Response, initial: Option<&Secret>) -> Result<String, Error> {
    let secrets = [initial.map_or("", Secret::expose)];
    // An initial access token is refused as a resource refuses it.
    if let Some(error) = resource::refusal(response, Phase::Registration, &secrets) {
        return Err(error);
    }
    let text = endpoint::success(response, Phase::Registration, &secrets)?;
    let object = endpoint::object(&text);
    let filled = |name| object.filled(name).is_some();
    let secret = object.get("client_secret").is_some();
    let expires = object.get("client_secret_expires_at").is_some_and(|time| time.integer().is_some_and(|time| time >= 0));
    let wrong = [
        (filled("client_id"), "client_id"),
        (!secret || filled("client_secret"), "client_secret"),
        // REQUIRED beside a secret; 0: never.
        (!secret || expires, "client_secret_expires_at"),
    ];
    match wrong.iter().find(|(right, _)| !right) {
        Some((_, name)) => Err(Code::InvalidMember.at(Phase::Registration).about(name)),
        None => Ok(text.into_owned()),
    }
}
