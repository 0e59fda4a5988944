//! A login on the user's own device, [CIBA](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html).

use alloc::string::String;

use crate::{
    error::{Error, Phase},
    flow::{Parameters, Relation, Run, Step, Stop, Tokens},
    oauth::{fapi2, token::Grant},
    oidc::ciba::{self, Backchannel},
    secret::Secret,
    text::form,
    time::Timestamp,
};

impl Relation {
    /// Has the server ask a user: exactly one of `login_hint`, `login_hint_token` and `id_token_hint` says whom,
    /// [§7](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.7).
    ///
    /// # Errors
    /// Those of [`ciba::check`], [`Code::UnsupportedByServer`](crate::error::Code::UnsupportedByServer); the rest come from the steps.
    pub fn backchannel_authentication(&mut self, parameters: &Parameters, now: Timestamp) -> Result<Step<Backchannel>, Error> {
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.backchannel_authentication(&parameters))
    }

    /// Asks until the user has decided: the poll mode.
    ///
    /// # Errors
    /// [`Code::ExpiredToken`](crate::error::Code::ExpiredToken) where the time is over; the rest come from the steps.
    pub fn poll_backchannel(&mut self, request: &Backchannel, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let (grant, pace) = (request.grant(), request.pace);
        self.begin(now, move |run| run.poll(&grant, pace))
    }

    /// Takes a ping, by its `Authorization` header and its body, and asks once: the ping mode.
    ///
    /// # Errors
    /// Those of [`Backchannel::receive_ping`]; the rest come from the steps.
    pub fn ping(
        &mut self,
        request: &Backchannel,
        authorization: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<Step<Tokens>, Error> {
        let (request, authorization, body) = (request.clone(), String::from(authorization), String::from(body));
        self.begin(now, move |run| run.ping(&request, &authorization, &body))
    }
}

impl Run<'_> {
    pub(crate) fn backchannel_authentication(&mut self, parameters: &Parameters) -> Result<Backchannel, Stop> {
        let phase = Phase::Authorization;
        fapi2::refuse(self.client, phase, "backchannel_authentication_endpoint")?;
        ciba::check(parameters, self.client.scope.as_deref())?;
        let notification = form::get(parameters, "client_notification_token").map(Secret::new);
        let sent = Grant::untyped(parameters, phase)?.with_defaults(self.client).into_parameters();
        let response = self.post("backchannel_authentication_endpoint", phase, &sent)?;
        Ok(Backchannel::receive(response, notification, self.client, self.now)?)
    }

    pub(crate) fn ping(&mut self, request: &Backchannel, authorization: &str, body: &str) -> Result<Tokens, Stop> {
        request.receive_ping(authorization, body)?;
        self.tokens(request.grant())
    }
}
