//! The server's keys: kept for a while, fetched anew when old, and once when a token names one that is not among them.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    error::{Code, Phase},
    flow::{
        Effect, Event, Run, Stop,
        discovery::document,
        run::{Lesson, failed},
    },
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
    /// They were fetched because a token named one that was not among those before.
    sought: bool,
}

impl Keys {
    /// Also where the clock was turned back since.
    fn older_than(&self, seconds: i64, now: Timestamp) -> bool {
        now >= self.fetched.plus(seconds) || now < self.fetched
    }
}

impl Run<'_> {
    /// Makes sure that there are fresh keys.
    pub(super) fn ready_keys(&mut self) -> Result<(), Stop> {
        let fresh = self.learnt.keys.as_ref().is_some_and(|keys| !keys.older_than(limits::KEYS_FRESH_SECONDS, self.now));
        if fresh { Ok(()) } else { self.fetch_keys(false) }
    }

    /// Verifies a signature of the server's. Tokens are judged before they come here: this is the last check.
    pub(super) fn verify(&mut self, signature: &Jws, phase: Phase) -> Result<(), Stop> {
        if !self.client.host_verifies {
            return Err(Code::CryptoUnavailable.at(phase).into());
        }
        let (mut candidates, stale) = self.candidates(signature);
        if stale {
            self.fetch_keys(self.learnt.keys.is_some() && candidates.is_empty())?;
            (candidates, _) = self.candidates(signature);
        }
        if candidates.is_empty() {
            return Err(Code::KeyNotFound.at(phase).about("kid").into());
        }
        let mut refused = Code::AlgorithmUnsupported;
        while let Some(check) = candidates.pop() {
            let event = self.ask(Effect::Verify(check))?;
            // A key that cannot be imported does not speak for the others: RFC 7517 §5.
            if matches!(event, Event::Failed(Code::AlgorithmUnsupported)) {
                continue;
            }
            if is_right(event, phase)? {
                return Ok(());
            }
            refused = Code::SignatureInvalid;
        }
        Err(refused.at(phase).into())
    }

    /// Verifies the signature of a text, where it has one.
    pub(super) fn vouch(&mut self, signature: Option<&Jws>, phase: Phase) -> Result<(), Stop> {
        signature.map_or(Ok(()), |signature| self.verify(signature, phase))
    }

    /// Verifies a DPoP proof's signature by its own key: RFC 9449 §4.3, step 6.
    pub(super) fn verify_proof(&mut self, check: Check, phase: Phase) -> Result<(), Stop> {
        let event = self.ask(Effect::Verify(check))?;
        // A key that cannot be imported is the sender's to correct.
        let unusable = matches!(event, Event::Failed(Code::AlgorithmUnsupported));
        if !unusable && is_right(event, phase)? {
            return Ok(());
        }
        Err(Code::DpopProofRefused.at(phase).about("signature").into())
    }

    /// The keys that may have made a signature, as far as they are known, and whether to ask for newer ones.
    fn candidates(&self, signature: &Jws) -> (Vec<Check>, bool) {
        let Some(keys) = &self.learnt.keys else { return (Vec::new(), true) };
        let fitting = keys.set.fitting(signature.algorithm, signature.kid.as_deref());
        let checks: Vec<_> = fitting.take(limits::KEY_CANDIDATES).map(|key| signature.check(key)).collect();
        let older_than = |seconds| keys.older_than(seconds, self.now);
        // A server may take a new key into use right after it was asked: that is looked for once, also in keys of this moment.
        let sought = keys.sought && !older_than(limits::KEYS_COOLDOWN_SECONDS);
        let stale = older_than(limits::KEYS_FRESH_SECONDS) || (checks.is_empty() && !sought);
        (checks, stale)
    }

    fn fetch_keys(&mut self, sought: bool) -> Result<(), Stop> {
        let url = self.server.endpoint("jwks_uri", self.client, Phase::Jwks)?;
        let response = self.send(Request::get(url), Phase::Jwks)?;
        let set = KeySet::parse(document(response, Phase::Jwks)?);
        let set = set.ok_or_else(|| Code::InvalidMember.at(Phase::Jwks).about("keys"))?;
        self.learn(Lesson::Keys(Arc::new(Keys { set, fetched: self.now, sought })));
        Ok(())
    }
}

/// What the host found of a signature.
fn is_right(event: &Event, phase: Phase) -> Result<bool, Stop> {
    if let Event::Verified(right) = event { Ok(*right) } else { Err(failed(event, phase)) }
}
