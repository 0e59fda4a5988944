//! Leaving for a login, and coming back from it.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{
        Effect, Event, Parameters, Relation, Signer, Step, Tokens,
        endpoint::{Form, draw, failed, own_key, post, sign},
        keys, tokens,
    },
    oauth::{
        authorization::{self, Begun, Pending, join_query},
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
        Step::ask(Effect::Draw, move |relation, event, now| {
            let Event::Drawn(entropy) = event else { return Err(failed(event, Phase::Authorization)) };
            let begun = authorization::start(&relation.server, &relation.client, &parameters, &entropy)?;
            bind(relation, begun, now)
        })
    }

    /// Finishes a login: judges the callback, redeems the code, judges the tokens.
    ///
    /// # Errors
    /// Those of [`Pending::receive`]; the rest come from the steps.
    pub fn callback(&mut self, callback: &str, pending: Pending, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let Some(token) = pending.response_token(callback)? else {
            let grant = pending.receive(callback, &self.server, &self.client)?;
            return redeem(self, grant, now);
        };
        let (parameters, signature) = jarm::judge(&token, &self.server, &self.client, self.server_time(now))?;
        keys::verify(self, signature, Phase::Callback, now)?.then(
            self,
            now,
            Box::new(move |relation, (), now| {
                let grant = pending.receive_parameters(&parameters, &relation.server, &relation.client)?;
                redeem(relation, grant, now)
            }),
        )
    }
}

fn redeem(relation: &mut Relation, grant: crate::oauth::token::Grant, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let grant = grant.with_default_resource(&relation.client);
    tokens::start(relation, grant, now)
}

type Leaving = Result<Step<(String, Pending)>, Error>;

/// Binds the code to the DPoP key, where the key will be there when the browser is back: RFC 9449 §10.
fn bind(relation: &mut Relation, mut begun: Begun, now: Timestamp) -> Leaving {
    if !relation.client.dpop_jkt {
        return protect(relation, begun, now);
    }
    own_key(relation, Signer::Dpop, Phase::Authorization)?.then(
        relation,
        now,
        Box::new(move |relation, key, now| {
            let public = key.public.ok_or_else(|| Code::InvalidArgument.at(Phase::Authorization).about("dpop"))?;
            begun.parameters.push(("dpop_jkt".into(), public.thumbprint()));
            protect(relation, begun, now)
        }),
    )
}

/// Signs the request, where the client signs its requests.
fn protect(relation: &mut Relation, mut begun: Begun, now: Timestamp) -> Leaving {
    if !relation.client.jar {
        return push(relation, begun, now);
    }
    own_key(relation, Signer::Client, Phase::Authorization)?.then(
        relation,
        now,
        Box::new(move |relation, key, now| {
            draw(Phase::Authorization, move |relation, entropy, now| {
                let (client, now) = (&relation.client, relation.server_time(now));
                let kid = client.authentication.kid();
                let input =
                    jar::signing_input(&begun.parameters, &client.id, &relation.server.issuer, key.algorithm, kid, &entropy, now);
                sign(Signer::Client, input, Phase::Authorization, move |token| {
                    begun.parameters.retain(|(name, _)| name == "client_id");
                    begun.parameters.push(("request".into(), token.expose().into()));
                    Ok(Step::Done(begun))
                })
            })?
            .then(relation, now, Box::new(push))
        }),
    )
}

/// Pushes the request, where the server or the client wants it so.
fn push(relation: &mut Relation, begun: Begun, now: Timestamp) -> Leaving {
    if !relation.server.requires_par && !relation.client.par && !relation.client.fapi2 {
        let url = begun.url(&relation.server, &relation.client)?;
        return Ok(Step::Done((url, begun.pending)));
    }
    // `client_id` comes with the client's authentication.
    let others = begun.parameters.iter().filter(|(name, _)| name != "client_id");
    let parameters: Vec<_> = others.map(|(name, value)| (name.clone().into(), Secret::new(value.as_str()))).collect();
    let form = Form { endpoint: "pushed_authorization_request_endpoint", phase: Phase::Authorization, parameters, dpop: false };
    post(relation, form, now)?.then(
        relation,
        now,
        Box::new(move |relation, sent, _| {
            let response = sent.map_err(|code| code.at(Phase::Authorization))?;
            let reference = par::receive(&response, &relation.client)?;
            let mut query = String::new();
            form::append(&mut query, "client_id", &relation.client.id);
            form::append(&mut query, "request_uri", &reference);
            let endpoint = relation.server.endpoint("authorization_endpoint", &relation.client, Phase::Authorization)?;
            Ok(Step::Done((join_query(endpoint, &query), begun.pending)))
        }),
    )
}
