//! Sending a form to one of the server's endpoints: the client authenticates, proves its DPoP key, and learns nonces.

use alloc::{borrow::Cow, string::String, sync::Arc};

use crate::{
    error::{Code, Phase},
    flow::{
        Effect, Event, Run, Signer, Stop,
        run::{Lesson, failed},
    },
    http::Response,
    jose::{
        jwk::OwnKey,
        jws::{self, Algorithm},
    },
    oauth::{assertion, client::Authentication, dpop::Proof, endpoint, fapi2},
    quirk::{deviation::Deviations, interop},
    secret::Secret,
    text::json::Object,
};

/// A form, and where it goes.
pub(super) struct Form<'a> {
    pub(super) endpoint: &'static str,
    pub(super) phase: Phase,
    pub(super) parameters: &'a [(Cow<'static, str>, Secret)],
    /// The media type of the answer.
    pub(super) accept: &'static str,
    /// Whether tokens come of it, which are to be bound.
    pub(super) dpop: bool,
}

/// What came back: a response, or why there is none.
pub(super) type Sent<'a> = Result<&'a Response, Code>;

impl<'a> Run<'a> {
    /// Sends a form that answers in JSON, and takes nothing but a response.
    pub(super) fn post(
        &mut self,
        endpoint: &'static str,
        phase: Phase,
        parameters: &[(Cow<'static, str>, Secret)],
    ) -> Result<&'a Response, Stop> {
        let form = Form { endpoint, phase, parameters, accept: "application/json", dpop: false };
        self.post_form(&form)?.map_err(|code| code.at(phase).into())
    }

    /// Sends a form. Where the server asks for a DPoP nonce it did not look at the grant (RFC 9449 §8), so it is sent a second time, once.
    pub(super) fn post_form(&mut self, form: &Form<'_>) -> Result<Sent<'a>, Stop> {
        let Form { endpoint, phase, parameters, .. } = *form;
        // Refused before anything is signed, if it is to be refused.
        fapi2::check(self.client, phase)?;
        self.server.endpoint(endpoint, self.client, phase)?;
        let bound = form.dpop && self.client.dpop;
        let mut first = bound;
        loop {
            let assertion = self.authenticate(phase)?;
            let mut request = endpoint::request(endpoint, phase, parameters, self.server, self.client, assertion.as_ref())?;
            request.accept(form.accept);
            if bound {
                let proof = self.prove(request.method, &request.url, None, phase)?;
                request.set("dpop", proof);
            }
            let url = request.url.clone();
            let event = self.ask(Effect::Send(request))?;
            if let Event::Failed(code) = event {
                return Ok(Err(*code));
            }
            let Event::Response(response) = event else { return Err(failed(event, phase)) };
            self.measure_clock(response);
            let news = self.learn_nonce(&url, response.dpop_nonce.as_deref());
            if !(first && news && asks_for_nonce(response)) {
                return Ok(Ok(response));
            }
            first = false;
        }
    }

    /// The client's JWT, where it authenticates by one.
    fn authenticate(&mut self, phase: Phase) -> Result<Option<Secret>, Stop> {
        let authentication = &self.client.authentication;
        match authentication {
            Authentication::None | Authentication::SecretBasic(..) | Authentication::SecretPost(_) | Authentication::Tls => {
                Ok(None)
            }
            Authentication::SecretJwt(secret) => {
                let input = self.assertion(Algorithm::Hs256, None, phase)?;
                let signature = jws::hmac(secret.expose(), &input);
                Ok(Some(jws::compact(input, &signature)))
            }
            Authentication::PrivateKeyJwt(kid) => {
                let algorithm = self.own_key(Signer::Client, phase)?.algorithm;
                let input = self.assertion(algorithm, kid.as_deref(), phase)?;
                self.sign(Signer::Client, input, phase).map(Some)
            }
        }
    }

    /// What is to be signed to authenticate. For whom: the issuer, unless the provider is known to want its token endpoint.
    fn assertion(&mut self, algorithm: Algorithm, kid: Option<&str>, phase: Phase) -> Result<String, Stop> {
        let [entropy, ..] = self.draw(phase)?;
        let audience = match self.client.provider.token_endpoint_audience {
            true => self.server.endpoint("token_endpoint", self.client, Phase::Token)?,
            false => &self.server.issuer,
        };
        Ok(assertion::signing_input(&self.client.id, audience, algorithm, kid, entropy, self.server_time()))
    }

    /// Makes a DPoP proof for a request; with the access token, where one is shown.
    pub(super) fn prove(&mut self, method: &str, url: &str, access_token: Option<&str>, phase: Phase) -> Result<Secret, Stop> {
        let key = self.own_key(Signer::Dpop, phase)?;
        let [entropy, ..] = self.draw(phase)?;
        let public = key.public.as_ref().ok_or_else(|| Code::InvalidArgument.at(phase).about("dpop"))?;
        let proof = Proof { method, url, nonce: self.learnt.nonces.get(url), access_token };
        let input = proof.signing_input(public, key.algorithm, entropy, self.server_time());
        self.sign(Signer::Dpop, input, phase)
    }

    /// What the host tells of a key, asked for once.
    pub(super) fn own_key(&mut self, signer: Signer, phase: Phase) -> Result<Arc<OwnKey>, Stop> {
        if let Some(key) = self.learnt.own_key(signer) {
            return Ok(key.clone());
        }
        let event = self.ask(Effect::Key(signer))?;
        let Event::Key(key) = event else { return Err(failed(event, phase)) };
        let option = if signer == Signer::Client { "clientAuth" } else { "dpop" };
        fapi2::check_key(self.client, key.algorithm, phase, option)?;
        let key = Arc::new(key.clone());
        self.learn(Lesson::Own(signer, key.clone()));
        Ok(key)
    }

    /// A signed token.
    pub(super) fn sign(&mut self, signer: Signer, input: String, phase: Phase) -> Result<Secret, Stop> {
        let event = self.ask(Effect::Sign(signer, input.clone()))?;
        if let Event::Signed(signature) = event { Ok(jws::compact(input, signature)) } else { Err(failed(event, phase)) }
    }
}

/// [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8).
fn asks_for_nonce(response: &Response) -> bool {
    let text = interop::object(response, &mut Deviations::default());
    let object = text.as_deref().ok().and_then(Object::parse);
    object.is_some_and(|object| object.string("error").is_some_and(|error| error == "use_dpop_nonce"))
}
