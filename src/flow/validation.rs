//! Tokens that others bring: access tokens to a resource server, logout tokens to a client.

use alloc::string::String;

use crate::{
    error::{Error, Phase},
    flow::{Relation, Run, Step, Stop},
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
        let (received, expected) = (received.clone(), expected.clone());
        self.begin(now, move |run| run.validate_access_token(&received, &expected))
    }

    /// Judges a logout token that the server posted: its claims, as JSON.
    ///
    /// # Errors
    /// Those of [`logout::judge`]; the rest come from the steps.
    pub fn validate_logout_token(&mut self, token: &str, now: Timestamp) -> Result<Step<String>, Error> {
        let token = String::from(token);
        self.begin(now, move |run| run.validate_logout_token(&token))
    }
}

impl Run<'_> {
    pub(crate) fn validate_access_token(&mut self, received: &Received, expected: &Expected) -> Result<String, Stop> {
        let judged = access_token::judge(received, expected, self.server, self.client, self.server_time(), self.now)?;
        self.verify(&judged.signature, Phase::AccessToken)?;
        if let Some(proof) = judged.proof {
            self.verify_proof(proof, Phase::AccessToken)?;
        }
        Ok(judged.json)
    }

    pub(crate) fn validate_logout_token(&mut self, token: &str) -> Result<String, Stop> {
        let (claims, signature) = logout::judge(token, self.server, self.client, self.server_time())?;
        self.vouch(signature.as_ref(), Phase::LogoutToken)?;
        Ok(claims)
    }
}
