//! Requests and responses as plain data. The host sends; the core never does.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use crate::{
    error::{Code, Error, Phase},
    limits,
    secret::Secret,
    text::{TOKEN, integer, is_one_of, is_plain},
};

/// A request that the host is to send, to this URL alone: redirects are not followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// An absolute URL.
    pub url: String,
    /// Names in lower case. A value may hold the client's secret.
    pub headers: Vec<(Cow<'static, str>, Secret)>,
    /// The form, for `POST`.
    pub body: Option<Secret>,
}

impl Request {
    /// A request for a JSON document.
    pub fn get(url: &str) -> Self {
        let mut request = Self { method: "GET", url: url.into(), headers: Vec::new(), body: None };
        request.accept("application/json");
        request
    }

    /// Asks for an answer of this media type instead.
    pub fn accept(&mut self, types: &str) {
        self.headers.retain(|(name, _)| name != "accept");
        self.set("accept", Secret::new(types));
    }

    /// Adds a header of the protocol's.
    pub fn set(&mut self, name: &'static str, value: Secret) {
        self.headers.push((name.into(), value));
    }

    /// Adds the headers of a caller.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`] for a header that the protocol sets, [`Code::InvalidArgument`] for what is no header.
    pub fn add(&mut self, headers: &[(String, String)], phase: Phase) -> Result<(), Error> {
        const RESERVED: [&str; 3] = ["authorization", "content-type", "dpop"];
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            // `fetch` takes Latin-1 and throws for the rest, which would look like a request that failed on its way.
            let fits = |char| matches!(char, ' '..='~' | '\u{80}'..='\u{ff}');
            if name.is_empty() || !is_plain(&name, TOKEN) || !value.chars().all(fits) {
                return Err(Code::InvalidArgument.at(phase).about("headers"));
            }
            if is_one_of(&name, &RESERVED) || self.headers.iter().any(|(other, _)| *other == name) {
                return Err(Code::ReservedParameter.at(phase).about(&name));
            }
            self.headers.push((name.into(), Secret::new(value.as_str())));
        }
        Ok(())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `DPoP-Nonce`, RFC 9449 §8.
    pub dpop_nonce: Option<String>,
    /// `WWW-Authenticate`.
    pub www_authenticate: Option<String>,
    /// `Date`, RFC 9110 §6.6.1.
    pub date: Option<String>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Response {
    /// Takes an answer in; `header` tells the value of one, by its name in small letters. What else a server sends is not looked at.
    pub fn read(status: u16, header: impl Fn(&str) -> Option<String>, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            dpop_nonce: header("dpop-nonce"),
            www_authenticate: header("www-authenticate"),
            date: header("date"),
            body,
        }
    }

    /// An error that came of this response: with its status, and how long to wait.
    #[cold]
    #[inline(never)]
    pub fn error(&self, code: Code, phase: Phase) -> Error {
        code.at(phase).with(|report| {
            report.status = Some(self.status);
            report.retry_after = self.wait();
        })
    }

    /// Seconds to wait, where the server named them: [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3).
    /// A date is not read: the core has no calendar, and no server in `tests/vectors/quirks.json` sends one.
    pub fn wait(&self) -> Option<u32> {
        u32::try_from(integer(self.retry_after.as_deref()?.trim_ascii())?).ok()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// Refuses a message that somebody sent us, where it is too long to be honest, before it is read.
#[inline(never)]
pub(crate) fn check_length(message: &str, phase: Phase, about: &str) -> Result<(), Error> {
    if message.len() > limits::MESSAGE_BYTES { Err(Code::ResponseTooLarge.at(phase).about(about)) } else { Ok(()) }
}
