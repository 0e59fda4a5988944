//! Authorization requests that cannot be altered on their way.
//!
//! The parameters become claims of a JWT that the client signs. Left out: encryption (§6.1), and `request_uri`s of our own, which PAR replaces.
//!
//! Specification: [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101.html)

use alloc::string::String;

use crate::{
    jose::jws::{self, Algorithm},
    limits,
    text::{
        base64url,
        json::{Raw, Writer},
    },
    time::Timestamp,
};

/// What is to be signed to make a request object, [§4](https://www.rfc-editor.org/rfc/rfc9101.html#section-4), with the `aud` and life span that FAPI asks for.
pub fn signing_input(
    parameters: &[(String, String)],
    client_id: &str,
    issuer: &str,
    algorithm: Algorithm,
    kid: Option<&str>,
    entropy: &[u8; limits::ENTROPY_BYTES],
    now: Timestamp,
) -> String {
    let mut header = Writer::default();
    header.string("alg", algorithm.as_str()).string("typ", "oauth-authz-req+jwt").optional("kid", kid);
    let mut claims = Writer::default();
    claims.string("iss", client_id).string("aud", issuer).string("jti", &base64url::encode(entropy));
    claims.integer("iat", now.seconds()).integer("nbf", now.seconds());
    claims.integer("exp", now.plus(limits::ASSERTION_SECONDS).seconds());
    for (index, (name, value)) in parameters.iter().enumerate() {
        if parameters.iter().take(index).any(|(other, _)| other == name) {
            continue;
        }
        let mut values = parameters.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        // §4: numbers and objects keep their type; a parameter that occurs twice becomes a list.
        match name.as_str() {
            _ if values.clone().count() > 1 => claims.list(name, &mut values),
            "claims" | "authorization_details" | "max_age" if Raw::parse(value).is_some() => claims.raw(name, value),
            _ => claims.string(name, value),
        };
    }
    jws::signing_input(&header.finish(), &claims.finish())
}
