//! Finding a server's metadata: OpenID's place first, then OAuth's.

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    flow::{Relation, Run, Step, Stop},
    http::{Request, Response},
    oauth::metadata::{self, Metadata},
    quirk::{deviation::Deviations, interop},
    text::excerpt::excerpt,
    time::Timestamp,
};

impl Relation {
    /// Asks an issuer for its metadata. When the flow is done, the relation has it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where the issuer is no URL or has a query or fragment, [`Code::InsecureUrl`].
    pub fn discover(&mut self, issuer: &str) -> Result<Step<()>, Error> {
        let issuer = String::from(issuer);
        self.begin(Timestamp::from_seconds(0), move |run| run.discover(&issuer).map(|_| ()))
    }
}

impl Run<'_> {
    /// The document.
    pub(crate) fn discover(&mut self, issuer: &str) -> Result<String, Stop> {
        let at = |code: Code| code.at(Phase::Discovery).about("issuer");
        let locations = metadata::locations(issuer).ok_or_else(|| at(Code::InvalidArgument))?;
        metadata::check_secure(issuer, self.client).map_err(at)?;
        let mut last = at(Code::UnsupportedByServer);
        for url in locations {
            let response = self.send(Request::get(&url), Phase::Discovery)?;
            match document(response, Phase::Discovery) {
                Ok(text) => {
                    let server = Metadata::parse(text)?.of_issuer(issuer, self.client)?;
                    let document = server.document.clone();
                    self.find(server);
                    return Ok(document);
                }
                // Overloaded is not elsewhere. Anything else may be the answer of a server that keeps its metadata in the next place.
                Err(error) if error.retryable() => return Err(error.into()),
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }
}

/// A JSON document that was asked for: status 200, whatever its media type.
pub(super) fn document(response: &Response, phase: Phase) -> Result<&str, Error> {
    let refuse = |code: Code| {
        let body = Some(excerpt(&response.body, &[]));
        response.error(code, phase).with(|report| report.body = body)
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
