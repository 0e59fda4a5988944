//! The driver: one loop that performs the steps of any flow.

use alloc::rc::Rc;
use core::cell::RefCell;

use crate::{
    error::{Error, Phase},
    flow::{Event, Relation, Step},
    web::{
        clock, crypto,
        fetch::{self, Call},
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
    /// Takes a relation over. Whether signatures can be verified is the host's to know.
    pub fn new(mut relation: Relation) -> Self {
        relation.client.host_verifies = crypto::is_available();
        Self(Rc::new(Inner { relation: RefCell::new(relation), keys: crypto::Keys::default() }))
    }

    /// Looks at the relation. Never held across an await.
    pub fn with<R>(&self, look: impl FnOnce(&Relation) -> R) -> R {
        look(&self.0.relation.borrow())
    }

    /// Performs a flow to its end.
    ///
    /// # Errors
    /// Whatever ends the flow.
    pub async fn run<T>(&self, mut step: Step<T>, call: &Call) -> Result<T, Error> {
        loop {
            let (event, next): (Event, _) = match step {
                Step::Done(value) => return Ok(value),
                Step::Send(mut request, next) => {
                    request.add(&call.headers, Phase::Configuration)?;
                    (fetch::send(&request, call).await, next)
                }
                Step::Verify(check, next) => (crypto::check(&check, &self.0.keys).await, next),
            };
            step = next.resume(&mut self.0.relation.borrow_mut(), event, clock::now())?;
        }
    }
}
