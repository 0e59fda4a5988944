//! The server's keys: kept for a while, fetched anew when old, and once when a token names one that is not among them.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Relation, Step, discovery::document, endpoint::failed, response},
    http::Request,
    jose::{
        jwk::KeySet,
        jws::{Check, Jws},
    },
    limits,
    time::Timestamp,
};

/// Keys, and when they were fetched.
#[derive(Debug)]
pub(super) struct Keys {
    set: KeySet,
    fetched: Timestamp,
}

impl Keys {
    /// Also where the clock was turned back since.
    fn older_than(&self, seconds: i64, now: Timestamp) -> bool {
        now >= self.fetched.plus(seconds) || now < self.fetched
    }
}

/// Makes sure that there are fresh keys.
pub(super) fn ready(relation: &mut Relation, now: Timestamp) -> Result<Step<()>, Error> {
    if relation.keys.as_ref().is_some_and(|keys| !keys.older_than(limits::KEYS_FRESH_SECONDS, now)) {
        return Ok(Step::Done(()));
    }
    fetch(relation)
}

/// Verifies a signature of the server's. Tokens are judged before they come here: this is the last check.
pub(super) fn verify(relation: &mut Relation, signature: Jws, phase: Phase, now: Timestamp) -> Result<Step<()>, Error> {
    if !relation.client.host_verifies {
        return Err(Code::CryptoUnavailable.at(phase));
    }
    if let (candidates, false) = candidates(relation, &signature, now) {
        return try_each(candidates, phase);
    }
    fetch(relation)?.then(
        relation,
        now,
        Box::new(move |relation, (), now| try_each(candidates(relation, &signature, now).0, phase)),
    )
}

/// Hands text on once its signature is verified, where it has one.
pub(super) fn vouch(
    relation: &mut Relation,
    text: String,
    signature: Option<Jws>,
    phase: Phase,
    now: Timestamp,
) -> Result<Step<String>, Error> {
    let Some(signature) = signature else { return Ok(Step::Done(text)) };
    verify(relation, signature, phase, now)?.then(relation, now, Box::new(move |_, (), _| Ok(Step::Done(text))))
}

/// Verifies a DPoP proof's signature by its own key: RFC 9449 §4.3, step 6.
pub(super) fn prove(check: Check, phase: Phase) -> Result<Step<()>, Error> {
    Step::ask(Effect::Verify(check), move |_, event, _| {
        // A key that cannot be imported is the sender's to correct.
        let unusable = matches!(event, Event::Failed(Code::AlgorithmUnsupported));
        if !unusable && is_right(event, phase)? {
            return Ok(Step::Done(()));
        }
        Err(Code::DpopProofRefused.at(phase).about("signature"))
    })
}

/// The keys that may have made a signature, as far as they are known, and whether to ask for newer ones.
fn candidates(relation: &Relation, signature: &Jws, now: Timestamp) -> (Vec<Check>, bool) {
    let Some(keys) = &relation.keys else { return (Vec::new(), true) };
    let fitting = keys.set.fitting(signature.algorithm, signature.kid.as_deref());
    let checks: Vec<_> = fitting.take(limits::KEY_CANDIDATES).map(|key| signature.check(key)).collect();
    let older_than = |seconds| keys.older_than(seconds, now);
    let stale = older_than(limits::KEYS_FRESH_SECONDS) || (checks.is_empty() && older_than(limits::KEYS_COOLDOWN_SECONDS));
    (checks, stale)
}

/// Verifies with one candidate after the other.
fn try_each(mut candidates: Vec<Check>, phase: Phase) -> Result<Step<()>, Error> {
    let Some(check) = candidates.pop() else { return Err(Code::KeyNotFound.at(phase).about("kid")) };
    Step::ask(Effect::Verify(check), move |_, event, _| {
        if is_right(event, phase)? {
            return Ok(Step::Done(()));
        }
        if candidates.is_empty() { Err(Code::SignatureInvalid.at(phase)) } else { try_each(candidates, phase) }
    })
}

/// What the host found of a signature.
fn is_right(event: Event, phase: Phase) -> Result<bool, Error> {
    if let Event::Verified(right) = event { Ok(right) } else { Err(failed(event, phase)) }
}

fn fetch(relation: &Relation) -> Result<Step<()>, Error> {
    let url = relation.server.endpoint("jwks_uri", &relation.client, Phase::Jwks)?;
    Step::ask(Effect::Send(Request::get(url)), |relation, event, now| {
        let response = response(event).map_err(|code| code.at(Phase::Jwks))?;
        let set = KeySet::parse(document(&response, Phase::Jwks)?);
        let set = set.ok_or_else(|| Code::InvalidMember.at(Phase::Jwks).about("keys"))?;
        relation.keys = Some(Keys { set, fetched: now });
        Ok(Step::Done(()))
    })
}
