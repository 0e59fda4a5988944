//! Tokens and clients at the server: revoking and introspecting the one, registering the other.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Parameters, Relation, Run, Step, Stop, endpoint::Form},
    oauth::{introspection, registration, revocation},
    secret::Secret,
    text::is_one_of,
    time::Timestamp,
};

impl Relation {
    /// Gives a token back.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`]; the rest come from the steps, see [`revocation::receive`].
    pub fn revoke(&mut self, token: Secret, parameters: &Parameters, now: Timestamp) -> Result<Step<()>, Error> {
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.revoke(token.expose(), &parameters))
    }

    /// Asks what a token is worth: the members of the answer, as JSON.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`]; the rest come from the steps, see [`introspection::receive`].
    pub fn introspect(&mut self, token: Secret, parameters: &Parameters, now: Timestamp) -> Result<Step<String>, Error> {
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.introspect(token.expose(), &parameters))
    }

    /// Registers a client of this metadata, a JSON object: what the server made of it, as JSON.
    ///
    /// # Errors
    /// [`Code::UnsupportedByServer`], [`Code::InsecureUrl`]; the rest come from the steps, see [`registration::receive`].
    pub fn register(&mut self, metadata: &str, initial: Option<Secret>) -> Result<Step<String>, Error> {
        let metadata = String::from(metadata);
        self.begin(Timestamp::from_seconds(0), move |run| run.register(&metadata, initial.as_ref()))
    }
}

impl Run<'_> {
    pub(crate) fn revoke(&mut self, token: &str, parameters: &Parameters) -> Result<(), Stop> {
        let phase = Phase::Revocation;
        let response = self.post("revocation_endpoint", phase, &form(phase, token, parameters)?)?;
        Ok(revocation::receive(response, token, self.client)?)
    }

    pub(crate) fn introspect(&mut self, token: &str, parameters: &Parameters) -> Result<String, Stop> {
        let phase = Phase::Introspection;
        let form = Form {
            endpoint: "introspection_endpoint",
            phase,
            parameters: &form(phase, token, parameters)?,
            accept: if self.client.signed_introspection { introspection::SIGNED } else { "application/json" },
            dpop: false,
        };
        let response = self.post_form(&form)?.map_err(|code| code.at(phase))?;
        let (answer, signature) = introspection::receive(response, token, self.server, self.client, self.server_time())?;
        self.vouch(signature.as_ref(), phase)?;
        Ok(answer)
    }

    pub(crate) fn register(&mut self, metadata: &str, initial: Option<&Secret>) -> Result<String, Stop> {
        let request = registration::request(metadata, initial, self.server, self.client)?;
        let response = self.send(request, Phase::Registration)?;
        Ok(registration::receive(response, initial)?)
    }
}

/// The form about a token.
fn form(phase: Phase, token: &str, parameters: &Parameters) -> Result<Vec<(Cow<'static, str>, Secret)>, Error> {
    const RESERVED: [&str; 5] = ["token", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
    if token.is_empty() {
        return Err(Code::InvalidArgument.at(phase).about("token"));
    }
    let mut form = Vec::from([("token".into(), Secret::new(token))]);
    for (name, value) in parameters {
        if is_one_of(name, &RESERVED) {
            return Err(Code::ReservedParameter.at(phase).about(name));
        }
        form.push((name.clone().into(), Secret::new(value.as_str())));
    }
    Ok(form)
}
