//! Judging somebody's access token: what a resource server does with a request.
//!
//! The token is a JWT of the server's, of a type of its own, so that no ID token is taken for one. Where it is bound to a key, the request
//! carries a proof by that key, and a thief's request has none. Left to the caller: whether a proof's `jti` was seen before (§11.1 of RFC 9449; it
//! is in the answer), certificates (`cnf.x5t#S256`), and what the scope means.
//!
//! Specifications: [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068.html#section-4),
//! [RFC 9449 §4.3, §7](https://www.rfc-editor.org/rfc/rfc9449.html#section-4.3).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    jose::{
        jwk::Jwk,
        jws::{Algorithm, Check, Jws},
        jwt::Claims,
    },
    limits,
    oauth::{client::Client, metadata::Metadata, signed::Rules},
    secret::{opaque, same, sha256},
    text::{
        base64url, cut, has,
        json::{Object, Raw, Writer},
        lists, split, uri,
    },
    time::Timestamp,
};

/// A request that somebody made, as far as its token goes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The URL that the client asked for, before any proxy.
    pub url: String,
    /// `Authorization`; several headers joined by commas are refused.
    pub authorization: Option<String>,
    /// `DPoP`; several headers joined by commas are refused.
    pub dpop: Option<String>,
}

opaque!(Received);

/// What is expected of the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The resource's own identifier.
    pub audience: String,
    /// Scopes that the token must have, separated by spaces.
    pub scope: String,
    /// The algorithms it may be signed by; none: those of the server's metadata for ID tokens.
    pub algorithms: Vec<Algorithm>,
    /// Only tokens that are bound to a key are taken.
    pub dpop: bool,
    /// The nonce that proofs must have.
    pub nonce: Option<String>,
}

/// A token whose claims passed, with the signatures to verify: its own by a key of the server's, its proof's by the proof's key.
#[derive(Debug)]
pub struct Judged {
    /// `{claims, dpop?: {jti, iat, jkt}}`.
    pub json: String,
    /// The token's signature.
    pub signature: Jws,
    /// The proof's signature.
    pub proof: Option<Check>,
}

/// Judges a request.
///
/// # Errors
/// [`Code::MissingAccessToken`]; those of [`Rules::judge`]; [`Code::InsufficientScope`]; [`Code::DpopProofRefused`], which names the member; [`Code::TokenNotBound`] where a
/// bound token comes as a Bearer token, or an unbound one with a proof.
pub fn judge(
    received: &Received,
    expected: &Expected,
    server: &Metadata,
    client: &Client,
    now: Timestamp,
    here: Timestamp,
) -> Result<Judged, Error> {
    let at = |(code, about): Refused| code.at(Phase::AccessToken).about(about);
    let (bound, token) = credential(received).ok_or_else(|| at((Code::MissingAccessToken, "authorization")))?;
    let agreed = Some(expected.algorithms.as_slice()).filter(|algorithms| !algorithms.is_empty());
    let rules = Rules {
        phase: Phase::AccessToken,
        name: "access_token",
        types: &["at+jwt"],
        algorithms: "id_token_signing_alg_values_supported",
        agreed,
        audience: &expected.audience,
        required: &["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    };
    let signature = rules.judge(token, server, client, now)?;
    let claims = Claims::parse(&signature.payload).ok_or_else(|| at((Code::MalformedJwt, "access_token")))?;
    let granted = claims.get("scope").and_then(Raw::string).unwrap_or_default();
    if !split(&expected.scope, b' ').all(|scope| scope.is_empty() || lists(&granted, scope)) {
        return Err(at((Code::InsufficientScope, "scope")));
    }
    // What says that the token is bound and cannot be read does not say that anybody may use it.
    let unreadable = || at((Code::InvalidMember, "cnf"));
    let bound_to = claims.get("cnf").map(|cnf| cnf.object().ok_or_else(unreadable)).transpose()?;
    let thumbprint = bound_to.and_then(|cnf| cnf.get("jkt")).map(|jkt| jkt.string().map(String::from).ok_or_else(unreadable));
    let thumbprint = thumbprint.transpose()?;
    let mut json = Writer::default();
    json.raw("claims", &signature.payload);
    // A bound token is worth nothing without its proof, and a proof is worth nothing beside a token that anybody may use.
    let proof = match (thumbprint, bound) {
        (Some(thumbprint), true) => {
            let (proof, check) = prove(received, token, &thumbprint, expected, client, here).map_err(at)?;
            json.raw("dpop", &proof);
            Some(check)
        }
        (None, false) if !expected.dpop => None,
        _ => return Err(at((Code::TokenNotBound, "cnf"))),
    };
    Ok(Judged { json: json.finish(), signature, proof })
}

type Refused = (Code, &'static str);

/// Whether it is shown as a DPoP token, and the token: RFC 6750 §2.1, RFC 9449 §7.1.
fn credential(received: &Received) -> Option<(bool, &str)> {
    let (scheme, rest) = cut(received.authorization.as_deref()?, b' ');
    let mut words = split(rest?, b' ').filter(|word| !word.is_empty());
    let token = words.next().filter(|token| !has(token, b","))?;
    let bound = scheme.eq_ignore_ascii_case("DPoP");
    let known = bound || scheme.eq_ignore_ascii_case("Bearer");
    (known && words.next().is_none()).then_some((bound, token))
}

/// The steps of [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449.html#section-4.3).
fn prove(
    received: &Received,
    token: &str,
    thumbprint: &str,
    expected: &Expected,
    client: &Client,
    now: Timestamp,
) -> Result<(String, Check), Refused> {
    let refused = |about: &'static str| (Code::DpopProofRefused, about);
    let require = |holds: bool, about: &'static str| if holds { Ok(()) } else { Err(refused(about)) };

    // 1. and 2. One header, one JWT.
    let header = received.dpop.as_deref().ok_or_else(|| refused("dpop"))?;
    let jws = Jws::parse(header.trim_ascii()).map_err(|_| refused("dpop"))?;

    // 3. Its claims.
    let claims = Claims::parse(&jws.payload).ok_or_else(|| refused("dpop"))?;
    let text = |name: &'static str| claims.get(name).and_then(Raw::string).ok_or_else(|| refused(name));
    let (jti, htm, htu) = (text("jti")?, text("htm")?, text("htu")?);
    let issued = claims.time("iat").ok_or_else(|| refused("iat"))?;

    // 4. Its type.
    require(jws.is_type(&["dpop+jwt"]), "typ")?;

    // 5. An algorithm with two keys.
    require(jws.algorithm != Algorithm::Hs256, "alg")?;

    // 7. The key, its public half alone. 6. Its signature is for the host to verify.
    let head = Object::parse(&jws.header).unwrap_or_default();
    let key = head.get("jwk").and_then(Raw::object).ok_or_else(|| refused("jwk"))?;
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| key.get(member).is_some());
    let key = Jwk::parse(&key).filter(|key| !private && key.fits(jws.algorithm, None)).ok_or_else(|| refused("jwk"))?;

    // 8. and 9. This request.
    require(htm == received.method.as_str(), "htm")?;
    let target = uri::normalised(&received.url).ok_or((Code::InvalidArgument, "url"))?;
    require(uri::normalised(&htu).is_some_and(|htu| htu == target), "htu")?;

    // 10. The nonce, where one is due.
    let nonce = claims.get("nonce").and_then(Raw::string);
    require(expected.nonce.as_deref().is_none_or(|due| nonce.is_some_and(|nonce| same(&nonce, due))), "nonce")?;

    // 11. Just now.
    let leeway = client.leeway.seconds();
    let oldest = issued.plus(limits::DPOP_PROOF_SECONDS).plus(leeway);
    require(issued <= now.plus(leeway) && now <= oldest, "iat")?;

    // 12. This token, bound to this key.
    require(text("ath")? == base64url::encode(&sha256(token.as_bytes())), "ath")?;
    require(key.thumbprint() == thumbprint, "jkt")?;

    let mut json = Writer::default();
    json.string("jti", &jti).integer("iat", issued.seconds()).string("jkt", thumbprint);
    Ok((json.finish(), jws.check(&key)))
}
