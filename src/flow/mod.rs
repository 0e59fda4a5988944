//! Whole flows, as values.
//!
//! A flow is a chain of [`Step`]s. A step says what the host is to do next, and holds what goes on afterwards: do it, tell
//! [`Next::resume`] what came of it, and there is the next step. Each is consumed by the next, so nothing is sent twice.
//!
//! The plan put flows into the web host, one `async fn` each. Here they are part of the protocol instead, for three reasons: one small
//! driver serves every flow (an `async fn` each costs about a kilobyte of the module), the rules between two requests (which key,
//! when to fetch keys anew, what a failure means for the grant) are tested natively, and a Rust program drives the same flows with its own client.

pub mod discovery;
pub mod tokens;

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    jose::{jwk::KeySet, jws},
    limits,
    oauth::{authorization::Pending, client::Client, client_credentials, extension, metadata::Metadata, refresh, token::Grant},
    secret::Secret,
    time::Timestamp,
};

pub use tokens::Tokens;

/// One client at one server: what is configured, and what was learnt.
#[derive(Debug)]
pub struct Relation {
    /// The server.
    pub server: Metadata,
    /// The client.
    pub client: Client,
    keys: Option<Keys>,
}

/// The server's keys, and when they were fetched.
#[derive(Debug)]
struct Keys {
    set: KeySet,
    fetched: Timestamp,
}

impl Keys {
    /// Also where the clock was turned back since.
    fn older_than(&self, seconds: i64, now: Timestamp) -> bool {
        now >= self.fetched.plus(seconds) || now < self.fetched
    }
}

/// Names and values to add to a request; a name may stand there more than once.
pub type Parameters = [(String, String)];

/// What the host is to do.
#[derive(Debug)]
pub enum Step<T> {
    /// Send this, follow no redirect, read at most [`limits::RESPONSE_BYTES`].
    Send(Request, Next<T>),
    /// Verify this signature.
    Verify(jws::Check, Next<T>),
    /// Nothing: here is what the flow was for.
    Done(T),
}

impl<T: 'static> Step<T> {
    /// The same flow, for something else.
    pub fn map<U: 'static>(self, last: fn(&Relation, T) -> U, relation: &Relation) -> Step<U> {
        let rest = |next: Next<T>| {
            Next::new(move |relation: &mut Relation, event, now| Ok(next.resume(relation, event, now)?.map(last, relation)))
        };
        match self {
            Self::Send(request, next) => Step::Send(request, rest(next)),
            Self::Verify(check, next) => Step::Verify(check, rest(next)),
            Self::Done(value) => Step::Done(last(relation, value)),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Event {
    /// The answer.
    Response(Response),
    /// No answer: [`Code::Network`], [`Code::Timeout`], [`Code::Aborted`], [`Code::RedirectRefused`] or [`Code::ResponseTooLarge`].
    Failed(Code),
    /// The signature is right, or not.
    Verified(bool),
}

/// How a flow goes on.
pub type Continuation<T> = dyn FnOnce(&mut Relation, Event, Timestamp) -> Result<Step<T>, Error>;

/// The rest of a flow.
pub struct Next<T>(Box<Continuation<T>>);

impl<T> Next<T> {
    fn new(rest: impl FnOnce(&mut Relation, Event, Timestamp) -> Result<Step<T>, Error> + 'static) -> Self {
        Self(Box::new(rest))
    }

    /// Goes on, with what came of the step.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub fn resume(self, relation: &mut Relation, event: Event, now: Timestamp) -> Result<Step<T>, Error> {
        (self.0)(relation, event, now)
    }
}

impl<T> core::fmt::Debug for Next<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Next")
    }
}

impl Relation {
    /// A client at a server whose metadata is at hand.
    pub fn new(server: Metadata, client: Client) -> Self {
        Self { server, client, keys: None }
    }

    /// A client at a server that is yet to be asked: [`Relation::discover`] fills it in.
    pub fn undiscovered(client: Client) -> Self {
        Self::new(Metadata::default(), client)
    }

    /// Finishes a login: judges the callback, redeems the code, judges the tokens.
    ///
    /// # Errors
    /// Those of [`Pending::receive`]; the rest come from the steps.
    pub fn callback(&self, callback: &str, pending: Pending, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let grant = pending.receive(callback, &self.server, &self.client)?;
        tokens::start(self, grant.with_default_resource(&self.client), now)
    }

    /// Spends a refresh token.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`] and those of making a request.
    pub fn refresh(
        &self,
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
    pub fn client_credentials(&self, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        self.ask(client_credentials::grant(), parameters, now)
    }

    /// Spends any other grant.
    ///
    /// # Errors
    /// As for [`Relation::refresh`].
    pub fn grant(&self, grant_type: &str, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        self.ask(extension::grant(grant_type), parameters, now)
    }

    fn ask(&self, grant: Grant, parameters: &Parameters, now: Timestamp) -> Result<Step<Tokens>, Error> {
        tokens::start(self, grant.with_parameters(parameters)?.with_defaults(&self.client), now)
    }

    fn has_fresh_keys(&self, now: Timestamp) -> bool {
        self.keys.as_ref().is_some_and(|keys| !keys.older_than(limits::KEYS_FRESH_SECONDS, now))
    }

    /// The keys that may have made a signature, as far as they are known, and whether to ask for newer ones.
    fn candidates(&self, signature: &jws::Jws, now: Timestamp) -> (Vec<jws::Check>, bool) {
        let Some(keys) = &self.keys else { return (Vec::new(), true) };
        let fitting = keys.set.fitting(signature.algorithm, signature.kid.as_deref());
        let checks: Vec<_> = fitting.take(limits::KEY_CANDIDATES).map(|key| signature.check(key)).collect();
        let older_than = |seconds| keys.older_than(seconds, now);
        let stale = older_than(limits::KEYS_FRESH_SECONDS) || (checks.is_empty() && older_than(limits::KEYS_COOLDOWN_SECONDS));
        (checks, stale)
    }
}

/// The event of a step that was sent: a response, or why there is none.
fn response(event: Event) -> Result<Response, Code> {
    match event {
        Event::Response(response) => Ok(response),
        Event::Failed(code) => Err(code),
        Event::Verified(_) => Err(Code::InvalidArgument),
    }
}
