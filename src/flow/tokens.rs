//! From a grant to tokens: the token request, the checks, and the keys that the checks need.

use alloc::string::String;
use core::fmt;

use crate::{
    error::{Code, Phase},
    flow::{Parameters, Run, Stop, endpoint::Form},
    oauth::{
        fapi2, refresh,
        token::{Exchange, Grant, Received, TokenResponse},
    },
    oidc::id_token::{self, Check, Checks},
    secret::Secret,
    time::Timestamp,
};

/// Tokens that passed every check. Nothing else makes one.
#[derive(Clone)]
pub struct Tokens {
    response: TokenResponse,
    expires_at: Option<Timestamp>,
    claims: Option<String>,
    checks: Checks,
}

// Without the claims: who logged in is nobody's business who reads a log.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { response, expires_at, checks, .. } = self;
        let mut shown = f.debug_struct("Tokens");
        shown.field("response", response).field("expires_at", expires_at).field("checks", checks).finish_non_exhaustive()
    }
}

impl Tokens {
    /// The response they came in; the refresh token is the one to use next.
    pub fn response(&self) -> &TokenResponse {
        &self.response
    }

    /// When the access token expires, by this machine's clock.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The claims of the ID token, as JSON.
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// The checks that were made.
    pub fn checks(&self) -> Checks {
        self.checks
    }

    /// As one JSON object, with every member that the server sent. Our own words win over a member of the same name.
    pub fn to_json(&self) -> String {
        const OURS: [&str; 4] = ["expires_at", "claims", "checks", "deviations"];
        let mut json = self.response.json(&OURS);
        if let Some(expires_at) = self.expires_at {
            json.integer("expires_at", expires_at.seconds());
        }
        if let Some(claims) = &self.claims {
            json.raw("claims", claims);
        }
        json.list("checks", self.checks.iter().map(Check::as_str));
        json.finish()
    }
}

impl Run<'_> {
    /// Asks for tokens. Where an ID token is due and the keys to verify it are not at hand, they are fetched first: a server whose keys cannot
    /// be had must not cost the user a code.
    pub(crate) fn tokens(&mut self, grant: Grant) -> Result<Tokens, Stop> {
        fapi2::check_grant(self.client, &grant)?;
        let exchange = Exchange::new(self.client, grant);
        self.server.endpoint("token_endpoint", self.client, Phase::Token)?;
        if exchange.expects_id_token() && self.client.needs_keys() {
            self.ready_keys()?;
        }
        let form = Form {
            endpoint: "token_endpoint",
            phase: Phase::Token,
            parameters: exchange.parameters(),
            accept: "application/json",
            dpop: true,
        };
        let received = match self.post_form(&form)? {
            Ok(response) => exchange.receive(response)?,
            Err(code) => return Err(exchange.failed(code).into()),
        };
        // Whatever goes wrong after the server answered with tokens: the grant is gone.
        let spent = received.spent_once;
        self.judge(received).map_err(|stop| stop.with(|report| report.grant_may_be_consumed |= spent))
    }

    /// Spends a refresh token.
    pub(crate) fn refresh(&mut self, token: &str, subject: Option<&str>, parameters: &Parameters) -> Result<Tokens, Stop> {
        let grant = refresh::grant(Secret::new(token), subject.map(Into::into));
        self.tokens(grant.with_parameters(parameters)?)
    }

    /// Spends any other grant.
    pub(crate) fn spend(&mut self, grant: Grant, parameters: &Parameters) -> Result<Tokens, Stop> {
        self.tokens(grant.with_parameters(parameters)?.with_defaults(self.client))
    }

    fn judge(&mut self, received: Received) -> Result<Tokens, Stop> {
        let Received { tokens: mut response, expected, .. } = received;
        let mut checks = Checks::default();
        if expected.through_callback {
            checks.note(Check::State);
        }
        if expected.pkce {
            checks.note(Check::Pkce);
        }
        if expected.issuer_named && !self.client.dangerously_skip_issuer_check {
            checks.note(Check::IssuerParameter);
        }
        if self.client.dpop && response.is_access_token() {
            checks.note(Check::DpopBinding);
        }
        if response.refresh_token.is_none() {
            response.refresh_token.clone_from(&expected.refresh_token);
        }
        let expires_at = response.expires_in.map(|seconds| self.now.plus(seconds));
        let Some(token) = &response.id_token else {
            if expected.id_token || expected.nonce.is_some() {
                return Err(Code::MissingIdToken.at(Phase::IdToken).into());
            }
            return Ok(Tokens { response, expires_at, claims: None, checks });
        };
        let judged = id_token::judge(token, &response.access_token, &expected, self.server, self.client, self.server_time())?;
        judged.checks.iter().for_each(|check| checks.note(check));
        if let Some(signature) = &judged.signature {
            self.verify(signature, Phase::IdToken)?;
            checks.note(Check::IdTokenSignature);
        }
        Ok(Tokens { response, expires_at, claims: Some(judged.claims), checks })
    }
}
