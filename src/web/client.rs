//! The driver: it performs the steps of any flow.
//!
//! A [`Drive`] is told what came of each promise and hands out the next; whoever holds it waits. JavaScript does that with `await`, Rust with [`Client::run`]:
//! so the npm module needs no executor of futures.

use alloc::{rc::Rc, vec::Vec};
use core::cell::RefCell;
use js_sys::Promise;

use crate::{
    error::{Code, Error, Phase},
    flow::{Next, Relation, Step},
    web::{
        clock,
        host::{Asked, Call, Host},
    },
};

/// A relation between a client and a server, with what the host remembers of it.
#[derive(Clone, Debug)]
pub struct Client(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    relation: RefCell<Relation>,
    host: Host,
}

impl Client {
    /// Takes a relation over, with the host that has its keys. Whether signatures can be verified is the host's to know.
    pub fn new(mut relation: Relation, host: Host) -> Self {
        relation.client.host_verifies = Host::is_secure();
        Self(Rc::new(Inner { relation: RefCell::new(relation), host }))
    }

    /// Works with the relation. Never held across an await.
    pub fn with<R>(&self, work: impl FnOnce(&mut Relation) -> R) -> R {
        work(&mut self.0.relation.borrow_mut())
    }

    /// Performs a flow to its end. Of the feature `web`.
    ///
    /// # Errors
    /// Whatever ends the flow.
    #[cfg(feature = "web")]
    pub async fn run<T>(&self, step: Step<T>, call: &Call) -> Result<T, Error> {
        let mut drive = Drive::new(self.clone(), call.clone(), step);
        let mut turn = drive.start()?;
        loop {
            let promise = match turn {
                Turn::Done(value) => return Ok(value),
                Turn::Wait(promise) => promise,
            };
            let answer = wasm_bindgen_futures::JsFuture::from(promise).await;
            turn = drive.go_on(answer.ok().map(|bytes| js_sys::Uint8Array::new(&bytes).to_vec()))?;
        }
    }
}

/// What to do next with a flow under way.
#[derive(Debug)]
pub enum Turn<T> {
    /// Wait for this, and tell [`Drive::go_on`] what it brought.
    Wait(Promise),
    /// It is over.
    Done(T),
}

/// A flow under way.
#[derive(Debug)]
pub struct Drive<T> {
    client: Client,
    call: Call,
    at: At<T>,
}

/// Where it is.
#[derive(Debug)]
enum At<T> {
    Begun(Step<T>),
    Waiting(Asked, Next<T>),
    Over,
}

impl<T> Drive<T> {
    /// A flow whose first step is this.
    pub fn new(client: Client, call: Call, step: Step<T>) -> Self {
        Self { client, call, at: At::Begun(step) }
    }

    /// Begins.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub fn start(&mut self) -> Result<Turn<T>, Error> {
        self.go_on(None)
    }

    /// Goes on. `answer`: what the promise brought; `None` where it was rejected.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub fn go_on(&mut self, answer: Option<Vec<u8>>) -> Result<Turn<T>, Error> {
        let Inner { relation, host } = &*self.client.0;
        let mut step = match core::mem::replace(&mut self.at, At::Over) {
            At::Begun(step) => step,
            At::Waiting(asked, next) => {
                let event = host.finish(asked, answer, &self.call);
                next.resume(&mut relation.borrow_mut(), event, clock::now())?
            }
            At::Over => return Err(Code::InvalidArgument.at(Phase::Configuration).about("flow")),
        };
        loop {
            let (effect, next) = match step {
                Step::Done(value) => return Ok(Turn::Done(value)),
                Step::Ask(effect, next) => (effect, next),
            };
            match host.begin(effect, &self.call)? {
                Ok((asked, promise)) => {
                    self.at = At::Waiting(asked, next);
                    return Ok(Turn::Wait(promise));
                }
                Err(event) => step = next.resume(&mut relation.borrow_mut(), event, clock::now())?,
            }
        }
    }
}
