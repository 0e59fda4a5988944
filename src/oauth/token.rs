//! The token request and its answer.
//!
//! An [`Exchange`] is made of a [`Grant`]. Ask it for its [`request`](Exchange::request), give it what came back: `receive`
//! consumes it, so a response is judged once, against the request that asked for it, and a grant is spent once.
//!
//! Specifications: [RFC 6749 §4.1.3, §5](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3).

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase},
    http::{self, Response},
    limits,
    oauth::{client::Client, endpoint, metadata::Metadata, pkce::Verifier, rar},
    quirk::{
        deviation::{Deviation, Deviations},
        interop,
    },
    secret::Secret,
    text::{form, is_one_of, json::Writer},
};

/// Parameters that the client's authentication sets.
const RESERVED: [&str; 5] = ["client_id", "client_secret", "client_assertion", "client_assertion_type", "grant_type"];

/// A credential that the token endpoint turns into tokens, and what is known of the tokens beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    parameters: Vec<(Cow<'static, str>, Secret)>,
    /// Sending it a second time may end the session: codes and refresh tokens.
    spent_once: bool,
    /// What comes need not be an access token: RFC 8693 §2.2.1.
    exchange: bool,
    /// What an ID token must say.
    pub expected: Expected,
}

/// What is known beforehand of the tokens that a grant brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// An ID token is due, whatever the nonce.
    pub id_token: bool,
    /// The nonce of the authorization request: an ID token is due, with this nonce.
    pub nonce: Option<Secret>,
    /// The `max_age` of the authorization request, in seconds.
    pub max_age: Option<i64>,
    /// The user, where one is known: a refreshed ID token must speak of the same.
    pub subject: Option<String>,
    /// The refresh token to keep where the response brings no other.
    pub refresh_token: Option<Secret>,
    /// The grant came through a callback, whose state was compared.
    pub through_callback: bool,
    /// … whose code is redeemed with the verifier of its login.
    pub pkce: bool,
    /// … and which named its issuer.
    pub issuer_named: bool,
}

impl Grant {
    /// A grant of this type, with its parameters yet to come.
    pub fn new(grant_type: &str, spent_once: bool) -> Self {
        Self::empty(spent_once).with("grant_type", Secret::new(grant_type))
    }

    fn empty(spent_once: bool) -> Self {
        Self { parameters: Vec::new(), spent_once, exchange: false, expected: Expected::default() }
    }

    /// The parameters of a request to another endpoint, under the same rules.
    pub(crate) fn untyped(parameters: &[(String, String)], phase: Phase) -> Result<Self, Error> {
        Self::empty(false).with_parameters(parameters).map_err(|error| error.with(|report| report.phase = phase))
    }

    /// Its parameters.
    pub(crate) fn into_parameters(self) -> Vec<(Cow<'static, str>, Secret)> {
        self.parameters
    }

    /// The token that comes is of the type that the response names: RFC 8693 §2.2.1.
    pub(crate) fn for_exchange(mut self) -> Self {
        self.exchange = true;
        self
    }

    /// A grant that the caller put together by hand, [`Exchange`] alone: what its ID token must say is not known here.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where `grant_type` or the credential of a well-known type is missing, [`Code::ReservedParameter`].
    pub fn by_hand(parameters: &[(String, String)]) -> Result<Self, Error> {
        let value = |name: &str| form::get(parameters, name).filter(|value| !value.is_empty());
        let missing = |name: &str| Code::InvalidArgument.at(Phase::Token).about(name);
        let grant_type = value("grant_type").ok_or_else(|| missing("grant_type"))?;
        let credential = match grant_type {
            "authorization_code" => "code",
            "refresh_token" => "refresh_token",
            _ => "grant_type",
        };
        value(credential).ok_or_else(|| missing(credential))?;
        if value("code_verifier").is_some_and(|verifier| Verifier::parse(verifier).is_none()) {
            return Err(missing("code_verifier"));
        }
        let others: Vec<_> = parameters.iter().filter(|(name, _)| name != "grant_type").cloned().collect();
        Self::new(grant_type, grant_type != "client_credentials").with_parameters(&others)
    }

    /// The code that a callback brought, [§4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3).
    /// Without a verifier where no challenge was sent, or servers refuse it: [RFC 9700 §4.8.2](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.8.2).
    pub(crate) fn authorization_code(code: &str, redirect_uri: &str, verifier: Option<Secret>) -> Self {
        let mut grant =
            Self::new("authorization_code", true).with("code", Secret::new(code)).with("redirect_uri", Secret::new(redirect_uri));
        grant.parameters.extend(verifier.map(|verifier| ("code_verifier".into(), verifier)));
        grant
    }

    /// What the callback's login expects of an ID token.
    pub(crate) fn expecting(mut self, nonce: Option<Secret>, max_age: Option<i64>, issuer_named: bool) -> Self {
        let pkce = self.has("code_verifier");
        self.expected = Expected { nonce, max_age, issuer_named, pkce, through_callback: true, ..Expected::default() };
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: Secret) -> Self {
        self.parameters.push((name.into(), value));
        self
    }

    /// Adds the parameters of a call.
    ///
    /// # Errors
    /// [`Code::ReservedParameter`] for one that the grant or the client's authentication sets.
    pub fn with_parameters(mut self, parameters: &[(String, String)]) -> Result<Self, Error> {
        for (name, _) in parameters {
            if is_one_of(name, &RESERVED) || self.has(name) {
                return Err(Code::ReservedParameter.at(Phase::Token).about(name));
            }
        }
        rar::check(parameters, Phase::Token)?;
        self.parameters.extend(parameters.iter().map(|(name, value)| (name.clone().into(), Secret::new(value.as_str()))));
        Ok(self)
    }

    /// Adds the client's `scope` and `resource` where the call named none. Not for a refresh: the token has both already,
    /// and several servers refuse them there (dust-tt/dust#22773).
    #[must_use]
    pub fn with_defaults(mut self, client: &Client) -> Self {
        if let Some(scope) = client.scope.as_deref().filter(|_| !self.has("scope")) {
            self = self.with("scope", Secret::new(scope));
        }
        self.with_default_resource(client)
    }

    /// Adds the client's `resource` where the call (or the login) named none, [RFC 8707 §2.2](https://www.rfc-editor.org/rfc/rfc8707.html#section-2.2).
    #[must_use]
    pub fn with_default_resource(mut self, client: &Client) -> Self {
        if !self.has("resource") {
            self.parameters.extend(client.resource.iter().map(|resource| ("resource".into(), Secret::new(resource.as_str()))));
        }
        self
    }

    /// Whether it is of this type.
    pub(crate) fn is(&self, grant_type: &str) -> bool {
        self.parameters.first().is_some_and(|(name, value)| name == "grant_type" && value.expose() == grant_type)
    }

    fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(other, _)| other == name)
    }
}

/// One question to the token endpoint.
#[derive(Debug)]
pub struct Exchange {
    grant: Grant,
    client_secret: Option<Secret>,
    strict: bool,
    dpop: bool,
    envelope: Option<String>,
}

impl Exchange {
    /// Asks by this grant.
    pub fn new(client: &Client, mut grant: Grant) -> Self {
        for (name, value) in &client.provider.token_parameters {
            grant = grant.with(name.clone(), Secret::new(value.as_str()));
        }
        Self {
            grant,
            client_secret: client.authentication.secret().cloned(),
            strict: client.strict || client.fapi2,
            dpop: client.dpop,
            envelope: client.provider.envelope.clone(),
        }
    }

    /// What to send, [§4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3) and its like.
    ///
    /// # Errors
    /// Those of [`endpoint::request`].
    pub fn request(&self, server: &Metadata, client: &Client, assertion: Option<&Secret>) -> Result<http::Request, Error> {
        endpoint::request("token_endpoint", Phase::Token, &self.grant.parameters, server, client, assertion)
    }

    /// The parameters of the grant, without the client's authentication.
    pub fn parameters(&self) -> &[(Cow<'static, str>, Secret)] {
        &self.grant.parameters
    }

    /// Whether an ID token is due.
    pub fn expects_id_token(&self) -> bool {
        self.grant.expected.id_token || self.grant.expected.nonce.is_some()
    }

    /// The exchange failed on its way: nobody knows whether the grant was spent.
    pub fn failed(self, code: Code) -> Error {
        code.at(Phase::Token).with(|report| report.grant_may_be_consumed = self.grant.spent_once)
    }

    /// Judges what came back, [§5](https://www.rfc-editor.org/rfc/rfc6749.html#section-5).
    ///
    /// # Errors
    /// The server's refusal; [`Code::NotOauthResponse`] and [`Code::MalformedJson`]; [`Code::InvalidMember`];
    /// [`Code::UnsupportedTokenType`]; [`Code::DeviationRefused`] with `strict`.
    pub fn receive(self, response: &Response) -> Result<Received, Error> {
        let mut deviations = Deviations::default();
        let expects = Reading {
            strict: self.strict,
            token_type: if self.dpop { "DPoP" } else { "Bearer" },
            exchange: self.grant.exchange,
            envelope: self.envelope.as_deref(),
        };
        let judged = TokenResponse::read(response, &expects, &mut deviations, &self.secrets());
        let spent = self.grant.spent_once;
        match judged {
            Ok(tokens) => Ok(Received { tokens, expected: self.grant.expected, spent_once: spent }),
            Err(error) => Err(error.with(|report| {
                report.grant_may_be_consumed = spent && !leaves_grant_intact(report.code, response);
                report.deviations = deviations;
                report.status = Some(response.status);
                report.retry_after = response.wait();
            })),
        }
    }

    /// What went out and must not be shown when it is echoed.
    fn secrets(&self) -> Vec<&str> {
        const SHOWN: [&str; 5] = ["grant_type", "scope", "redirect_uri", "resource", "audience"];
        let sent = self.grant.parameters.iter().filter(|(name, _)| !is_one_of(name, &SHOWN)).map(|(_, value)| value.expose());
        sent.chain(self.client_secret.as_ref().map(Secret::expose)).collect()
    }
}

/// Whether the server said that it did not look at the grant: it refused the request around it, or asked to wait.
fn leaves_grant_intact(code: Code, response: &Response) -> bool {
    use Code::*;
    response.status == 429
        || (response.status == 503 && response.retry_after.is_some())
        || matches!(
            code,
            InvalidRequest
                | InvalidClient
                | UnauthorizedClient
                | UnsupportedGrantType
                | InvalidScope
                | InvalidTarget
                | TemporarilyUnavailable
                | AuthorizationPending
                | SlowDown
                | InvalidDpopProof
                | UseDpopNonce
        )
}

/// A response that passed §5, with what is expected of its ID token. Its tokens come out through the checks alone.
#[derive(Debug)]
pub struct Received {
    /// The response.
    pub tokens: TokenResponse,
    /// What was known beforehand.
    pub expected: Expected,
    /// The grant is spent now, where it can be.
    pub spent_once: bool,
}

/// A successful response, [§5.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenResponse {
    /// `access_token`. With the type `N_A` of [RFC 8693 §2.2.1](https://www.rfc-editor.org/rfc/rfc8693.html#section-2.2.1) it is a token, but no access token.
    pub access_token: Secret,
    /// `token_type`, as sent; `Bearer` where it was missing or another word for it.
    pub token_type: String,
    /// `expires_in`, in seconds.
    pub expires_in: Option<i64>,
    /// `refresh_token`.
    pub refresh_token: Option<Secret>,
    /// `id_token`.
    pub id_token: Option<Secret>,
    /// `scope`, separated by spaces.
    pub scope: Option<String>,
    /// Every other member, as JSON.
    pub extra: Vec<(String, Secret)>,
    /// How the response departs from the specification.
    pub deviations: Deviations,
}

impl TokenResponse {
    /// Whether `access_token` is one: not where a token exchange brought a token of another kind.
    pub fn is_access_token(&self) -> bool {
        !self.token_type.eq_ignore_ascii_case("N_A")
    }

    /// The response as JSON, less the members that are named.
    pub fn json(&self, except: &[&str]) -> Writer {
        let mut json = Writer::default();
        json.string("access_token", self.access_token.expose()).string("token_type", &self.token_type);
        if let Some(seconds) = self.expires_in {
            json.integer("expires_in", seconds);
        }
        json.optional("refresh_token", self.refresh_token.as_ref().map(Secret::expose));
        json.optional("id_token", self.id_token.as_ref().map(Secret::expose));
        json.optional("scope", self.scope.as_deref());
        for (name, value) in self.extra.iter().filter(|(name, _)| !is_one_of(name, except)) {
            json.raw(name, value.expose());
        }
        json.list("deviations", self.deviations.iter().map(Deviation::as_str));
        json
    }
}

/// How a response is to be read.
struct Reading<'a> {
    strict: bool,
    token_type: &'a str,
    /// The answer to a token exchange, RFC 8693: it names the type of token it holds, which may be no access token.
    exchange: bool,
    /// The member that the provider keeps its tokens in.
    envelope: Option<&'a str>,
}

/// The members that have a field of their own.
const KNOWN: [&str; 6] = ["access_token", "token_type", "expires_in", "refresh_token", "id_token", "scope"];

impl TokenResponse {
    /// Reads a response whose request is not at hand: [`Exchange::receive`] without the grant.
    pub fn parse(response: &Response, strict: bool) -> Result<Self, Error> {
        let mut deviations = Deviations::default();
        let expects = Reading { strict, token_type: "Bearer", exchange: false, envelope: None };
        Self::read(response, &expects, &mut deviations, &[]).map_err(|error| {
            error.with(|report| {
                report.deviations = deviations;
                report.status = Some(response.status);
                report.retry_after = response.wait();
            })
        })
    }

    fn read(response: &Response, expects: &Reading<'_>, deviations: &mut Deviations, secrets: &[&str]) -> Result<Self, Error> {
        let at = |code: Code| code.at(Phase::Token);
        let text = endpoint::read(response, Phase::Token, secrets, deviations)?;
        let outer = endpoint::object(&text);
        if response.status != 200 {
            deviations.note(Deviation::SuccessStatus);
        }

        // §5.1
        let inner = interop::token_object(&outer, expects.envelope, deviations);
        let object = inner.as_ref().unwrap_or(&outer);
        let member = |name: &str| at(Code::InvalidMember).about(name);
        let secret = |name: &str| match object.filled(name) {
            None if object.get(name).is_some() => Err(member(name)),
            text => Ok(text.map(Secret::new)),
        };
        let access_token = secret("access_token")?.ok_or_else(|| member("access_token"))?;
        let token_type = match object.get("token_type") {
            None => None,
            Some(value) => Some(value.string().ok_or_else(|| member("token_type"))?),
        };
        let token_type = interop::token_type(token_type, deviations).into_owned();
        if expects.exchange {
            secret("issued_token_type")?.ok_or_else(|| member("issued_token_type"))?;
        }
        let no_access_token = expects.exchange && token_type.eq_ignore_ascii_case("N_A");
        if !no_access_token && !token_type.eq_ignore_ascii_case(expects.token_type) {
            // RFC 9449 §5: a Bearer token in answer to a proof is bound to nothing.
            let unbound = token_type.eq_ignore_ascii_case("Bearer");
            return Err(at(if unbound { Code::TokenNotBound } else { Code::UnsupportedTokenType }).about("token_type"));
        }
        let expires_in = match object.get("expires_in") {
            None => None,
            Some(value) => {
                let seconds = interop::expires_in(value, deviations).filter(|seconds| *seconds >= 0);
                Some(seconds.ok_or_else(|| member("expires_in"))?.min(limits::LIFETIME_SECONDS_MAX))
            }
        };
        let scope = match object.get("scope") {
            None => None,
            Some(value) => Some(interop::scope(value, deviations).ok_or_else(|| member("scope"))?),
        };
        let (refresh_token, id_token) = (secret("refresh_token")?, secret("id_token")?);
        if expects.strict && !deviations.is_empty() {
            return Err(at(Code::DeviationRefused));
        }
        let mut extra: Vec<(String, Secret)> = Vec::new();
        for (name, value) in object.iter().chain(outer.iter()) {
            if !is_one_of(name, &KNOWN) && !extra.iter().any(|(other, _)| other == name) {
                extra.push((name.to_string(), Secret::new(value.as_str())));
            }
        }
        Ok(Self { access_token, token_type, expires_in, refresh_token, id_token, scope, extra, deviations: *deviations })
    }
}
