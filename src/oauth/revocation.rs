//! Giving a token back.
//!
//! Specification: [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    oauth::{client::Client, endpoint},
};

/// Judges the answer, [§2.2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2.2): 200 says that the token is worth nothing now, also where it
/// never was; the body says nothing.
///
/// # Errors
/// The server's refusal; [`Code::UnsupportedTokenType`] where it cannot revoke tokens of this kind (§2.2.1); [`Code::NotOauthResponse`].
pub fn receive(response: &Response, token: &str, client: &Client) -> Result<(), Error> {
    if response.status == 200 {
        return Ok(());
    }
    let error = match endpoint::success(response, Phase::Revocation, &[token, client.authentication.secret_text()]) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let unsupported = error.report().refusal.as_ref().is_some_and(|refusal| refusal.error == "unsupported_token_type");
    Err(if unsupported { error.with(|report| report.code = Code::UnsupportedTokenType) } else { error })
}
