//! What is kept of a login at the edge: the tokens, who logged in, and how the session stands.
//!
//! It is sealed as one text, into cookies or into a store. Each change makes the next generation, so that [`turn`](super::turn) can tell old from new. Left out of
//! it: the ID token, unless a logout is to show it, and claims that were good for one check.
//!
//! What a page may see is [`Record::view`]: claims and times, never a token.

use alloc::string::{String, ToString};

use crate::{
    secret::Secret,
    session::{
        policy::{Due, Ended, Failed, Refreshing, Session, Terms, Trouble},
        refusal::{Refusal, Why},
    },
    text::json::{Object, Raw, Writer},
    time::Timestamp,
};

/// Claims that were good for a check, or speak of the ID token itself.
const SPENT_CLAIMS: [&str; 10] = ["nonce", "at_hash", "c_hash", "s_hash", "aud", "azp", "exp", "iat", "nbf", "jti"];

/// Claims that are kept whatever the operator lists: who it is, and which session at the server.
const NEEDED_CLAIMS: [&str; 3] = ["iss", "sub", "sid"];

/// How much of a token response is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The claims to keep beside `iss`, `sub` and `sid`; `None` for all.
    pub claims: Option<alloc::vec::Vec<String>>,
    /// The ID token, for a logout that shows it.
    pub id_token: bool,
}

/// A login, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The session's name in stores: random, new at each login.
    pub id: String,
    /// Counts its changes.
    pub generation: i64,
    /// How it stands.
    pub policy: Session,
    /// `access_token`, `token_type`, `refresh_token`, `scope`, `id_token`, as JSON.
    tokens: Secret,
    /// The claims that are kept, as JSON.
    claims: String,
    /// The private key that the tokens are bound to, a JWK: runtimes at the edge cannot store key objects.
    dpop: Option<Secret>,
}

impl Record {
    /// The record of a login. `tokens` is what the client made of the token response.
    pub fn begin(id: &str, tokens: &Object<'_>, dpop: Option<&str>, keep: &Keep, now: Timestamp) -> Self {
        Self {
            id: id.into(),
            generation: 0,
            policy: Session::begin(expires_at(tokens), tokens.get("refresh_token").is_some(), now),
            tokens: Secret::new(kept_tokens(tokens, keep)),
            claims: kept_claims(tokens, keep).unwrap_or_else(|| "{}".to_string()),
            dpop: dpop.map(Secret::new),
        }
    }

    /// The next generation, with the tokens that a refresh brought.
    #[must_use]
    pub fn refreshed(&self, tokens: &Object<'_>, keep: &Keep, now: Timestamp) -> Self {
        let refresh_token = |json: &Object<'_>| json.string("refresh_token").map(String::from);
        let replaced = refresh_token(tokens) != self.token("refresh_token");
        let mut policy = self.policy.refreshed(expires_at(tokens), replaced, now).touched(now);
        if tokens.get("refresh_token").is_none() {
            policy.refreshing = Refreshing::Impossible;
        }
        let mut tokens_kept = kept_tokens(tokens, keep);
        if keep.id_token && tokens.get("id_token").is_none() {
            tokens_kept = with_id_token(&tokens_kept, self.token("id_token").as_deref());
        }
        let claims = kept_claims(tokens, keep).unwrap_or_else(|| self.claims.clone());
        Self { policy, tokens: Secret::new(tokens_kept), claims, ..self.next() }
    }

    /// The next generation after a refresh that failed, and what that means. `report` is the error as the client wrote it.
    pub fn failed(&self, report: &Object<'_>, now: Timestamp) -> (Self, Failed) {
        let (policy, failed) = self.policy.failed(&Trouble::parse(report), now);
        (Self { policy, ..self.next() }, failed)
    }

    /// The next generation after a refresh of which nobody knows how it ended.
    #[must_use]
    pub fn lost(&self) -> Self {
        Self { policy: self.policy.in_doubt(), ..self.next() }
    }

    /// The next generation, used now.
    #[must_use]
    pub fn touched(&self, now: Timestamp) -> Self {
        Self { policy: self.policy.touched(now), ..self.next() }
    }

    /// The same, its access token refused by an API, or to be replaced on request; `None` where the token is too new for that to mean anything.
    pub fn with_refused_token(&self, now: Timestamp) -> Option<Self> {
        let believed = self.policy.believes_refusal(now);
        believed.then(|| Self { policy: self.policy.with_refused_token(now), ..self.clone() })
    }

    /// The same, as this generation: where another came in between.
    #[must_use]
    pub fn at(&self, generation: i64) -> Self {
        Self { generation, ..self.clone() }
    }

    /// Why its tokens are not used now.
    pub fn refusal(due: Due) -> Option<Refusal> {
        match due {
            Due::Use | Due::Refresh => None,
            Due::Wait(seconds) => Some(Refusal { retry_after: Some(seconds), ..Why::RefreshUnavailable.into() }),
            Due::Authorize => Some(Why::LoginRequired.into()),
            Due::End(Ended::Idle | Ended::Absolute | Ended::Refused) => Some(Why::SessionEnded.into()),
        }
    }

    /// A member of the tokens.
    pub fn token(&self, name: &str) -> Option<String> {
        Object::parse(self.tokens.expose())?.string(name).map(String::from)
    }

    /// What the page may see.
    pub fn view(&self, terms: &Terms, now: Timestamp) -> String {
        let mut json = Writer::default();
        json.boolean("authenticated", true).raw("claims", &self.claims);
        json.optional("scope", self.token("scope").as_deref());
        if let Some(expires_at) = self.policy.expires_at {
            json.integer("expiresAt", expires_at.seconds());
        }
        if let Some(ends_at) = self.policy.ends_at(terms) {
            json.integer("endsAt", ends_at.seconds());
        }
        json.integer("loggedInAt", self.policy.began.seconds());
        if let Some(refusal) = Self::refusal(self.policy.due(terms, now)) {
            json.string("action", refusal.why.action().as_str());
        }
        json.finish()
    }

    /// As one JSON object, to be sealed.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.string("id", &self.id).integer("generation", self.generation).raw("policy", &self.policy.to_json());
        json.raw("tokens", self.tokens.expose()).raw("claims", &self.claims);
        if let Some(dpop) = &self.dpop {
            json.raw("dpop", dpop.expose());
        }
        json.finish()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`]
    pub fn parse(text: &str) -> Result<Self, Why> {
        let read = || {
            let object = Object::parse(text)?;
            let json =
                |name| object.get(name).filter(|value| value.object().is_some()).map(|value: Raw<'_>| value.as_str().to_string());
            Some(Self {
                id: object.string("id").filter(|id| !id.is_empty())?.into(),
                generation: object.get("generation").and_then(Raw::integer)?,
                policy: Session::parse(&object.get("policy")?.object()?).ok()?,
                tokens: json("tokens").map(Secret::new)?,
                claims: json("claims")?,
                dpop: json("dpop").map(Secret::new),
            })
        };
        read().ok_or(Why::SessionDamaged)
    }

    fn next(&self) -> Self {
        self.at(self.generation.saturating_add(1))
    }
}

fn expires_at(tokens: &Object<'_>) -> Option<Timestamp> {
    tokens.get("expires_at").and_then(Raw::integer).map(Timestamp::from_seconds)
}

fn kept_tokens(tokens: &Object<'_>, keep: &Keep) -> String {
    let mut json = Writer::default();
    for name in ["access_token", "token_type", "refresh_token", "scope", "id_token"] {
        if name != "id_token" || keep.id_token {
            json.optional(name, tokens.string(name).as_deref());
        }
    }
    json.finish()
}

fn with_id_token(tokens: &str, id_token: Option<&str>) -> String {
    let mut json = Writer::default();
    for (name, value) in Object::parse(tokens).unwrap_or_default().iter() {
        json.raw(name, value.as_str());
    }
    json.optional("id_token", id_token);
    json.finish()
}

fn kept_claims(tokens: &Object<'_>, keep: &Keep) -> Option<String> {
    let claims = tokens.get("claims")?.object()?;
    let listed = |name: &str| keep.claims.as_ref().is_none_or(|kept| kept.iter().any(|one| one == name));
    let mut json = Writer::default();
    for (name, value) in claims.iter() {
        if NEEDED_CLAIMS.contains(&name) || (listed(name) && !SPENT_CLAIMS.contains(&name)) {
            json.raw(name, value.as_str());
        }
    }
    Some(json.finish())
}
