//! Using an access token where it is for, and nowhere else.
//!
//! A token that is sent to the wrong place is lost, so it goes only to URLs under a prefix that the client was given for it. What may be
//! read in two ways by two parsers is under no prefix. A server's challenge is read here; what to do about it is the caller's.
//! Left out: the token in the query or in the form (RFC 6750 §2.2, §2.3; RFC 9700 §4.3.2 advises against both), and signed metadata (RFC 9728 §2.2).
//!
//! Specifications: [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750.html), [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html),
//! [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728.html).

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase, Refusal},
    http::Response,
    secret::Secret,
    text::{
        challenge::{self, Challenge},
        excerpt::{self, excerpt},
        find, hex, is_among, is_visible, joined,
        json::{Object, Raw},
        split,
        uri::Uri,
    },
};

/// An access token, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token.
    pub token: Secret,
    /// It is bound to a key: each use of it is to be proven.
    pub dpop: bool,
}

impl AccessToken {
    /// Takes a token of this `token_type`.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for what fits into no header, [`Code::UnsupportedTokenType`] for a type other than Bearer and DPoP.
    pub fn new(token: Secret, token_type: &str, phase: Phase) -> Result<Self, Error> {
        let visible = !token.expose().is_empty() && is_visible(token.expose());
        if !visible {
            return Err(Code::InvalidArgument.at(phase).about("access_token"));
        }
        let dpop = token_type.eq_ignore_ascii_case("DPoP");
        if !dpop && !token_type.eq_ignore_ascii_case("Bearer") {
            return Err(Code::UnsupportedTokenType.at(phase).about("token_type"));
        }
        Ok(Self { token, dpop })
    }

    /// The value of `Authorization`: [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-2.1),
    /// [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.1).
    pub fn authorization(&self) -> Secret {
        let scheme = if self.dpop { "DPoP " } else { "Bearer " };
        Secret::new(joined(&[scheme, self.token.expose()]))
    }
}

/// Whether a URL may be a prefix that tokens go to: no query, no fragment, nothing that could be read in two ways.
pub fn is_prefix(prefix: &str) -> bool {
    Uri::parse(prefix).is_some_and(|uri| uri.query.is_none() && uri.fragment.is_none() && is_plain(uri.path, true))
}

/// Whether a token may go to this URL: one of the prefixes has its scheme, host and port, and its path up to the end of a segment.
pub fn allows(prefixes: &[String], url: &str) -> bool {
    let Some(target) = Uri::parse(url) else { return false };
    prefixes.iter().filter_map(|prefix| Uri::parse(prefix)).any(|prefix| {
        // Under a path, an encoded slash could lead out of it; where the whole origin is meant, it leads nowhere else.
        let bounded = !matches!(prefix.path, "" | "/");
        prefix.same_origin(&target) && is_plain(target.path, bounded) && (!bounded || is_under(target.path, prefix.path))
    })
}

fn is_under(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("/") || prefix.ends_with("/"))
}

/// No empty segment but the last, no `.` and `..`, no encoded dot; `whole`: nor a slash, a backslash or a letter that is encoded, however often: some reader
/// decodes once more than the next.
fn is_plain(path: &str, whole: bool) -> bool {
    let hides = |part: &str| {
        let mut code = part;
        // An encoded percent sign, and what stands behind it.
        while let Some(rest) = code.strip_prefix("25").filter(|_| whole) {
            code = rest;
        }
        match code.get(..2).and_then(|code| hex(code.as_bytes(), 2)).map(u32::to_be_bytes) {
            Some([.., byte]) => byte == b'.' || whole && (byte.is_ascii_alphanumeric() || is_among(byte, b"/\\")),
            None => whole && code.len() == part.len(),
        }
    };
    find(path, "//").is_none() && !split(path, b'/').any(|one| matches!(one, "." | "..")) && !split(path, b'%').skip(1).any(hides)
}

/// Whether a resource asks for a proof with the nonce that it brought, [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9).
pub fn asks_for_nonce(status: u16, www_authenticate: Option<&str>) -> bool {
    let challenges = www_authenticate.filter(|_| status == 401).and_then(challenge::parse).unwrap_or_default();
    challenges.iter().any(|challenge| challenge.scheme == "dpop" && challenge.get("error") == Some("use_dpop_nonce"))
}

/// What a resource says when it refuses a token, [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1); `None` where it says nothing.
pub fn refusal(response: &Response, phase: Phase, secrets: &[&str]) -> Option<Error> {
    let challenges = challenge::parse(response.www_authenticate.as_deref().filter(|_| response.status >= 400)?)?;
    let (challenge, error) = challenges.iter().find_map(|challenge: &Challenge| Some((challenge, challenge.get("error")?)))?;
    let clean = |text: &str| excerpt(text.as_bytes(), secrets);
    Some(response.error(Code::refusal(error), phase).with(|report| {
        report.refusal = Some(Refusal {
            error: excerpt::word(error, secrets),
            description: challenge.get("error_description").map(clean),
            uri: challenge.get("error_uri").map(clean),
        });
    }))
}

/// Where a resource's metadata is: the well-known part goes between host and path,
/// [RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728.html#section-3.1).
pub fn location(resource: &str) -> Option<String> {
    let uri = Uri::parse(resource).filter(|uri| uri.fragment.is_none())?;
    let path = if uri.path == "/" { "" } else { uri.path };
    let mut location = joined(&[uri.origin, "/.well-known/oauth-protected-resource", path]);
    if let Some(query) = uri.query {
        location.push('?');
        location.push_str(query);
    }
    Some(location)
}

/// Where a challenge says that the resource's metadata is, [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728.html#section-5.1).
pub fn place(www_authenticate: &str) -> Option<String> {
    challenge::parse(www_authenticate)?.iter().find_map(|challenge| challenge.get("resource_metadata").map(String::from))
}

/// Judges a resource's metadata, [RFC 9728 §3.3](https://www.rfc-editor.org/rfc/rfc9728.html#section-3.3): it speaks of the resource
/// that was asked, to the letter but for the slash that stands for no path.
///
/// # Errors
/// [`Code::MalformedJson`], [`Code::InvalidMember`], [`Code::ResourceMismatch`].
pub fn metadata(document: &str, asked: &str) -> Result<(), Error> {
    let at = |code: Code| code.at(Phase::Resource);
    let object = Object::parse(document).ok_or_else(|| at(Code::MalformedJson))?;
    let resource = object.string("resource").ok_or_else(|| at(Code::InvalidMember).about("resource"))?;
    if location(&resource) != location(asked) {
        return Err(at(Code::ResourceMismatch).about("resource"));
    }
    if let Some(servers) = object.get("authorization_servers") {
        let issuer = |one: &Raw<'_>| one.string().is_some_and(|issuer| Uri::parse(&issuer).is_some());
        let issuers = servers.array().is_some_and(|servers| servers.iter().all(issuer));
        if !issuers {
            return Err(at(Code::InvalidMember).about("authorization_servers"));
        }
    }
    Ok(())
}
