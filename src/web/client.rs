//! The driver: one loop that performs the steps of any flow.

use alloc::rc::Rc;
use core::cell::RefCell;

use crate::{
    error::{Error, Phase},
    flow::{Effect, Relation, Step},
    web::{
        clock, crypto,
        fetch::{self, Call},
        random,
    },
};

/// A relation between a client and a server, with what the host remembers of it.
#[derive(Clone, Debug)]
pub struct Client(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    relation: RefCell<Relation>,
    keys: crypto::Keys,
}

impl Client {
    /// Takes a relation over, with the keys to sign with. Whether signatures can be verified is the host's to know.
    pub fn new(mut relation: Relation, keys: crypto::Keys) -> Self {
        relation.client.host_verifies = crypto::is_available();
        Self(Rc::new(Inner { relation: RefCell::new(relation), keys }))
    }

    /// Works with the relation. Never held across an await.
    pub fn with<R>(&self, work: impl FnOnce(&mut Relation) -> R) -> R {
        work(&mut self.0.relation.borrow_mut())
    }

    /// Performs a flow to its end.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub async fn run<T>(&self, mut step: Step<T>, call: &Call) -> Result<T, Error> {
        loop {
            let (effect, next) = match step {
                Step::Done(value) => return Ok(value),
                Step::Ask(effect, next) => (effect, next),
            };
            let keys = &self.0.keys;
            let event = match effect {
                Effect::Send(mut request) => {
                    request.add(&call.headers, Phase::Configuration)?;
                    fetch::send(&request, call).await
                }
                Effect::Verify(check) => crypto::check(&check, keys).await,
                Effect::Sign(signer, input) => crypto::own(signer, Some(&input), keys).await,
                Effect::Key(signer) => crypto::own(signer, None, keys).await,
                Effect::Draw => random::draw(),
                Effect::Wait(seconds) => clock::wait(seconds, call.signal.as_ref()).await,
            };
            step = next.resume(&mut self.0.relation.borrow_mut(), event, clock::now())?;
        }
    }
}
