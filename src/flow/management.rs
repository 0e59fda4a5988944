//! Tokens and clients at the server: revoking and introspecting the one, registering the other.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{
        Effect, Parameters, Relation, Step,
        endpoint::{Form, post, post_accepting},
        keys, response,
    },
    oauth::{introspection, registration, revocation},
    secret::Secret,
    time::Timestamp,
};

impl Relation {
    /// Gives a token back.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`]; the rest come from the steps, see [`revocation::receive`].
    pub fn revoke(&mut self, token: Secret, parameters: &Parameters, now: Timestamp) -> Result<Step<()>, Error> {
        let phase = Phase::Revocation;
        let form = form("revocation_endpoint", phase, &token, parameters)?;
        post(self, form, now)?.then(
            self,
            now,
            Box::new(move |relation, sent, _| {
                let response = sent.map_err(|code| code.at(phase))?;
                revocation::receive(&response, token.expose(), &relation.client).map(Step::Done)
            }),
        )
    }

    /// Asks what a token is worth: the members of the answer, as JSON.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`]; the rest come from the steps, see [`introspection::receive`].
    pub fn introspect(&mut self, token: Secret, parameters: &Parameters, now: Timestamp) -> Result<Step<String>, Error> {
        let phase = Phase::Introspection;
        let form = form("introspection_endpoint", phase, &token, parameters)?;
        let accept = if self.client.signed_introspection { introspection::SIGNED } else { "application/json" };
        post_accepting(self, form, accept, now)?.then(
            self,
            now,
            Box::new(move |relation, sent, now| {
                let response = sent.map_err(|code| code.at(phase))?;
                let time = relation.server_time(now);
                let (answer, signature) =
                    introspection::receive(&response, token.expose(), &relation.server, &relation.client, time)?;
                keys::vouch(relation, answer, signature, phase, now)
            }),
        )
    }

    /// Registers a client of this metadata, a JSON object: what the server made of it, as JSON.
    ///
    /// # Errors
    /// [`Code::UnsupportedByServer`], [`Code::InsecureUrl`]; the rest come from the steps, see [`registration::receive`].
    pub fn register(&mut self, metadata: &str, initial: Option<Secret>) -> Result<Step<String>, Error> {
        let request = registration::request(metadata, initial.as_ref(), &self.server, &self.client)?;
        Step::ask(Effect::Send(request), move |_, event, _| {
            let response = response(event).map_err(|code| code.at(Phase::Registration))?;
            registration::receive(&response, initial.as_ref()).map(Step::Done)
        })
    }
}

/// A form about a token.
fn form(endpoint: &'static str, phase: Phase, token: &Secret, parameters: &Parameters) -> Result<Form, Error> {
    const RESERVED: [&str; 5] = ["token", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
    if token.expose().is_empty() {
        return Err(Code::InvalidArgument.at(phase).about("token"));
    }
    let mut form = Vec::from([("token".into(), token.clone())]);
    for (name, value) in parameters {
        if RESERVED.contains(&name.as_str()) {
            return Err(Code::ReservedParameter.at(phase).about(name));
        }
        form.push((name.clone().into(), Secret::new(value.as_str())));
    }
    Ok(Form { endpoint, phase, parameters: form, dpop: false })
}
