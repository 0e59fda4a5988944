//! From a grant to tokens: the token request, the checks, and the keys that the checks need.

use alloc::{boxed::Box, string::String};
use core::fmt;

use crate::{
    error::{Code, Error, Phase},
    flow::{
        Relation, Step,
        endpoint::{Form, post},
        keys,
    },
    oauth::{
        fapi2,
        token::{Exchange, Grant, Received, TokenResponse},
    },
    oidc::id_token::{self, Check, Checks},
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

/// Asks for tokens. Where an ID token is due and the keys to verify it are not at hand, they are fetched first: a server whose keys cannot
/// be had must not cost the user a code.
pub(super) fn start(relation: &mut Relation, grant: Grant, now: Timestamp) -> Result<Step<Tokens>, Error> {
    fapi2::check_grant(&relation.client, &grant)?;
    let exchange = Exchange::new(&relation.client, grant);
    relation.server.endpoint("token_endpoint", &relation.client, Phase::Token)?;
    if !exchange.expects_id_token() || !relation.client.needs_keys() {
        return send(relation, exchange, now);
    }
    keys::ready(relation, now)?.then(relation, now, Box::new(move |relation, (), now| send(relation, exchange, now)))
}

fn send(relation: &mut Relation, exchange: Exchange, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let form = Form { endpoint: "token_endpoint", phase: Phase::Token, parameters: exchange.parameters().to_vec(), dpop: true };
    post(relation, form, now)?.then(
        relation,
        now,
        Box::new(move |relation, sent, now| {
            let received = match sent {
                Ok(response) => exchange.receive(&response)?,
                Err(code) => return Err(exchange.failed(code)),
            };
            let spent = received.spent_once;
            match judge(relation, received, now) {
                Ok(step) => Ok(if spent { step.amend(spend) } else { step }),
                Err(error) => Err(if spent { spend(error) } else { error }),
            }
        }),
    )
}

/// Whatever goes wrong after the server answered with tokens: the grant is gone.
fn spend(error: Error) -> Error {
    error.with(|report| report.grant_may_be_consumed = true)
}

fn judge(relation: &mut Relation, received: Received, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let Received { tokens: mut response, expected, .. } = received;
    let mut checks = Checks::default();
    if expected.through_callback {
        checks.note(Check::State);
        checks.note(Check::Pkce);
    }
    if expected.issuer_named && !relation.client.dangerously_skip_issuer_check {
        checks.note(Check::IssuerParameter);
    }
    if relation.client.dpop && response.is_access_token() {
        checks.note(Check::DpopBinding);
    }
    if response.refresh_token.is_none() {
        response.refresh_token.clone_from(&expected.refresh_token);
    }
    let expires_at = response.expires_in.map(|seconds| now.plus(seconds));
    let Some(token) = &response.id_token else {
        if expected.id_token || expected.nonce.is_some() {
            return Err(Code::MissingIdToken.at(Phase::IdToken));
        }
        return Ok(Step::Done(Tokens { response, expires_at, claims: None, checks }));
    };
    let judged =
        id_token::judge(token, &response.access_token, &expected, &relation.server, &relation.client, relation.server_time(now))?;
    judged.checks.iter().for_each(|check| checks.note(check));
    let mut tokens = Tokens { response, expires_at, claims: Some(judged.claims), checks };
    let Some(signature) = judged.signature else { return Ok(Step::Done(tokens)) };
    keys::verify(relation, signature, Phase::IdToken, now)?.then(
        relation,
        now,
        Box::new(move |_, (), _| {
            tokens.checks.note(Check::IdTokenSignature);
            Ok(Step::Done(tokens))
        }),
    )
}
