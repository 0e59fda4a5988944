//! Authorization requests that travel out of the browser's sight.
//!
//! The parameters go to the server by POST, from the client itself; the browser carries a reference. Nobody on the way can read or change them.
//!
//! Specification: [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126.html)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    oauth::{client::Client, endpoint},
};

/// The reference that the server gave, [§2.2](https://www.rfc-editor.org/rfc/rfc9126.html#section-2.2).
///
/// # Errors
/// The server's refusal, [`Code::NotOauthResponse`], [`Code::InvalidMember`].
pub fn receive(response: &Response, client: &Client) -> Result<String, Error> {
    let text = endpoint::success(response, Phase::Authorization, &[client.authentication.secret_text()])?;
    let object = endpoint::object(&text);
    let reference = object.filled("request_uri");
    reference.ok_or_else(|| Code::InvalidMember.at(Phase::Authorization).about("request_uri"))
}
