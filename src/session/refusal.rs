//! What a token handler tells a page when it does not do what was asked.
//!
//! A table of its own beside [`error::Code`](crate::error::Code): these words are between a page and its handler, no specification of OAuth knows them, and
//! the modules that run in pages carry none of them. What the authorization server or the network did keeps the words of `Code`.

use alloc::string::String;

use crate::{error::Fault, text::json::Writer};

/// What the page does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing helps but another request, or other code.
    Correct,
    /// Navigate to the login endpoint.
    Login,
    /// The same, by `prompt=none` first: the server may still know the user.
    LoginSilently,
    /// Ask again later.
    Wait,
    /// Only the operator can help.
    Operator,
}

impl Action {
    /// The word that pages see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Login => "login",
            Self::LoginSilently => "login_silently",
            Self::Wait => "wait",
            Self::Operator => "operator",
        }
    }
}

/// One row for each: the word, the HTTP status, what to do, and what a developer reads.
macro_rules! refusals {
    ($($name:ident $word:literal $status:literal $action:ident $message:literal)*) => {
        /// Why a handler refused, by one word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Why { $(#[doc = $message] $name,)* }

        impl Why {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            fn row(self) -> (&'static str, u16, Action, &'static str) {
                match self { $(Self::$name => ($word, $status, Action::$action, $message),)* }
            }
        }
    };
}

refusals! {
    NotLoggedIn "not_logged_in" 401 Login
        "There is no session. Navigate to the login endpoint."
    SessionEnded "session_ended" 401 Login
        "The session is over: unused for too long, too old, logged out, or refused by the authorization server. Log in again."
    SessionDamaged "session_damaged" 401 Login
        "The session cookie is not one that this handler sealed for this place, or its key is retired. Log in again."
    SessionSuperseded "session_superseded" 401 LoginSilently
        "The session cookie was replaced some time ago: a response was lost, or the cookie is a copy. Log in again."
    LoginRequired "login_required" 401 LoginSilently
        "The tokens ran out and cannot be refreshed, or nobody knows whether they were. Log in again; prompt=none asks silently."
    RefreshUnavailable "refresh_unavailable" 503 Wait
        "The tokens ran out and the authorization server cannot be reached. The session lives; ask again after Retry-After."
    CoordinatorUnreachable "coordinator_unreachable" 503 Wait
        "The sessions' store did not answer. The session lives; ask again after Retry-After."
    CrossSite "cross_site" 403 Correct
        "The request does not prove that it comes from this origin (Sec-Fetch-Site, Origin). Send it from the application's own pages."
    HeaderMissing "header_missing" 403 Correct
        "The header that only the application's own scripts can set is missing. Send it with every request, as the handler's documentation says."
    NotNavigation "not_a_navigation" 403 Correct
        "A login begins with a navigation of the whole page. Use location.assign() or a link, not fetch() or a frame of another site."
    ReturnToRefused "return_to_refused" 400 Correct
        "returnTo is not a plain path of this origin. Give a path such as /orders?page=2."
    PathRefused "path_refused" 400 Correct
        "The path could be read in two ways (encoded slashes, dot segments, backslashes). Write it plainly."
    NotFound "not_found" 404 Correct
        "Nothing is here: no endpoint, no route and no asset."
    MethodNotAllowed "method_not_allowed" 405 Correct
        "This endpoint or route takes other methods: see Allow."
    CallbackUnknown "callback_unknown" 400 Login
        "This login did not begin in this browser, took too long, or was finished before. Start it anew."
    TooManyLogins "too_many_logins" 429 Wait
        "Too many logins were begun from this address. Wait for Retry-After."
    UpstreamUnreachable "upstream_unreachable" 502 Wait
        "The API behind this route did not answer. Whether it acted on the request is not known."
    UpstreamTimeout "upstream_timeout" 504 Wait
        "The API behind this route did not begin to answer within the route's timeout. Whether it acted on the request is not known."
    UpstreamRedirect "upstream_redirect" 502 Operator
        "The API behind this route redirected to a place outside of it, which is not followed."
    WebSocketUnsupported "websocket_unsupported" 501 Operator
        "This runtime or upstream did not upgrade to a WebSocket."
    SessionTooLarge "session_too_large" 500 Operator
        "The tokens do not fit into cookies. Use the durable store, or ask for fewer scopes and claims."
    NotConfigured "not_configured" 501 Operator
        "This handler is not set up for that. See the options."
    InsecureOrigin "insecure_origin" 500 Operator
        "The handler was reached over http, where cookies cannot be kept. Serve https; http is for this machine alone."
    Misconfigured "misconfigured" 500 Operator
        "The handler's options are not right. Correct the one that is named."
    Internal "internal" 500 Operator
        "The handler failed. Its log says how."
}

impl Why {
    /// The word that pages match on.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.row().1
    }

    /// What the page does next.
    pub fn action(self) -> Action {
        self.row().2
    }

    /// What happened and what to do, for a developer.
    pub fn message(self) -> &'static str {
        self.row().3
    }
}

/// A refusal, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// The option, header or parameter that it is about. Never a value that a request brought.
    pub about: Option<&'static str>,
    /// Seconds to wait.
    pub retry_after: Option<u32>,
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self { why, about: None, retry_after: None }
    }
}

impl Why {
    /// The same, about an option, header or parameter.
    pub fn about(self, about: &'static str) -> Refusal {
        Refusal { about: Some(about), ..self.into() }
    }
}

impl Refusal {
    /// As one JSON object: what the page gets.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.string("code", self.why.as_str()).string("message", self.why.message());
        json.integer("status", self.why.status().into()).string("action", self.why.action().as_str());
        json.optional("about", self.about);
        if let Some(seconds) = self.retry_after {
            json.integer("retryAfter", seconds.into());
        }
        json.finish()
    }
}

/// The HTTP status under which an error of the protocol's reaches the page, and what the page does next: a server's fault is a bad gateway's.
pub fn of_error(fault: Fault, grant_spent: bool) -> (u16, Action) {
    match fault {
        Fault::Caller => (500, Action::Operator),
        Fault::Refusal => (400, Action::Login),
        Fault::Server => (502, Action::Login),
        Fault::Transport if grant_spent => (502, Action::Login),
        Fault::Transport => (503, Action::Wait),
    }
}
