//! Access tokens in use: at the userinfo endpoint, which is the server's own resource, and at those of others.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase},
    flow::{Relation, Run, Step, Stop, discovery::document},
    http::Request,
    jose::{jws::Jws, jwt::Claims},
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
        let (method, url, token) = (method.to_string(), url.to_string(), token.clone());
        self.begin(now, move |run| run.show(&method, &url, &token))
    }

    /// Learns from a resource's answer, whatever it is. Tells whether to send the request again, with new headers: where its proof was refused for
    /// want of a nonce that is there now. `proof`: the one that it carried, where it can be sent again at all, for the first time.
    pub fn learn(
        &mut self,
        url: &str,
        status: u16,
        www_authenticate: Option<&str>,
        dpop_nonce: Option<&str>,
        proof: Option<&str>,
    ) -> bool {
        let nonces = &mut self.learnt.nonces;
        nonces.learn(url, dpop_nonce);
        if !resource::asks_for_nonce(status, www_authenticate) {
            return false;
        }
        // Another request may have learnt it meanwhile: what counts is what this one carried.
        let (Some(proof), Some(nonce)) = (proof, nonces.get(url).filter(|nonce| dpop_nonce == Some(*nonce))) else {
            return false;
        };
        let proof = Jws::parse(proof).ok();
        let carried = proof.is_some_and(|proof| Claims::parse(&proof.payload).is_some_and(|claims| claims.is("nonce", nonce)));
        !carried
    }

    /// Asks who the user is: the claims, as JSON. `subject`: the `sub` of the ID token.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] without a subject, [`Code::UnsupportedByServer`], [`Code::InsecureUrl`]; the rest come from the steps, see [`userinfo::receive`].
    pub fn userinfo(&mut self, token: AccessToken, subject: Option<String>, now: Timestamp) -> Result<Step<String>, Error> {
        self.begin(now, move |run| run.userinfo(&token, subject.as_deref()))
    }

    /// Asks a resource for its metadata, at the place that goes with it or at the one that its challenge
    /// (`WWW-Authenticate`) named: the document.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`], [`Code::InsecureUrl`]; the rest come from the steps, see [`resource::metadata`].
    pub fn discover_resource(&mut self, resource: &str, challenge: Option<&str>) -> Result<Step<String>, Error> {
        let (resource, challenge) = (resource.to_string(), challenge.map(String::from));
        self.begin(Timestamp::from_seconds(0), move |run| run.discover_resource(&resource, challenge.as_deref()))
    }
}

impl Run<'_> {
    pub(crate) fn show(&mut self, method: &str, url: &str, token: &AccessToken) -> Result<Headers, Stop> {
        if !resource::allows(&self.client.api, url) {
            return Err(Code::OriginNotAllowed.at(Phase::Resource).about("api").into());
        }
        check_secure(url, self.client).map_err(|code| code.at(Phase::Resource).about("url"))?;
        self.headers(method, url, token, Phase::Resource)
    }

    pub(crate) fn userinfo(&mut self, token: &AccessToken, subject: Option<&str>) -> Result<String, Stop> {
        let phase = Phase::Userinfo;
        let subject = subject.filter(|_| !self.client.dangerously_skip_subject_check);
        if subject.is_none() && !self.client.dangerously_skip_subject_check {
            return Err(Code::InvalidArgument.at(phase).about("claims.sub").into());
        }
        let url = self.server.endpoint("userinfo_endpoint", self.client, phase)?;
        let mut first = token.dpop;
        let response = loop {
            let mut request = Request::get(url);
            request.accept(userinfo::ACCEPT);
            request.headers.extend(self.headers("GET", url, token, phase)?.into_iter().map(|(name, value)| (name.into(), value)));
            let response = self.send(request, phase)?;
            let news = self.learn_nonce(url, response.dpop_nonce.as_deref());
            if !(first && news && resource::asks_for_nonce(response.status, response.www_authenticate.as_deref())) {
                break response;
            }
            first = false;
        };
        let time = self.server_time();
        let (claims, signature) = userinfo::receive(response, &token.token, subject, self.server, self.client, time)?;
        self.vouch(signature.as_ref(), phase)?;
        Ok(claims)
    }

    pub(crate) fn discover_resource(&mut self, resource: &str, challenge: Option<&str>) -> Result<String, Stop> {
        let at = |code: Code| code.at(Phase::Resource).about("resource");
        let own = resource::location(resource).ok_or_else(|| at(Code::InvalidArgument))?;
        let url = challenge.and_then(resource::place).unwrap_or(own);
        check_secure(&url, self.client).map_err(at)?;
        let response = self.send(Request::get(&url), Phase::Resource)?;
        let text = document(response, Phase::Resource)?;
        resource::metadata(text, resource)?;
        Ok(text.into())
    }

    /// `Authorization`, and the proof where the token is bound.
    fn headers(&mut self, method: &str, url: &str, token: &AccessToken, phase: Phase) -> Result<Headers, Stop> {
        let mut headers = Vec::from([("authorization", token.authorization())]);
        if token.dpop {
            if !self.client.dpop {
                return Err(Code::InvalidArgument.at(phase).about("dpop").into());
            }
            headers.push(("dpop", self.prove(method, url, Some(token.token.expose()), phase)?));
        }
        Ok(headers)
    }
}
