//! JWTs by which a client proves who it is.
//!
//! The audience is the issuer, never an endpoint: an assertion that fits several endpoints can be carried from one to another (the
//! attack behind draft-ietf-oauth-rfc7523bis). Each one is fresh, lives a minute and has an identifier of its own.
//!
//! Specification: [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523.html#section-3)

use alloc::string::String;

use crate::{
    jose::jws::{self, Algorithm},
    limits,
    text::{base64url, json::Writer},
    time::Timestamp,
};

/// What is to be signed to authenticate `client_id` at `issuer`.
pub fn signing_input(
    client_id: &str,
    issuer: &str,
    algorithm: Algorithm,
    kid: Option<&str>,
    entropy: &[u8; limits::ENTROPY_BYTES],
    now: Timestamp,
) -> String {
    let mut header = Writer::default();
    header.string("alg", algorithm.as_str()).optional("kid", kid);
    let mut claims = Writer::default();
    claims.string("iss", client_id).string("sub", client_id).string("aud", issuer).string("jti", &base64url::encode(entropy));
    claims.integer("iat", now.seconds()).integer("exp", now.plus(limits::ASSERTION_SECONDS).seconds());
    jws::signing_input(&header.finish(), &claims.finish())
}
