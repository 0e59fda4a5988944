//! `WWW-Authenticate`: [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1).
//!
//! A list of challenges, each with a list of parameters, and both lists are separated by commas: whether a word is a scheme or a
//! parameter shows only behind it. Read strictly and within bounds. A header that is not of this grammar says nothing.

use alloc::{string::String, vec::Vec};

use crate::{
    limits,
    text::{TOKEN, form, is_among, json::Writer, plain_length},
};

/// What one scheme asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme in lower case: `bearer`, `dpop`.
    pub scheme: String,
    /// What some schemes have in place of parameters.
    pub token68: Option<String>,
    /// The parameters, their names in lower case, each once.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        form::get(&self.parameters, name)
    }

    /// As JSON: `{scheme, token68?, parameters}`.
    pub fn to_json(&self) -> String {
        let mut parameters = Writer::default();
        for (name, value) in &self.parameters {
            parameters.string(name, value);
        }
        let mut json = Writer::default();
        json.string("scheme", &self.scheme).optional("token68", self.token68.as_deref());
        json.raw("parameters", &parameters.finish());
        json.finish()
    }
}

/// The challenges of a header, in their order; several headers may have been joined by commas. `None` where it is malformed or too large.
pub fn parse(header: &str) -> Option<Vec<Challenge>> {
    if header.len() > limits::CHALLENGE_BYTES {
        return None;
    }
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut scanner = Scanner { rest: header };
    loop {
        scanner.skip(b" \t,");
        if scanner.rest.is_empty() {
            return Some(challenges);
        }
        let word = scanner.token()?;
        let before = scanner.rest;
        scanner.skip(b" \t");
        if scanner.take(b'=') {
            // A parameter of the challenge at hand, which has no token68.
            let challenge = challenges.last_mut().filter(|challenge| challenge.token68.is_none())?;
            scanner.parameter(word, challenge)?;
        } else {
            if challenges.len() == limits::CHALLENGES {
                return None;
            }
            let mut challenge = Challenge { scheme: word.to_ascii_lowercase(), ..Challenge::default() };
            // Something follows without a comma: a token68, or the first parameter.
            if before.len() != scanner.rest.len() && !scanner.at_end() {
                match scanner.token68() {
                    Some(token) => challenge.token68 = Some(token.into()),
                    None => {
                        let name = scanner.token()?;
                        scanner.skip(b" \t");
                        if !scanner.take(b'=') {
                            return None;
                        }
                        scanner.parameter(name, &mut challenge)?;
                    }
                }
            }
            challenges.push(challenge);
        }
        scanner.skip(b" \t");
        if !scanner.at_end() {
            return None;
        }
    }
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn skip(&mut self, bytes: &[u8]) {
        let length = self.rest.bytes().take_while(|byte| is_among(*byte, bytes)).count();
        self.rest = self.rest.get(length..).unwrap_or("");
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.rest.as_bytes().first() == Some(&byte);
        if there {
            self.rest = self.rest.get(1..).unwrap_or("");
        }
        there
    }

    /// At the end of an element.
    fn at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(",")
    }

    /// The front as far as its bytes are letters, digits or among these; `None` where there are none.
    fn run(&mut self, others: &[u8]) -> Option<&'a str> {
        let (front, rest) = self.rest.split_at_checked(plain_length(self.rest, others)).filter(|(front, _)| !front.is_empty())?;
        self.rest = rest;
        Some(front)
    }

    fn token(&mut self) -> Option<&'a str> {
        self.run(TOKEN)
    }

    /// Base64 of some kind up to the end of the element; otherwise nothing is taken.
    fn token68(&mut self) -> Option<&'a str> {
        let start = self.rest;
        self.run(b"-._~+/")?;
        self.skip(b"=");
        let token = start.get(..start.len().checked_sub(self.rest.len())?)?;
        self.skip(b" \t");
        if self.at_end() {
            return Some(token);
        }
        self.rest = start;
        None
    }

    /// The value behind the `=`: a token, or text in quotes.
    fn parameter(&mut self, name: &str, challenge: &mut Challenge) -> Option<()> {
        self.skip(b" \t");
        let value = if self.take(b'"') { self.quoted()? } else { self.token()?.into() };
        let name = name.to_ascii_lowercase();
        if challenge.get(&name).is_some() || challenge.parameters.len() == limits::CHALLENGE_PARAMETERS {
            return None;
        }
        challenge.parameters.push((name, value));
        Some(())
    }

    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut chars = self.rest.chars();
        loop {
            let char = match chars.next()? {
                '"' => break,
                '\\' => chars.next()?,
                char => char,
            };
            if char.is_control() && char != '\t' {
                return None;
            }
            value.push(char);
        }
        self.rest = chars.as_str();
        Some(value)
    }
}
