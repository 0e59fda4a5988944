//! Asking until a decision is made: the device grant and CIBA, which wait in the same way.

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Run, Stop, Tokens, run::failed},
    limits,
    oauth::{device::Pace, token::Grant},
    time::Timestamp,
};

/// How a grant that is not ripe yet is asked by: at this pace, and after these seconds at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pace: Pace,
    at_least: u32,
}

impl Run<'_> {
    /// Asks by this grant until it is ripe, at this pace, beginning with a wait: nobody decides at once.
    pub(crate) fn poll(&mut self, grant: &Grant, pace: Pace) -> Result<Tokens, Stop> {
        let mut turn = self.turn.unwrap_or(Turn { pace, at_least: 0 });
        loop {
            let Turn { pace, at_least } = turn;
            // What would be asked after the end is not asked.
            let seconds = pace.interval.max(at_least);
            check_deadline(pace, self.now.plus(seconds.into()))?;
            let event = self.ask(Effect::Wait(seconds))?;
            let Event::Waited = event else { return Err(failed(event, Phase::Token)) };
            // A machine that slept in between wakes up later than it was told.
            check_deadline(pace, self.now)?;
            match self.tokens(grant.clone()) {
                Err(Stop::Failed(error)) => turn = again(pace, error)?,
                ended => return ended,
            }
            // Hours may pass like this: what was answered so far need not be remembered.
            self.begin_anew(turn);
        }
    }
}

fn check_deadline(pace: Pace, time: Timestamp) -> Result<(), Error> {
    if time > pace.expires_at { Err(Code::ExpiredToken.at(Phase::Token)) } else { Ok(()) }
}

/// The turn after one that ended so, [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.5),
/// [CIBA §11](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_error_response).
fn again(mut pace: Pace, error: Error) -> Result<Turn, Error> {
    let interval = pace.interval;
    let at_least = error.report().retry_after.unwrap_or(0);
    if error.code() == Code::SlowDown {
        pace.interval = interval.saturating_add(limits::SLOW_DOWN_SECONDS);
    } else if error.code() != Code::AuthorizationPending {
        if !is_passing(&error) {
            return Err(error);
        }
        if at_least == 0 {
            pace.interval = interval.saturating_mul(2).min(limits::POLL_SECONDS_MAX).max(interval);
        }
    }
    Ok(Turn { pace, at_least })
}

/// Whether the token endpoint was out of reach or overloaded, and said nothing of the grant.
fn is_passing(error: &Error) -> bool {
    let report = error.report();
    let status = report.status.unwrap_or(0);
    let overloaded = status == 429 || (status == 503 && report.retry_after.is_some());
    let out_of_reach = matches!(report.code, Code::Network | Code::Timeout | Code::ServerError | Code::TemporarilyUnavailable)
        || (status >= 500 && matches!(report.code, Code::NotOauthResponse | Code::OauthError));
    report.phase == Phase::Token && (overloaded || out_of_reach)
}
