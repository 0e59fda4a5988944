//! One token for another.
//!
//! A service that was called with a token asks for one that fits the next service: in the name of the same user, or as an actor on the user's behalf.
//! What comes back need not be an access token: `issued_token_type` says what it is, and with the `token_type` `N_A` it is none.
//!
//! Specification: [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    oauth::token::Grant,
    text::form,
};

/// The grant of a token exchange, [§2.1](https://www.rfc-editor.org/rfc/rfc8693.html#section-2.1): `subject_token` with `subject_token_type`; as the caller has
/// them `actor_token` with `actor_token_type`, `requested_token_type`, `audience`, `resource` and `scope`. It may be repeated: nothing is spent.
///
/// # Errors
/// [`Code::InvalidArgument`] where one of a pair is missing or empty, [`Code::ReservedParameter`].
pub fn grant(parameters: &[(String, String)]) -> Result<Grant, Error> {
    let given = |name: &str| form::get(parameters, name).map(|value| !value.is_empty());
    let need = |name: &str| match given(name) {
        Some(true) => Ok(()),
        Some(false) | None => Err(Code::InvalidArgument.at(Phase::Token).about(name)),
    };
    need("subject_token")?;
    need("subject_token_type")?;
    if given("actor_token").or(given("actor_token_type")).is_some() {
        need("actor_token")?;
        need("actor_token_type")?;
    }
    Grant::new("urn:ietf:params:oauth:grant-type:token-exchange", false).for_exchange().with_parameters(parameters)
}
