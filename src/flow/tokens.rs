//! From a grant to tokens: the token request, the checks, and the keys that the checks need.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Event, Keys, Next, Relation, Step, discovery::document, response},
    http::Request,
    jose::{
        jwk::KeySet,
        jws::{self, Jws},
    },
    oauth::token::{Exchange, Expected, Grant, Received, TokenResponse},
    oidc::id_token::{self, Check, Checks},
    time::Timestamp,
};

/// Tokens that passed every check. Nothing else makes one.
#[derive(Clone, Debug)]
pub struct Tokens {
    response: TokenResponse,
    expires_at: Option<Timestamp>,
    claims: Option<String>,
    checks: Checks,
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
pub(super) fn start(relation: &Relation, grant: Grant, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let exchange = Exchange::new(&relation.server, &relation.client, grant)?;
    if !exchange.expects_id_token() || !relation.client.needs_keys() || relation.has_fresh_keys(now) {
        return Ok(send(exchange));
    }
    let url = relation.server.endpoint("jwks_uri", &relation.client, Phase::Jwks)?;
    Ok(Step::Send(
        Request::get(url),
        Next::new(move |relation, event, now| learn_keys(relation, event, now).map(|()| send(exchange))),
    ))
}

fn send(exchange: Exchange) -> Step<Tokens> {
    let request = exchange.request().clone();
    Step::Send(
        request,
        Next::new(move |relation, event, now| {
            let received = match response(event) {
                Ok(response) => exchange.receive(&response)?,
                Err(code) => return Err(exchange.failed(code)),
            };
            let spent = received.spent_once;
            judge(relation, received, now).map_err(|error| spend(error, spent))
        }),
    )
}

/// Whatever goes wrong after the server answered with tokens: the grant is gone.
fn spend(error: Error, spent: bool) -> Error {
    error.with(|report| report.grant_may_be_consumed |= spent)
}

fn judge(relation: &mut Relation, received: Received, now: Timestamp) -> Result<Step<Tokens>, Error> {
    let Received { tokens: mut response, expected, spent_once } = received;
    let mut checks = Checks::default();
    if expected.through_callback {
        checks.note(Check::State);
        checks.note(Check::Pkce);
    }
    if expected.issuer_named && !relation.client.dangerously_skip_issuer_check {
        checks.note(Check::IssuerParameter);
    }
    if response.refresh_token.is_none() {
        response.refresh_token.clone_from(&expected.refresh_token);
    }
    let judged = match (&response.id_token, &expected) {
        (Some(token), _) => {
            Some(id_token::judge(token, &response.access_token, &expected, &relation.server, &relation.client, now)?)
        }
        (None, Expected { nonce: Some(_), .. }) => return Err(Code::MissingIdToken.at(Phase::IdToken)),
        (None, _) => None,
    };
    let expires_at = response.expires_in.map(|seconds| now.plus(seconds));
    let mut tokens = Tokens { response, expires_at, claims: None, checks };
    let Some(judged) = judged else { return Ok(Step::Done(tokens)) };
    tokens.claims = Some(judged.claims);
    judged.checks.iter().for_each(|check| tokens.checks.note(check));
    match judged.signature {
        None => Ok(Step::Done(tokens)),
        Some(signature) if relation.client.host_verifies => Unverified { tokens, signature, spent_once }.choose(relation, now),
        Some(_) => Err(Code::CryptoUnavailable.at(Phase::IdToken)),
    }
}

/// Tokens that nobody may see yet.
struct Unverified {
    tokens: Tokens,
    signature: Jws,
    spent_once: bool,
}

impl Unverified {
    /// Verifies with the keys at hand, or fetches keys first.
    fn choose(self, relation: &Relation, now: Timestamp) -> Result<Step<Tokens>, Error> {
        match relation.candidates(&self.signature, now) {
            (_, true) => self.fetch_keys(relation),
            (candidates, false) => self.verify(candidates),
        }
    }

    fn fetch_keys(self, relation: &Relation) -> Result<Step<Tokens>, Error> {
        let url = relation.server.endpoint("jwks_uri", &relation.client, Phase::Jwks)?;
        Ok(Step::Send(
            Request::get(url),
            Next::new(move |relation, event, now| {
                let spent = self.spent_once;
                let learnt = learn_keys(relation, event, now);
                learnt.and_then(|()| self.verify_with(relation, now)).map_err(|error| spend(error, spent))
            }),
        ))
    }

    fn verify_with(self, relation: &Relation, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let candidates = relation.candidates(&self.signature, now).0;
        self.verify(candidates)
    }

    /// Verifies with one candidate after the other.
    fn verify(self, mut candidates: Vec<jws::Check>) -> Result<Step<Tokens>, Error> {
        let Some(check) = candidates.pop() else { return Err(Code::KeyNotFound.at(Phase::IdToken).about("kid")) };
        Ok(Step::Verify(
            check,
            Next::new(move |_, event, _| {
                let Unverified { mut tokens, signature, spent_once } = self;
                match event {
                    Event::Verified(true) => {
                        tokens.checks.note(Check::IdTokenSignature);
                        return Ok(Step::Done(tokens));
                    }
                    Event::Failed(code) => return Err(spend(code.at(Phase::IdToken), spent_once)),
                    Event::Verified(false) | Event::Response(_) => {}
                }
                if candidates.is_empty() {
                    return Err(spend(Code::SignatureInvalid.at(Phase::IdToken), spent_once));
                }
                Unverified { tokens, signature, spent_once }.verify(candidates)
            }),
        ))
    }
}

fn learn_keys(relation: &mut Relation, event: Event, now: Timestamp) -> Result<(), Error> {
    let response = response(event).map_err(|code| code.at(Phase::Jwks))?;
    let set =
        KeySet::parse(document(&response, Phase::Jwks)?).ok_or_else(|| Code::InvalidMember.at(Phase::Jwks).about("keys"))?;
    relation.keys = Some(Keys { set, fetched: now });
    Ok(())
}
