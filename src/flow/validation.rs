//! Tokens that others bring: access tokens to a resource server, logout tokens to a client.

use alloc::{boxed::Box, string::String};

use crate::{
    error::{Error, Phase},
    flow::{Relation, Step, keys},
    oauth::access_token::{self, Expected, Received},
    oidc::logout,
    time::Timestamp,
};

impl Relation {
    /// Judges the access token of a request, and its DPoP proof: `{claims, dpop?}`, as JSON.
    ///
    /// # Errors
    /// Those of [`access_token::judge`]; the rest come from the steps.
    pub fn validate_access_token(
        &mut self,
        received: &Received,
        expected: &Expected,
        now: Timestamp,
    ) -> Result<Step<String>, Error> {
        let time = self.server_time(now);
        let judged = access_token::judge(received, expected, &self.server, &self.client, time, now)?;
        let (json, proof) = (judged.json, judged.proof);
        keys::verify(self, judged.signature, Phase::AccessToken, now)?.then(
            self,
            now,
            Box::new(move |relation, (), now| match proof {
                Some(check) => {
                    keys::prove(check, Phase::AccessToken)?.then(relation, now, Box::new(move |_, (), _| Ok(Step::Done(json))))
                }
                None => Ok(Step::Done(json)),
            }),
        )
    }

    /// Judges a logout token that the server posted: its claims, as JSON.
    ///
    /// # Errors
    /// Those of [`logout::judge`]; the rest come from the steps.
    pub fn validate_logout_token(&mut self, token: &str, now: Timestamp) -> Result<Step<String>, Error> {
        let (claims, signature) = logout::judge(token, &self.server, &self.client, self.server_time(now))?;
        keys::vouch(self, claims, signature, Phase::LogoutToken, now)
    }
}
