//! Tokens that are worth nothing to a thief.
//!
//! A token is bound to a key that never leaves the host. Each request carries a proof: a JWT over its method and URL, signed with that
//! key, fresh by a nonce that the server hands out. Here proofs are worded and nonces are remembered; the host signs.
//!
//! Specification: [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)

use alloc::{string::String, vec::Vec};

use crate::{
    jose::{
        jwk::Jwk,
        jws::{self, Algorithm},
    },
    limits,
    secret::{opaque, sha256},
    text::{base64url, cut, form, is_visible, json::Writer, uri::Uri},
    time::Timestamp,
};

/// What is to be signed to prove a request, [§4.2](https://www.rfc-editor.org/rfc/rfc9449.html#section-4.2).
pub struct Proof<'a> {
    /// `htm`: the method.
    pub method: &'a str,
    /// `htu`: the URL; its query and fragment are left out.
    pub url: &'a str,
    /// `nonce`, where the server asks for one.
    pub nonce: Option<&'a str>,
    /// Hashed into `ath`, at a resource.
    pub access_token: Option<&'a str>,
}

opaque!(Proof<'_>);

impl Proof<'_> {
    /// Words it for this key.
    pub fn signing_input(
        &self,
        key: &Jwk,
        algorithm: Algorithm,
        entropy: &[u8; limits::ENTROPY_BYTES],
        now: Timestamp,
    ) -> String {
        let mut header = Writer::default();
        header.string("typ", "dpop+jwt").string("alg", algorithm.as_str()).raw("jwk", key.public());
        let target = cut(cut(self.url, b'#').0, b'?').0;
        let mut claims = Writer::default();
        claims.string("jti", &base64url::encode(entropy)).string("htm", self.method).string("htu", target);
        claims.integer("iat", now.seconds()).optional("nonce", self.nonce);
        if let Some(token) = self.access_token {
            claims.string("ath", &base64url::encode(&sha256(token.as_bytes())));
        }
        jws::signing_input(&header.finish(), &claims.finish())
    }
}

/// The last nonce of each origin, [§8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8), learnt from successes and refusals alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nonces(Vec<(String, String)>);

impl Nonces {
    /// The nonce to use at this URL.
    pub fn get(&self, url: &str) -> Option<&str> {
        let origin = Uri::parse(url)?.origin;
        form::get(&self.0, origin)
    }

    /// Whether this nonce can be used, and is another than the one that is known for this URL.
    pub fn is_news(&self, url: &str, nonce: &str) -> bool {
        let length = (1..=limits::DPOP_NONCE_CHARACTERS).contains(&nonce.len());
        length && is_visible(nonce) && Uri::parse(url).is_some() && self.get(url) != Some(nonce)
    }

    /// Learns what a response from this URL brought. Tells whether it is news. The oldest origin makes room.
    pub fn learn(&mut self, url: &str, nonce: Option<&str>) -> bool {
        let Some(nonce) = nonce.filter(|nonce| self.is_news(url, nonce)) else { return false };
        let Some(uri) = Uri::parse(url) else { return false };
        self.0.retain(|(origin, _)| origin != uri.origin);
        if self.0.len() == limits::DPOP_NONCES {
            self.0.remove(0);
        }
        self.0.push((uri.origin.into(), nonce.into()));
        true
    }
}
