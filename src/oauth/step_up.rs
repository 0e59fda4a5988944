//! When a resource wants the user to prove more.
//!
//! The token is right, but the login behind it is too old or too weak. The resource says what it takes, and that goes into a new
//! authorization request, whose `max_age` is then judged with the ID token.
//!
//! Specification: [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470.html)

use alloc::{string::String, vec::Vec};

use crate::text::{challenge::Challenge, integer};

/// The parameters of the authorization request that a challenge asks for, [§4](https://www.rfc-editor.org/rfc/rfc9470.html#section-4): `acr_values` and
/// `max_age`. For want of scope ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)): `scope`. `None` where no new login helps.
pub fn parameters(challenges: &[Challenge]) -> Option<Vec<(String, String)>> {
    let wanted = |challenge: &&Challenge| {
        matches!(challenge.scheme.as_str(), "bearer" | "dpop")
            && matches!(challenge.get("error"), Some("insufficient_user_authentication" | "insufficient_scope"))
    };
    let challenge = challenges.iter().find(wanted)?;
    let mut parameters = Vec::new();
    for name in ["acr_values", "max_age", "scope"] {
        let value = challenge.get(name).filter(|value| name != "max_age" || integer(value).is_some_and(|seconds| seconds >= 0));
        parameters.extend(value.map(|value| (name.into(), value.into())));
    }
    Some(parameters)
}
