//! Asking until a decision is made: the device grant and CIBA, which wait in the same way.

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Relation, Step, Tokens, endpoint::failed, tokens},
    limits,
    oauth::{device::Pace, token::Grant},
    time::Timestamp,
};

/// A grant that is not ripe yet.
#[derive(Debug)]
struct Poll {
    grant: Grant,
    pace: Pace,
}

/// Asks by this grant, at this pace, beginning with a wait: nobody decides at once.
pub(super) fn start(grant: Grant, pace: Pace, now: Timestamp) -> Result<Step<Tokens>, Error> {
    wait(Poll { grant, pace }, 0, now)
}

/// Waits for the interval, or longer where the server said so. What would be asked after the end is not asked.
fn wait(poll: Poll, at_least: u32, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let seconds = poll.pace.interval.max(at_least);
    poll.check_deadline(now.plus(seconds.into()))?;
    Step::ask(Effect::Wait(seconds), move |relation, event, now| {
        let Event::Waited = event else { return Err(failed(event, Phase::Token)) };
        // A machine that slept in between wakes up later than it was told.
        poll.check_deadline(now)?;
        let step = tokens::start(relation, poll.grant.clone(), now);
        watch(step, poll, now)
    })
}

/// The flow of one try. Where it ends in an answer that is none yet, there is another try.
fn watch(step: Result<Step<Tokens>, Error>, poll: Poll, now: Timestamp) -> Result<Step<Tokens>, Error> {
    match step {
        Ok(Step::Ask(effect, next)) => {
            Step::ask(effect, move |relation: &mut Relation, event, now| watch(next.resume(relation, event, now), poll, now))
        }
        Ok(done) => Ok(done),
        Err(error) => poll.again(error, now),
    }
}

impl Poll {
    fn check_deadline(&self, time: Timestamp) -> Result<(), Error> {
        if time > self.pace.expires_at { Err(Code::ExpiredToken.at(Phase::Token)) } else { Ok(()) }
    }

    /// [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.5),
    /// [CIBA §11](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_error_response).
    fn again(mut self, error: Error, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let interval = self.pace.interval;
        let asked_to_wait = error.report().retry_after.unwrap_or(0);
        if error.code() == Code::SlowDown {
            self.pace.interval = interval.saturating_add(limits::SLOW_DOWN_SECONDS);
        } else if error.code() != Code::AuthorizationPending {
            if !is_passing(&error) {
                return Err(error);
            }
            if asked_to_wait == 0 {
                self.pace.interval = interval.saturating_mul(2).min(limits::POLL_SECONDS_MAX).max(interval);
            }
        }
        wait(self, asked_to_wait, now)
    }
}

/// Whether the token endpoint was out of reach or overloaded, and said nothing of the grant.
fn is_passing(error: &Error) -> bool {
    let report = error.report();
    let overloaded = report.status.is_some_and(|status| status == 429 || status >= 500);
    report.phase == Phase::Token
        && (matches!(report.code, Code::Network | Code::Timeout | Code::ServerError | Code::TemporarilyUnavailable)
            || (overloaded && matches!(report.code, Code::NotOauthResponse | Code::OauthError)))
}
