//! The authorization request, and the browser's way back.
//!
//! What leaves is a URL; what stays is a [`Pending`]: plain data, because a redirect, a reload and an isolate all lose memory.
//! [`Pending::receive`] turns a callback into a grant, and is the only way to one.
//!
//! Left out: `response_type` other than `code`, which [RFC 9700 §2.1.2](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.2) advises against.
//!
//! Specifications: [RFC 6749 §4.1.1–2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1),
//! [OpenID Connect Core §3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase, Refusal},
    http::check_length,
    limits,
    oauth::{client::Client, fapi2, issuer, metadata::Metadata, pkce::Verifier, rar, token::Grant},
    quirk::interop,
    secret::{Secret, opaque, same},
    text::{
        base64url, cut,
        excerpt::{self, excerpt},
        form, has, integer, is_one_of,
        json::{Object, Raw, Writer},
        lists,
        uri::Uri,
    },
};

/// Fresh random bytes for one login: for `state`, `nonce` and the code verifier.
pub type Entropy = [[u8; limits::ENTROPY_BYTES]; 3];

/// Parameters that this file sets and nobody else.
const RESERVED: [&str; 10] = [
    "dpop_jkt",
    "response_type",
    "client_id",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "client_secret",
];

/// A login that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    state: Secret,
    /// There unless the request went without PKCE: the provider refuses it.
    verifier: Option<Verifier>,
    /// Sent where `openid` is asked for; then an ID token is due.
    nonce: Option<Secret>,
    scope: Option<String>,
    max_age: Option<i64>,
    /// The resources that were named, for the token request to name too.
    resource: Vec<String>,
    /// The response is to come as a JWT (JARM).
    jarm: bool,
}

/// An authorization request that was made and not yet sent.
#[derive(Clone)]
pub struct Begun {
    /// Its parameters, each in its place.
    pub parameters: Vec<(String, String)>,
    /// What to keep until the browser is back.
    pub pending: Pending,
}

opaque!(Begun);

impl Begun {
    /// The URL to send the browser to, with every parameter in it.
    ///
    /// # Errors
    /// Those of [`Metadata::endpoint`].
    pub fn url(&self, server: &Metadata, client: &Client) -> Result<String, Error> {
        let mut query = String::new();
        self.parameters.iter().for_each(|(name, value)| form::append(&mut query, name, value));
        Ok(join_query(server.endpoint("authorization_endpoint", client, Phase::Authorization)?, &query))
    }
}

/// Makes an authorization request, [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1).
///
/// # Errors
/// [`Code::ReservedParameter`], [`Code::MissingRedirectUri`], [`Code::UnsupportedByServer`], [`Code::InsecureUrl`],
/// [`Code::InvalidArgument`] for a `max_age` that is no number, [`Code::ProfileViolation`], and [`Code::CryptoUnavailable`] before the user leaves
/// for a login that could not be finished.
pub fn start(server: &Metadata, client: &Client, parameters: &[(String, String)], entropy: &Entropy) -> Result<Begun, Error> {
    let refuse = |code: Code, about: &str| Err(code.at(Phase::Authorization).about(about));
    server.endpoint("authorization_endpoint", client, Phase::Authorization)?;
    fapi2::check(client, Phase::Authorization)?;
    rar::check(parameters, Phase::Authorization)?;
    if let Some((name, _)) = parameters.iter().find(|(name, _)| is_one_of(name, &RESERVED)) {
        return refuse(Code::ReservedParameter, name);
    }
    let given = |name: &str| form::get(parameters, name);
    let Some(redirect_uri) = given("redirect_uri").or(client.redirect_uri.as_deref()) else {
        return refuse(Code::MissingRedirectUri, "redirect_uri");
    };
    // RFC 6749 §3.1.2: an absolute URI without a fragment. Any scheme: native apps have their own, RFC 8252 §7.1.
    if !has(redirect_uri, b":") || has(redirect_uri, b"#") {
        return refuse(Code::InvalidArgument, "redirect_uri");
    }
    let method = if client.dangerously_plain_pkce { "plain" } else { "S256" };
    let pkce = !client.provider.without_pkce;
    if pkce && !server.allows_challenge_method(method) {
        return refuse(Code::UnsupportedByServer, "code_challenge_methods_supported");
    }
    let scope = given("scope").or(client.scope.as_deref());
    let openid = scope.is_some_and(|scope| lists(scope, "openid"));
    if openid && client.needs_keys() {
        if !client.host_verifies {
            return refuse(Code::CryptoUnavailable, "idTokenSignature");
        }
        server.endpoint("jwks_uri", client, Phase::Authorization)?;
    }
    let max_age = match given("max_age").map(integer) {
        None => None,
        Some(Some(seconds)) if seconds >= 0 => Some(seconds),
        Some(_) => return refuse(Code::InvalidArgument, "max_age"),
    };

    let [state, nonce, verifier] = entropy;
    let mut pending = Pending {
        issuer: server.issuer.clone(),
        client_id: client.id.clone(),
        redirect_uri: redirect_uri.into(),
        state: Secret::new(base64url::encode(state)),
        nonce: openid.then(|| Secret::new(base64url::encode(nonce))),
        scope: scope.map(Into::into),
        max_age,
        resource: Vec::new(),
        jarm: given("response_mode").is_some_and(|mode| mode == "jwt" || mode.ends_with(".jwt")),
        verifier: pkce.then(|| Verifier::new(verifier)),
    };

    let mut sent = Vec::new();
    let provider = &client.provider;
    let mut put =
        |name: &str, value: &str| sent.push((provider.name(name).to_string(), provider.value(name, value).into_owned()));
    put("response_type", "code");
    put("client_id", &client.id);
    put("redirect_uri", redirect_uri);
    if let Some(scope) = scope {
        put("scope", scope);
    }
    put("state", pending.state.expose());
    if let Some(nonce) = &pending.nonce {
        put("nonce", nonce.expose());
    }
    if let Some(verifier) = &pending.verifier {
        match method {
            "S256" => put("code_challenge", &verifier.challenge()),
            _ => put("code_challenge", verifier.secret().expose()),
        }
        put("code_challenge_method", method);
    }
    if given("resource").is_none() {
        client.resource.iter().for_each(|resource| put("resource", resource));
    }
    let of_provider = provider.authorization_parameters.iter().filter(|(name, _)| given(name).is_none());
    let of_call = parameters.iter().filter(|(name, _)| name != "redirect_uri" && name != "scope");
    of_call.chain(of_provider).for_each(|(name, value)| put(name, value));
    let resources = sent.iter().filter(|(name, _)| name == provider.name("resource"));
    pending.resource = resources.map(|(_, value)| value.clone()).collect();
    Ok(Begun { parameters: sent, pending })
}

/// Adds a query to a URL that may have one, [§3.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-3.1).
pub fn join_query(url: &str, query: &str) -> String {
    let mut joined = String::from(url);
    if !query.is_empty() {
        match Uri::parse(url).and_then(|uri| uri.query) {
            None => joined.push('?'),
            Some("") => {}
            Some(_) => joined.push('&'),
        }
        joined.push_str(query);
    }
    joined
}

impl Pending {
    /// Judges a callback: an address (what follows `?`, or `#` where that holds the response), a query, or the body of a form post.
    ///
    /// # Errors
    /// [`Code::ResponseTooLarge`], [`Code::RepeatedParameter`], [`Code::StateMismatch`], [`Code::IssuerMismatch`], [`Code::MissingIssuer`], the server's own
    /// error, [`Code::MissingCode`] (also where the response was to be signed: [`Relation::callback`](crate::flow::Relation::callback) takes those);
    /// [`Code::InvalidArgument`] where this login belongs to another client or server.
    pub fn receive(self, callback: &str, server: &Metadata, client: &Client) -> Result<Grant, Error> {
        if self.jarm {
            return Err(Code::MissingCode.at(Phase::Callback).about("response"));
        }
        self.receive_parameters(&response_parameters(callback)?, server, client)
    }

    /// The JWT that holds the response, where one is due: [JARM §2.3](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.3).
    /// A response that came without it is refused, because whoever can leave it out can forge the rest.
    pub(crate) fn response_token(&self, callback: &str) -> Result<Option<String>, Error> {
        if !self.jarm {
            return Ok(None);
        }
        let parameters = response_parameters(callback)?;
        let token = form::get(&parameters, "response");
        token.map(|token| Some(token.into())).ok_or_else(|| Code::MissingCode.at(Phase::Callback).about("response"))
    }

    /// Judges the parameters of a response, whatever carried them.
    pub(crate) fn receive_parameters(
        self,
        parameters: &[(String, String)],
        server: &Metadata,
        client: &Client,
    ) -> Result<Grant, Error> {
        let at = |code: Code| code.at(Phase::Callback);
        // A client for one server must not finish a login that began at another: the mix-up of RFC 9700 §4.4.
        if self.issuer != server.issuer || self.client_id != client.id {
            return Err(at(Code::InvalidArgument).about("pending"));
        }
        let one = |name: &str| -> Result<Option<&str>, Error> {
            let mut values = parameters.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
            let first = values.next();
            match values.next() {
                Some(_) => Err(at(Code::RepeatedParameter).about(name)),
                None => Ok(first),
            }
        };
        let verifier = self.verifier.as_ref().map(Verifier::secret);
        let (state, iss, error, code) = (one("state")?, one("iss")?, one("error")?, one("code")?);
        if !state.is_some_and(|state| same(state, self.state.expose())) {
            return Err(at(Code::StateMismatch).about("state"));
        }
        if !client.dangerously_skip_issuer_check {
            let promised = server.issuer_parameter || client.fapi2;
            issuer::check(iss, &server.issuer, promised).map_err(|code| at(code).about("iss"))?;
        }
        if let Some(error) = error {
            let secrets = [self.state.expose(), verifier.map_or("", Secret::expose)];
            let clean = |text: &str| excerpt(text.as_bytes(), &secrets);
            let refusal = Refusal {
                error: excerpt::word(error, &secrets),
                description: one("error_description")?.map(clean),
                uri: one("error_uri")?.map(clean),
            };
            return Err(at(Code::refusal(interop::standard_error(error))).with(|report| report.refusal = Some(refusal)));
        }
        let code = code.filter(|code| !code.is_empty()).ok_or_else(|| at(Code::MissingCode).about("code"))?;
        let grant = Grant::authorization_code(code, &self.redirect_uri, verifier.cloned());
        let grant = self.resource.into_iter().fold(grant, |grant, one| grant.with("resource", Secret::new(one)));
        Ok(grant.expecting(self.nonce, self.max_age, iss.is_some()))
    }

    /// As text, to be kept where only this client can read it.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.string("issuer", &self.issuer).string("client_id", &self.client_id).string("redirect_uri", &self.redirect_uri);
        json.string("state", self.state.expose());
        match &self.verifier {
            Some(verifier) => json.string("code_verifier", verifier.secret().expose()),
            None => json.boolean("pkce", false),
        };
        json.optional("nonce", self.nonce.as_ref().map(Secret::expose)).optional("scope", self.scope.as_deref());
        if let Some(max_age) = self.max_age {
            json.integer("max_age", max_age);
        }
        if !self.resource.is_empty() {
            json.list("resource", self.resource.iter().map(String::as_str));
        }
        if self.jarm {
            json.boolean("jarm", true);
        }
        json.finish()
    }

    /// From text that [`Pending::to_json`] wrote; the name of the member that is not right otherwise.
    pub fn parse(object: &Object<'_>) -> Result<Self, &'static str> {
        let text = |name: &'static str| object.filled(name).ok_or(name);
        let nonce = object.get("nonce").map(|value| value.string().map(Secret::new).ok_or("nonce")).transpose()?;
        let max_age = object.get("max_age").map(|value| value.integer().ok_or("max_age")).transpose()?;
        let flag = |name: &str| object.get(name).and_then(Raw::boolean);
        let verifier = match flag("pkce") {
            Some(false) => None,
            _ => Some(Verifier::parse(&text("code_verifier")?).ok_or("code_verifier")?),
        };
        Ok(Self {
            issuer: text("issuer")?,
            client_id: text("client_id")?,
            redirect_uri: text("redirect_uri")?,
            state: Secret::new(text("state")?),
            verifier,
            nonce,
            scope: object.text("scope"),
            max_age,
            resource: object.get("resource").map_or(Some(Vec::new()), Raw::texts).ok_or("resource")?,
            jarm: flag("jarm") == Some(true),
        })
    }
}

/// The pairs of a response, whatever carried it.
fn response_parameters(callback: &str) -> Result<Vec<(String, String)>, Error> {
    check_length(callback, Phase::Callback, "callback")?;
    let (address, fragment) = cut(callback, b'#');
    let fragment = fragment.unwrap_or("");
    // Without a `?` it is a query already, or an address whose fragment holds the response.
    let pairs = form::parse(cut(address, b'?').1.unwrap_or(address));
    let is_response = |pairs: &[(String, String)]| pairs.iter().any(|(name, _)| is_one_of(name, &["code", "error", "state"]));
    Ok(if is_response(&pairs) || fragment.is_empty() { pairs } else { form::parse(fragment) })
}
