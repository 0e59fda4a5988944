//! A login on the user's own device, [CIBA](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html).

use alloc::boxed::Box;

use crate::{
    error::{Error, Phase},
    flow::{
        Parameters, Relation, Step, Tokens,
        endpoint::{Form, post},
        poll, tokens,
    },
    oauth::{fapi2, token::Grant},
    oidc::ciba::{self, Backchannel},
    secret::Secret,
    time::Timestamp,
};

impl Relation {
    /// Has the server ask a user: exactly one of `login_hint`, `login_hint_token` and `id_token_hint` says whom,
    /// [§7](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.7).
    ///
    /// # Errors
    /// Those of [`ciba::check`], [`Code::UnsupportedByServer`](crate::error::Code::UnsupportedByServer); the rest come from the steps.
    pub fn backchannel_authentication(&mut self, parameters: &Parameters, now: Timestamp) -> Result<Step<Backchannel>, Error> {
        fapi2::refuse(&self.client, Phase::Authorization, "backchannel_authentication_endpoint")?;
        ciba::check(parameters, self.client.scope.as_deref())?;
        let notification = parameters.iter().find(|(name, _)| name == "client_notification_token");
        let notification = notification.map(|(_, token)| Secret::new(token.as_str()));
        let parameters = Grant::untyped(parameters, Phase::Authorization)?.with_defaults(&self.client).into_parameters();
        let form = Form { endpoint: "backchannel_authentication_endpoint", phase: Phase::Authorization, parameters, dpop: false };
        post(self, form, now)?.then(
            self,
            now,
            Box::new(move |relation, sent, now| {
                let response = sent.map_err(|code| code.at(Phase::Authorization))?;
                Ok(Step::Done(Backchannel::receive(&response, notification, &relation.client, now)?))
            }),
        )
    }

    /// Asks until the user has decided: the poll mode.
    ///
    /// # Errors
    /// [`Code::ExpiredToken`](crate::error::Code::ExpiredToken) where the time is over; the rest come from the steps.
    pub fn poll_backchannel(&mut self, request: &Backchannel, now: Timestamp) -> Result<Step<Tokens>, Error> {
        poll::start(request.grant(), request.pace, now)
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
        request.receive_ping(authorization, body)?;
        tokens::start(self, request.grant(), now)
    }
}
