//! Leaving for a login, and coming back from it.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Parameters, Relation, Run, Signer, Step, Stop, Tokens},
    oauth::{
        authorization::{self, Begun, Pending, join_query},
        client::Authentication,
        jar, jarm, par,
    },
    secret::Secret,
    text::form,
    time::Timestamp,
};

impl Relation {
    /// Begins a login: the URL to send the browser to, and what to keep until it is back. Where the server or the client asks for it,
    /// the request is signed (RFC 9101) and pushed (RFC 9126).
    ///
    /// # Errors
    /// Those of [`authorization::start`] and of the steps.
    pub fn authorize(&mut self, parameters: &Parameters) -> Result<Step<(String, Pending)>, Error> {
        let parameters = parameters.to_vec();
        // What time it is counts once the first step is done.
        self.begin(Timestamp::from_seconds(0), move |run| run.authorize(&parameters))
    }

    /// Finishes a login: judges the callback, redeems the code, judges the tokens.
    ///
    /// # Errors
    /// Those of [`Pending::receive`]; the rest come from the steps.
    pub fn callback(&mut self, callback: &str, pending: Pending, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let callback = String::from(callback);
        self.begin(now, move |run| run.callback(&callback, pending.clone()))
    }
}

impl Run<'_> {
    pub(crate) fn authorize(&mut self, parameters: &Parameters) -> Result<(String, Pending), Stop> {
        let entropy = self.draw(Phase::Authorization)?;
        let mut begun = authorization::start(self.server, self.client, parameters, entropy)?;
        if self.client.dpop_jkt {
            self.bind(&mut begun)?;
        }
        if self.client.jar {
            self.protect(&mut begun)?;
        }
        let pushed = self.server.requires_par || self.client.par || self.client.fapi2;
        let url = if pushed { self.push(&begun)? } else { begun.url(self.server, self.client)? };
        Ok((url, begun.pending))
    }

    /// Binds the code to the DPoP key, where the key will be there when the browser is back: RFC 9449 §10.
    fn bind(&mut self, begun: &mut Begun) -> Result<(), Stop> {
        let key = self.own_key(Signer::Dpop, Phase::Authorization)?;
        let public = key.public.as_ref().ok_or_else(|| Code::InvalidArgument.at(Phase::Authorization).about("dpop"))?;
        begun.parameters.push(("dpop_jkt".into(), public.thumbprint()));
        Ok(())
    }

    /// Signs the request, where the client signs its requests.
    fn protect(&mut self, begun: &mut Begun) -> Result<(), Stop> {
        let phase = Phase::Authorization;
        let algorithm = self.own_key(Signer::Client, phase)?.algorithm;
        let [entropy, ..] = self.draw(phase)?;
        let (client, issuer, now) = (self.client, &self.server.issuer, self.server_time());
        let kid = client.authentication.kid();
        let input = jar::signing_input(&begun.parameters, &client.id, issuer, algorithm, kid, entropy, now);
        let token = self.sign(Signer::Client, input, phase)?;
        begun.parameters.retain(|(name, _)| name == "client_id");
        begun.parameters.push(("request".into(), token.expose().into()));
        Ok(())
    }

    /// Pushes the request, where the server or the client wants it so: the URL to leave by.
    fn push(&mut self, begun: &Begun) -> Result<String, Stop> {
        // `client_id` comes with the client's authentication, but for HTTP Basic, which has it in a header: RFC 9126 §2.1 wants it in the form.
        let in_header = matches!(self.client.authentication, Authentication::SecretBasic(..));
        let others = begun.parameters.iter().filter(|(name, _)| in_header || name != "client_id");
        let parameters: Vec<_> = others.map(|(name, value)| (name.clone().into(), Secret::new(value.as_str()))).collect();
        let response = self.post("pushed_authorization_request_endpoint", Phase::Authorization, &parameters)?;
        let reference = par::receive(response, self.client)?;
        let mut query = String::new();
        form::append(&mut query, "client_id", &self.client.id);
        form::append(&mut query, "request_uri", &reference);
        let endpoint = self.server.endpoint("authorization_endpoint", self.client, Phase::Authorization)?;
        Ok(join_query(endpoint, &query))
    }

    pub(crate) fn callback(&mut self, callback: &str, pending: Pending) -> Result<Tokens, Stop> {
        let grant = match pending.response_token(callback)? {
            None => pending.receive(callback, self.server, self.client)?,
            Some(token) => {
                let (parameters, signature) = jarm::judge(&token, self.server, self.client, self.server_time())?;
                self.verify(&signature, Phase::Callback)?;
                pending.receive_parameters(&parameters, self.server, self.client)?
            }
        };
        // What the login named, or, where it does not say, the client's own.
        self.tokens(grant.with_default_resource(self.client))
    }
}
