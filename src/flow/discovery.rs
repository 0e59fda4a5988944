//! Finding a server's metadata: OpenID's place first, then OAuth's.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Relation, Step, response},
    http::{Request, Response},
    oauth::metadata::{self, Metadata},
    quirk::{deviation::Deviations, interop},
    text::excerpt::excerpt,
};

impl Relation {
    /// Asks an issuer for its metadata. When the flow is done, the relation has it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where the issuer is no URL or has a query or fragment, [`Code::InsecureUrl`].
    pub fn discover(&self, issuer: &str) -> Result<Step<()>, Error> {
        let at = |code: Code| code.at(Phase::Discovery).about("issuer");
        let mut locations = metadata::locations(issuer).ok_or_else(|| at(Code::InvalidArgument))?;
        metadata::check_secure(issuer, &self.client).map_err(at)?;
        locations.reverse();
        ask(issuer.into(), locations, Code::UnsupportedByServer.at(Phase::Discovery).about("issuer"))
    }
}

/// Asks at the next place; where there is none left, `last` is why.
fn ask(issuer: String, mut locations: Vec<String>, last: Error) -> Result<Step<()>, Error> {
    let Some(url) = locations.pop() else { return Err(last) };
    Step::ask(Effect::Send(Request::get(&url)), move |relation, event, _| {
        let response = response(event).map_err(|code| code.at(Phase::Discovery))?;
        match document(&response, Phase::Discovery) {
            Ok(text) => {
                relation.server = Metadata::parse(text)?.of_issuer(&issuer, &relation.client)?;
                Ok(Step::Done(()))
            }
            // Overloaded is not elsewhere. Anything else may be the answer of a server that keeps its metadata in the next place.
            Err(error) if error.retryable() => Err(error),
            Err(error) => ask(issuer, locations, error),
        }
    })
}

/// A JSON document that was asked for: status 200, whatever its media type.
pub(super) fn document(response: &Response, phase: Phase) -> Result<&str, Error> {
    let refuse = |code: Code| {
        let body = Some(excerpt(&response.body, &[]));
        code.at(phase).with(|report| {
            report.status = Some(response.status);
            report.retry_after = response.wait();
            report.body = body;
        })
    };
    let text = core::str::from_utf8(response.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&response.body));
    let (200, Ok(text)) = (response.status, text) else { return Err(refuse(Code::NotOauthResponse)) };
    interop::object(response, &mut Deviations::default()).map(|_| text).map_err(|unreadable| {
        refuse(match unreadable {
            interop::Unreadable::NotOauth => Code::NotOauthResponse,
            interop::Unreadable::MalformedJson => Code::MalformedJson,
        })
    })
}
