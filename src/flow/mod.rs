//! Whole flows, as values.
//!
//! A flow is a chain of [`Step`]s. A step says what the host is to do next, and holds what goes on afterwards: do it, tell
//! [`Next::resume`] what came of it, and there is the next step. Each is consumed by the next, so nothing is sent twice.
//!
//! The plan put flows into the web host, one `async fn` each. Here they are part of the protocol instead, for three reasons: one small
//! driver serves every flow (an `async fn` each would be a state machine each), the rules between two requests (which key,
//! when to fetch keys anew, what a failure means for the grant) are tested natively, and a Rust program drives the same flows with its own client.

pub mod authorization;
pub mod ciba;
pub mod device;
pub mod discovery;
mod endpoint;
mod keys;
pub mod management;
mod poll;
pub mod resource;
pub mod tokens;
pub mod validation;

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    jose::{jwk::OwnKey, jws},
    limits,
    oauth::{
        assertion, authorization::Entropy, client::Client, client_credentials, dpop::Nonces, exchange, extension,
        metadata::Metadata, refresh, token::Grant,
    },
    secret::Secret,
    time::{self, Timestamp},
};

pub use tokens::Tokens;

/// One client at one server: what is configured, and what was learnt.
///
/// # Examples
/// ```
/// use grantkit::{flow::{Effect, Event, Relation, Step}, http::Response, oauth::{client::Client, metadata::Metadata}, time::Timestamp};
///
/// # fn main() -> Result<(), grantkit::error::Error> {
/// let server = Metadata::parse(r#"{"issuer":"https://as.example","token_endpoint":"https://as.example/token"}"#)?;
/// let mut relation = Relation::new(server, Client::new("app"));
/// let now = Timestamp::from_seconds(1_800_000_000);
///
/// let Step::Ask(Effect::Send(request), next) = relation.client_credentials(&[], now)? else { panic!("a grant is sent") };
/// assert_eq!(request.url, "https://as.example/token");
///
/// let body = br#"{"access_token":"at","token_type":"Bearer"}"#.to_vec();
/// let answer = Response { status: 200, content_type: Some("application/json".into()), body, ..Response::default() };
/// let Step::Done(tokens) = next.resume(&mut relation, Event::Response(answer), now)? else { panic!("nothing else is due") };
/// assert_eq!(tokens.response().access_token.expose(), "at");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Relation {
    /// The server.
    pub server: Metadata,
    /// The client.
    pub client: Client,
    keys: Option<keys::Keys>,
    client_key: Option<OwnKey>,
    dpop_key: Option<OwnKey>,
    nonces: Nonces,
    clock_offset: i64,
}

/// Names and values to add to a request; a name may stand there more than once.
pub type Parameters = [(String, String)];

/// What the host is to do.
pub enum Effect {
    /// Send this, follow no redirect, read at most [`RESPONSE_BYTES`](crate::limits::RESPONSE_BYTES).
    Send(Request),
    /// Verify this signature.
    Verify(jws::Check),
    /// Sign this text with this key.
    Sign(Signer, String),
    /// Tell what this key is.
    Key(Signer),
    /// Draw fresh random bytes.
    Draw,
    /// Wait so many seconds.
    Wait(u32),
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(request) => f.debug_tuple("Send").field(request).finish(),
            Self::Verify(check) => f.debug_tuple("Verify").field(check).finish(),
            // A token but for its signature.
            Self::Sign(signer, _) => f.debug_tuple("Sign").field(signer).finish_non_exhaustive(),
            Self::Key(signer) => f.debug_tuple("Key").field(signer).finish(),
            Self::Draw => f.write_str("Draw"),
            Self::Wait(seconds) => f.debug_tuple("Wait").field(seconds).finish(),
        }
    }
}

/// A key of our own, which the host keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The client's, by which it authenticates and signs requests.
    Client,
    /// The one that tokens are bound to.
    Dpop,
}

/// What came of it.
pub enum Event {
    /// The answer.
    Response(Response),
    /// It failed: [`Code::Network`], [`Code::Timeout`], [`Code::Aborted`], [`Code::RedirectRefused`], [`Code::ResponseTooLarge`],
    /// [`Code::CryptoUnavailable`], [`Code::AlgorithmUnsupported`].
    Failed(Code),
    /// Nothing was sent: the call had ended before.
    Unsent(Code),
    /// The signature is right, or not.
    Verified(bool),
    /// The signature.
    Signed(Vec<u8>),
    /// The key.
    Key(OwnKey),
    /// The bytes.
    Drawn(Entropy),
    /// The time has passed.
    Waited,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(response) => f.debug_tuple("Response").field(response).finish(),
            Self::Failed(code) => f.debug_tuple("Failed").field(code).finish(),
            Self::Unsent(code) => f.debug_tuple("Unsent").field(code).finish(),
            Self::Verified(right) => f.debug_tuple("Verified").field(right).finish(),
            Self::Key(key) => f.debug_tuple("Key").field(key).finish(),
            Self::Signed(_) => f.write_str("Signed"),
            // A state, a nonce and a code verifier.
            Self::Drawn(_) => f.write_str("Drawn"),
            Self::Waited => f.write_str("Waited"),
        }
    }
}

/// One step of a flow.
#[derive(Debug)]
pub enum Step<T> {
    /// The host is to do this, and to tell what came of it.
    Ask(Effect, Next<T>),
    /// Nothing is left to do: here is what the flow was for.
    Done(T),
}

/// How a flow goes on.
pub type Continuation<T> = dyn FnOnce(&mut Relation, Event, Timestamp) -> Result<Step<T>, Error>;

/// How a flow goes on after another.
type Rest<T, U> = Box<dyn FnOnce(&mut Relation, T, Timestamp) -> Result<Step<U>, Error>>;

/// The rest of a flow.
pub struct Next<T>(Box<Continuation<T>>);

impl<T> Next<T> {
    /// Goes on, with what came of the step.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub fn resume(self, relation: &mut Relation, event: Event, now: Timestamp) -> Result<Step<T>, Error> {
        (self.0)(relation, event, now)
    }
}

impl<T> fmt::Debug for Next<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl<T: 'static> Step<T> {
    /// A step that asks, and goes on like this.
    fn ask(
        effect: Effect,
        rest: impl FnOnce(&mut Relation, Event, Timestamp) -> Result<Self, Error> + 'static,
    ) -> Result<Self, Error> {
        Ok(Self::Ask(effect, Next(Box::new(rest))))
    }

    /// One flow after another.
    fn then<U: 'static>(self, relation: &mut Relation, now: Timestamp, rest: Rest<T, U>) -> Result<Step<U>, Error> {
        match self {
            Self::Ask(effect, next) => {
                Step::ask(effect, move |relation, event, now| next.resume(relation, event, now)?.then(relation, now, rest))
            }
            Self::Done(value) => rest(relation, value, now),
        }
    }

    /// The same flow, with something to say of whatever ends it.
    fn amend(self, amend: fn(Error) -> Error) -> Self {
        match self {
            Self::Ask(effect, next) => {
                let rest = move |relation: &mut Relation, event, now| match next.resume(relation, event, now) {
                    Ok(step) => Ok(step.amend(amend)),
                    Err(error) => Err(amend(error)),
                };
                Self::Ask(effect, Next(Box::new(rest)))
            }
            Self::Done(value) => Self::Done(value),
        }
    }

    /// The same flow, for something else.
    pub fn map<U: 'static>(self, last: fn(&Relation, T) -> U, relation: &Relation) -> Step<U> {
        match self {
            Self::Ask(effect, next) => {
                let rest = move |relation: &mut Relation, event, now| {
                    let step = next.resume(relation, event, now)?;
                    Ok(step.map(last, relation))
                };
                Step::Ask(effect, Next(Box::new(rest)))
            }
            Self::Done(value) => Step::Done(last(relation, value)),
        }
    }
}

impl Relation {
    /// A client at a server whose metadata is at hand.
    pub fn new(server: Metadata, client: Client) -> Self {
        Self { server, client, keys: None, client_key: None, dpop_key: None, nonces: Nonces::default(), clock_offset: 0 }
    }

    /// A client at a server that is yet to be asked: [`Relation::discover`] fills it in.
    pub fn undiscovered(client: Client) -> Self {
        Self::new(Metadata::default(), client)
    }

    /// Seconds by which the server's clock is ahead of ours, as its last answer to a form had it; 0 where it is not known.
    pub fn clock_offset(&self) -> i64 {
        self.clock_offset
    }

    /// What time it is for the server. Clocks that differ by no more than the leeway are taken to agree.
    fn server_time(&self, now: Timestamp) -> Timestamp {
        let agree = self.clock_offset.saturating_abs() <= self.client.leeway.seconds();
        if agree { now } else { now.plus(self.clock_offset) }
    }

    /// Learns what time it is for the server. From answers to forms alone: any other may have lain in a cache since its `Date`.
    fn measure_clock(&mut self, response: &Response, now: Timestamp) {
        if let Some(date) = response.date.as_deref().and_then(time::parse_http_date) {
            let offset = date.since(now);
            self.clock_offset = if offset.saturating_abs() > limits::CLOCK_OFFSET_SECONDS_MAX { 0 } else { offset };
        }
    }

    /// Spends a refresh token.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`] and those of making a request.
    pub fn refresh(
        &mut self,
        token: Secret,
        subject: Option<String>,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Result<Step<Tokens>, Error> {
        tokens::start(self, refresh::grant(token, subject).with_parameters(parameters)?, now)
    }

    /// Asks for a token of the client's own.
    ///
    /// # Errors
    /// As for [`Relation::refresh`].
    pub fn client_credentials(&mut self, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        self.spend(client_credentials::grant(), parameters, now)
    }

    /// Spends any other grant.
    ///
    /// # Errors
    /// As for [`Relation::refresh`].
    pub fn grant(&mut self, grant_type: &str, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        self.spend(extension::grant(grant_type), parameters, now)
    }

    /// Exchanges a token for another. The client's `scope` and `resource` are those of its own logins, and stay out of it.
    ///
    /// # Errors
    /// Those of [`exchange::grant`].
    pub fn exchange_token(&mut self, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        tokens::start(self, exchange::grant(parameters)?, now)
    }

    /// Spends an assertion of someone whom the server trusts.
    ///
    /// # Errors
    /// Those of [`assertion::grant`], and as for [`Relation::refresh`].
    pub fn assertion(
        &mut self,
        kind: assertion::Kind,
        assertion: Secret,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Result<Step<Tokens>, Error> {
        self.spend(assertion::grant(kind, assertion)?, parameters, now)
    }

    /// Spends a grant of any room, such as [`pre_authorized_code`](crate::oauth::pre_authorized_code).
    ///
    /// # Errors
    /// As for [`Relation::refresh`].
    pub fn spend(&mut self, grant: Grant, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let grant = grant.with_parameters(parameters)?.with_defaults(&self.client);
        tokens::start(self, grant, now)
    }
}

/// The event of a step that was sent: a response, or why there is none.
fn response(event: Event) -> Result<Response, Code> {
    match event {
        Event::Response(response) => Ok(response),
        Event::Failed(code) | Event::Unsent(code) => Err(code),
        Event::Verified(_) | Event::Signed(_) | Event::Key(_) | Event::Drawn(_) | Event::Waited => Err(Code::InvalidArgument),
    }
}
