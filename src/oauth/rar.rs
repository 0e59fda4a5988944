//! Authorization in more words than a scope has.
//!
//! `authorization_details` is a JSON array of objects, each with a `type`; what else they hold is between the caller and the server. It goes wherever a
//! `scope` goes. What was granted comes back in the token response, as it was sent.
//!
//! Specification: [RFC 9396](https://www.rfc-editor.org/rfc/rfc9396.html)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    text::json::Raw,
};

/// Judges `authorization_details` among these parameters, [§2](https://www.rfc-editor.org/rfc/rfc9396.html#section-2).
///
/// # Errors
/// [`Code::InvalidArgument`].
pub fn check(parameters: &[(String, String)], phase: Phase) -> Result<(), Error> {
    let mut given = parameters.iter().filter(|(name, _)| name == "authorization_details");
    let typed = |one: &Raw<'_>| one.object().is_some_and(|one| one.string("type").is_some_and(|name| !name.is_empty()));
    let right = |text: &str| Raw::parse(text).and_then(Raw::array).is_some_and(|list| !list.is_empty() && list.iter().all(typed));
    match (given.next(), given.next()) {
        (None, _) => Ok(()),
        (Some((_, text)), None) if right(text) => Ok(()),
        (Some(_), _) => Err(Code::InvalidArgument.at(phase).about("authorization_details")),
    }
}
