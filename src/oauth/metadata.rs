//! What a server says of itself.
//!
//! Both places are asked: OpenID Connect Discovery's, and RFC 8414's where there is none. The issuer in the document must be the one
//! that was asked for, to the letter; otherwise one server could speak for another.
//!
//! Specifications: [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414.html),
//! [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    jose::jws::Algorithm,
    oauth::client::{Authentication, Client},
    text::{
        joined,
        json::{Object, Raw},
        uri::Uri,
    },
};

/// Authorization server metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `issuer`.
    pub issuer: String,
    /// `authorization_response_iss_parameter_supported`, RFC 9207 §3.
    pub issuer_parameter: bool,
    /// The document, as it came.
    pub document: String,
    /// `require_pushed_authorization_requests`, RFC 9126 §5.
    pub requires_par: bool,
    endpoints: Vec<(&'static str, String)>,
    /// `mtls_endpoint_aliases`, RFC 8705 §5.
    aliases: Vec<(&'static str, String)>,
    challenge_methods: Option<Vec<String>>,
    algorithms: Vec<(&'static str, Vec<String>)>,
}

/// The members that are URLs we may send something to.
const ENDPOINTS: [&str; 11] = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "backchannel_authentication_endpoint",
    "userinfo_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "registration_endpoint",
];

/// The members that say what the server signs with.
const ALGORITHMS: [&str; 4] = [
    "id_token_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
];

impl Metadata {
    /// Reads a document, [RFC 8414 §3.3](https://www.rfc-editor.org/rfc/rfc8414.html#section-3.3).
    ///
    /// # Errors
    /// [`Code::MalformedJson`], or [`Code::MetadataInvalid`] which names the member.
    pub fn parse(document: &str) -> Result<Self, Error> {
        let object = Object::parse(document).ok_or_else(|| Code::MalformedJson.at(Phase::Configuration))?;
        let invalid = |name: &str| Code::MetadataInvalid.at(Phase::Configuration).about(name);
        let list = |name: &str| match object.get(name) {
            None => Ok(None),
            Some(value) => value.texts().map(Some).ok_or_else(|| invalid(name)),
        };
        let endpoints = endpoints(&object).map_err(invalid)?;
        let aliases = match object.get("mtls_endpoint_aliases") {
            None => Vec::new(),
            Some(value) => self::endpoints(&value.object().ok_or_else(|| invalid("mtls_endpoint_aliases"))?).map_err(invalid)?,
        };
        let mut algorithms = Vec::new();
        for name in ALGORITHMS {
            algorithms.extend(list(name)?.map(|listed| (name, listed)));
        }
        let flag = |name: &str| object.get(name).and_then(Raw::boolean) == Some(true);
        let issuer = object.string("issuer").ok_or_else(|| invalid("issuer"))?;
        // Microsoft Entra's common document has `{tenantid}` where a tenant is to stand.
        Uri::parse(&issuer.chars().filter(|char| !matches!(char, '{' | '}')).collect::<String>())
            .filter(|uri| uri.query.is_none() && uri.fragment.is_none())
            .ok_or_else(|| invalid("issuer"))?;
        Ok(Self {
            issuer: issuer.into_owned(),
            issuer_parameter: flag("authorization_response_iss_parameter_supported"),
            requires_par: flag("require_pushed_authorization_requests"),
            endpoints,
            aliases,
            challenge_methods: list("code_challenge_methods_supported")?,
            algorithms,
            document: document.into(),
        })
    }

    /// Refuses a document that speaks for another issuer than the one asked for: RFC 8414 §3.3, Discovery §4.3.
    pub fn of_issuer(self, asked: &str, client: &Client) -> Result<Self, Error> {
        let of_provider = client.provider.issuers.contains(&self.issuer);
        if self.issuer == asked || of_provider || client.dangerously_skip_issuer_check {
            return Ok(self);
        }
        Err(Code::IssuerMismatch.at(Phase::Discovery).about("issuer"))
    }

    /// Where to send something.
    ///
    /// # Errors
    /// [`Code::UnsupportedByServer`] where the server has no such endpoint, [`Code::InsecureUrl`] where everyone could listen.
    pub fn endpoint(&self, name: &'static str, client: &Client, phase: Phase) -> Result<&str, Error> {
        let aliases = if client.authentication == Authentication::Tls { self.aliases.as_slice() } else { &[] };
        let url = aliases.iter().chain(&self.endpoints).find(|(other, _)| *other == name).map(|(_, url)| url.as_str());
        let url = url.ok_or_else(|| Code::UnsupportedByServer.at(phase).about(name))?;
        check_secure(url, client).map_err(|code| code.at(phase).about(name))?;
        Ok(url)
    }

    /// Whether the server may know this method of PKCE: it lists it, or lists none.
    pub fn allows_challenge_method(&self, method: &str) -> bool {
        self.challenge_methods.as_ref().is_none_or(|methods| methods.iter().any(|one| one == method))
    }

    /// Whether what this member is about may be signed so: the server lists it, or, where there is no list, it is RS256, which
    /// Discovery §3, JARM §3 and RFC 9701 §7 make every server support.
    pub fn allows_algorithm(&self, list: &str, algorithm: Algorithm) -> bool {
        let listed = self.algorithms.iter().find(|(name, _)| *name == list);
        // Read, not compared as text: one algorithm has two names, RFC 9864.
        let is = |one: &String| Algorithm::parse(one) == Some(algorithm);
        listed.map_or(algorithm == Algorithm::Rs256, |(_, listed)| listed.iter().any(is))
    }
}

/// The endpoints of a document; the name of the one that is not right otherwise.
fn endpoints(object: &Object<'_>) -> Result<Vec<(&'static str, String)>, &'static str> {
    let mut endpoints = Vec::new();
    for name in ENDPOINTS {
        if let Some(value) = object.get(name) {
            let url = value.string().ok_or(name)?;
            Uri::parse(&url).filter(|uri| uri.fragment.is_none()).ok_or(name)?;
            endpoints.push((name, url.into_owned()));
        }
    }
    Ok(endpoints)
}

/// Whether what is sent to this URL stays between the two of us: https, or this machine.
pub fn check_secure(url: &str, client: &Client) -> Result<(), Code> {
    let uri = Uri::parse(url).ok_or(Code::InvalidArgument)?;
    let safe = uri.secure || uri.is_loopback() || client.dangerously_allow_http;
    if safe { Ok(()) } else { Err(Code::InsecureUrl) }
}

/// Where an issuer's metadata may be, in the order of asking.
///
/// OpenID Connect Discovery §4 appends to the issuer; RFC 8414 §3 puts the well-known part between host and path, and §5 lets
/// OpenID's document stand there too.
pub fn locations(issuer: &str) -> Option<Vec<String>> {
    let uri = Uri::parse(issuer).filter(|uri| uri.query.is_none() && uri.fragment.is_none())?;
    let mut path = uri.path;
    while let Some(shorter) = path.strip_suffix("/") {
        path = shorter;
    }
    let mut locations = Vec::new();
    let mut push = |parts: [&str; 3]| locations.push(joined(&parts));
    push([uri.origin, path, "/.well-known/openid-configuration"]);
    push([uri.origin, "/.well-known/oauth-authorization-server", path]);
    if !path.is_empty() {
        push([uri.origin, "/.well-known/openid-configuration", path]);
    }
    Some(locations)
}
