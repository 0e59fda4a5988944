//! Access tokens in use: at the userinfo endpoint, which is the server's own resource, and at those of others.

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Relation, Step, discovery::document, endpoint::prove, keys, response},
    http::Request,
    oauth::{
        metadata::check_secure,
        resource::{self, AccessToken},
    },
    oidc::userinfo,
    secret::Secret,
    time::Timestamp,
};

/// Names and values of headers.
pub type Headers = Vec<(&'static str, Secret)>;

impl Relation {
    /// The headers to show a token with in a request of the caller's, if it may go there.
    ///
    /// # Errors
    /// [`Code::OriginNotAllowed`] unless a prefix in [`api`](crate::oauth::client::Client::api) says so, [`Code::InsecureUrl`], [`Code::InvalidArgument`] for a DPoP token without a key.
    pub fn show(&mut self, method: &str, url: &str, token: &AccessToken, now: Timestamp) -> Result<Step<Headers>, Error> {
        if !resource::allows(&self.client.api, url) {
            return Err(Code::OriginNotAllowed.at(Phase::Resource).about("api"));
        }
        check_secure(url, &self.client).map_err(|code| code.at(Phase::Resource).about("url"))?;
        headers(self, method.to_string(), url.into(), token, Phase::Resource, now)
    }

    /// Learns from a resource's answer, whatever it is. Tells whether to send the request again, with new headers: where a proof was refused for
    /// want of a nonce that is there now, and the request can be sent again at all, for the first time.
    pub fn learn(
        &mut self,
        url: &str,
        status: u16,
        www_authenticate: Option<&str>,
        dpop_nonce: Option<&str>,
        again: bool,
    ) -> bool {
        let news = self.nonces.learn(url, dpop_nonce);
        again && news && resource::asks_for_nonce(status, www_authenticate)
    }

    /// Asks who the user is: the claims, as JSON. `subject`: the `sub` of the ID token.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] without a subject, [`Code::UnsupportedByServer`], [`Code::InsecureUrl`]; the rest come from the steps, see [`userinfo::receive`].
    pub fn userinfo(&mut self, token: AccessToken, subject: Option<String>, now: Timestamp) -> Result<Step<String>, Error> {
        let subject = subject.filter(|_| !self.client.dangerously_skip_subject_check);
        if subject.is_none() && !self.client.dangerously_skip_subject_check {
            return Err(Code::InvalidArgument.at(Phase::Userinfo).about("claims.sub"));
        }
        ask_userinfo(self, token, subject, true, now)
    }

    /// Asks a resource for its metadata, at the place that goes with it or at the one that its challenge
    /// (`WWW-Authenticate`) named: the document.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`], [`Code::InsecureUrl`]; the rest come from the steps, see [`resource::metadata`].
    pub fn discover_resource(&self, resource: &str, challenge: Option<&str>) -> Result<Step<String>, Error> {
        let at = |code: Code| code.at(Phase::Resource).about("resource");
        let own = resource::location(resource).ok_or_else(|| at(Code::InvalidArgument))?;
        let url = challenge.and_then(resource::place).unwrap_or(own);
        check_secure(&url, &self.client).map_err(at)?;
        let resource = resource.to_string();
        Step::ask(Effect::Send(Request::get(&url)), move |_, event, _| {
            let response = response(event).map_err(|code| code.at(Phase::Resource))?;
            let text = document(&response, Phase::Resource)?;
            resource::metadata(text, &resource)?;
            Ok(Step::Done(text.into()))
        })
    }
}

fn ask_userinfo(
    relation: &mut Relation,
    token: AccessToken,
    subject: Option<String>,
    first: bool,
    now: Timestamp,
) -> Result<Step<String>, Error> {
    let phase = Phase::Userinfo;
    let url = relation.server.endpoint("userinfo_endpoint", &relation.client, phase)?.to_string();
    headers(relation, "GET".into(), url.clone(), &token, phase, now)?.then(
        relation,
        now,
        Box::new(move |_, headers, _| {
            let mut request = Request::get(&url);
            request.accept(userinfo::ACCEPT);
            for (name, value) in headers {
                request.set(name, value);
            }
            Step::ask(Effect::Send(request), move |relation, event, now| {
                let response = response(event).map_err(|code| code.at(phase))?;
                let (challenge, nonce) = (response.www_authenticate.as_deref(), response.dpop_nonce.as_deref());
                if relation.learn(&url, response.status, challenge, nonce, first && token.dpop) {
                    return ask_userinfo(relation, token, subject, false, now);
                }
                let time = relation.server_time(now);
                let (server, client) = (&relation.server, &relation.client);
                let (claims, signature) = userinfo::receive(&response, &token.token, subject.as_deref(), server, client, time)?;
                keys::vouch(relation, claims, signature, phase, now)
            })
        }),
    )
}

/// `Authorization`, and the proof where the token is bound.
fn headers(
    relation: &mut Relation,
    method: String,
    url: String,
    token: &AccessToken,
    phase: Phase,
    now: Timestamp,
) -> Result<Step<Headers>, Error> {
    let authorization = ("authorization", token.authorization());
    if !token.dpop {
        return Ok(Step::Done(Vec::from([authorization])));
    }
    if !relation.client.dpop {
        return Err(Code::InvalidArgument.at(phase).about("dpop"));
    }
    prove(relation, method.into(), url, Some(token.token.clone()), phase, now)?.then(
        relation,
        now,
        Box::new(move |_, proof, _| Ok(Step::Done(Vec::from([authorization, ("dpop", proof)])))),
    )
}
