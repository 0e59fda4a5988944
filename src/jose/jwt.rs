//! Claims: [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519.html#section-4), judged as
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725.html) asks.

use crate::{
    error::Code,
    text::json::{Object, Raw},
    time::{Leeway, Timestamp},
};

/// The claims of a token.
#[derive(Debug)]
pub struct Claims<'a>(Object<'a>);

impl<'a> Claims<'a> {
    /// Reads a payload.
    pub fn parse(payload: &'a str) -> Option<Self> {
        Object::parse(payload).map(Self)
    }

    /// A claim's value.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.get(name)
    }

    /// Whether a claim is this text, to the letter.
    pub fn is(&self, name: &str, expected: &str) -> bool {
        self.0.string(name).is_some_and(|value| value == expected)
    }

    /// A claim that is a time.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        self.get(name)?.integer().map(Timestamp::from_seconds)
    }

    /// Whether `aud` names this audience, and how many it names: [§4.1.3](https://www.rfc-editor.org/rfc/rfc7519.html#section-4.1.3).
    pub fn audience(&self, expected: &str) -> (bool, usize) {
        let names = |value: Raw<'_>| value.string().is_some_and(|value| value == expected);
        match self.get("aud") {
            Some(aud) => match aud.array() {
                Some(list) => (list.iter().any(|one| names(*one)), list.len()),
                None => (names(aud), 1),
            },
            None => (false, 0),
        }
    }

    /// `exp`, `nbf` and `iat`, §4.1.4 to §4.1.6, as far as they are there. Names the claim that is not right.
    ///
    /// # Errors
    /// [`Code::InvalidMember`], [`Code::TokenExpired`], [`Code::IssuedInFuture`].
    pub fn check_times(&self, now: Timestamp, leeway: Leeway) -> Result<(), (Code, &'static str)> {
        let latest = now.plus(leeway.seconds());
        for (name, code) in [("exp", Code::TokenExpired), ("nbf", Code::IssuedInFuture), ("iat", Code::IssuedInFuture)] {
            if self.get(name).is_none() {
                continue;
            }
            let time = self.time(name).ok_or((Code::InvalidMember, name))?;
            let passes = if name == "exp" { now < time.plus(leeway.seconds()) } else { time <= latest };
            if !passes {
                return Err((code, name));
            }
        }
        Ok(())
    }
}
