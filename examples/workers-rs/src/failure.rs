//! What can go wrong, and what the browser is told of it: a word, and where to begin anew.

use grantkit::{
    error::{Error, Fault},
    session::{refusal::Why, seal::Weak},
};
use worker::{Response, console_error};

pub enum Failure {
    /// The login, as grantkit judges it.
    Login(Error),
    /// A cookie.
    Refused(Why),
    /// `SESSION_KEYS`.
    Key(Weak),
    LoggedOut,
    Worker(worker::Error),
    /// One of these, and a cookie to take away with it.
    With(Box<Failure>, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Login(error)
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Self::Refused(why)
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Worker(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(_: serde_json::Error) -> Self {
        Self::Refused(Why::SessionDamaged) // its words could quote what was sealed
    }
}

impl Failure {
    pub fn with(self, cookie: String) -> Self {
        Self::With(Box::new(self), cookie)
    }

    /// A page of words. What went wrong is logged; secrets are redacted.
    pub fn page(self) -> worker::Result<Response> {
        let (status, code) = match self {
            Self::With(failure, cookie) => {
                let mut response = failure.page()?;
                response.headers_mut().append("set-cookie", &cookie)?;
                return Ok(response);
            }
            Self::Login(error) => {
                console_error!("{}", error.to_json());
                let outside = matches!(error.code().fault(), Fault::Server | Fault::Transport);
                (if outside { 502 } else { 400 }, error.code().as_str())
            }
            Self::Refused(why) => (why.status(), why.as_str()),
            Self::Key(weak) => {
                console_error!("SESSION_KEYS: {}", weak.message());
                (500, Why::Misconfigured.as_str())
            }
            Self::LoggedOut => (401, Why::NotLoggedIn.as_str()),
            Self::Worker(error) => return Err(error),
        };
        let page = format!(
            "<!doctype html><html lang=en><title>No login</title><p>The login did not work: {}. <a href=/>Begin anew</a>.",
            escaped(code)
        );
        Ok(Response::from_html(page)?.with_status(status))
    }
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
