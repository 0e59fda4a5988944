//! Whole flows, as values.
//!
//! A flow is a chain of [`Step`]s. A step says what the host is to do next, and holds what goes on afterwards: do it, tell
//! [`Next::resume`] what came of it, and there is the next step. Each is consumed by the next, so nothing is sent twice.
//!
//! The plan put flows into the web host, one `async fn` each. Here they are part of the protocol instead, for three reasons: one small
//! driver serves every flow (an `async fn` each would be a state machine each), the rules between two requests (which key,
//! when to fetch keys anew, what a failure means for the grant) are tested natively, and a Rust program drives the same flows with its own client.
//!
//! Each flow is one plain function over a [`Run`], from its first line to its last. Where it asks for something that has not happened yet, it leaves, and
//! is begun anew once that has: what happened before is answered from a journal. It sees nothing but its arguments, what was known when it began, and the
//! journal, so it goes the same way each time; what it asks is compared with what it asked before, and one that went another way would end there.

pub mod authorization;
pub mod ciba;
pub mod device;
pub mod discovery;
mod endpoint;
mod keys;
pub mod management;
mod poll;
pub mod resource;
mod run;
pub mod tokens;
pub mod validation;

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    jose::{jwk::OwnKey, jws},
    oauth::{
        assertion, authorization::Entropy, client::Client, client_credentials, exchange, extension, metadata::Metadata,
        token::Grant,
    },
    secret::Secret,
    time::Timestamp,
};

pub use run::Run;
pub use tokens::Tokens;

pub(crate) use run::Stop;
use run::{Flow, Journal, Learnt};

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
    learnt: Learnt,
}

/// Names and values to add to a request; a name may stand there more than once.
pub type Parameters = [(String, String)];

/// What the host is to do.
#[derive(Clone, PartialEq, Eq)]
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

/// The rest of a flow.
pub struct Next<T> {
    flow: Box<Flow<T>>,
    journal: Box<Journal>,
}

impl<T> Next<T> {
    /// Goes on, with what came of the step.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub fn resume(mut self, relation: &mut Relation, event: Event, now: Timestamp) -> Result<Step<T>, Error> {
        self.journal.note(event, now);
        self.go(relation)
    }

    fn go(mut self, relation: &mut Relation) -> Result<Step<T>, Error> {
        let mut run = Run::new(relation, &self.journal);
        let ended = (self.flow)(&mut run);
        run.leave().teach(relation, &mut self.journal);
        match ended {
            Ok(value) => Ok(Step::Done(value)),
            Err(Stop::Failed(error)) => Err(error),
            Err(Stop::Asked) => Ok(Step::Ask(self.journal.asked()?, self)),
        }
    }
}

impl<T> fmt::Debug for Next<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl Relation {
    /// A client at a server whose metadata is at hand.
    pub fn new(server: Metadata, client: Client) -> Self {
        Self { server, client, learnt: Learnt::default() }
    }

    /// A client at a server that is yet to be asked: [`Relation::discover`] fills it in.
    pub fn undiscovered(client: Client) -> Self {
        Self::new(Metadata::default(), client)
    }

    /// Seconds by which the server's clock is ahead of ours, as its last answer to a form had it; 0 where it is not known.
    pub fn clock_offset(&self) -> i64 {
        self.learnt.clock_offset
    }

    /// Begins a flow.
    pub(crate) fn begin<T>(
        &mut self,
        now: Timestamp,
        flow: impl Fn(&mut Run<'_>) -> Result<T, Stop> + 'static,
    ) -> Result<Step<T>, Error> {
        Next { flow: Box::new(flow), journal: Box::new(Journal::new(self.learnt.clone(), now)) }.go(self)
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
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.refresh(token.expose(), subject.as_deref(), &parameters))
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
        let grant = exchange::grant(parameters)?;
        self.begin(now, move |run| run.tokens(grant.clone()))
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
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.spend(grant.clone(), &parameters))
    }
}
