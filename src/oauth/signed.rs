//! JWTs that the server signed, other than ID tokens: what they have in common.
//!
//! Each kind differs from the others by its type, its audience and its claims, so that none can be passed off as another.
//! The signature is verified last, by the flow.
//!
//! Specification: [RFC 8725 §3](https://www.rfc-editor.org/rfc/rfc8725.html#section-3)

use crate::{
    error::{Code, Error, Phase},
    jose::{
        jws::{Algorithm, Jws},
        jwt::Claims,
    },
    oauth::{client::Client, fapi2, metadata::Metadata},
    time::Timestamp,
};

/// What a token of one kind must be.
#[derive(Debug)]
pub struct Rules<'a> {
    /// Where it is judged.
    pub phase: Phase,
    /// What it is called when it cannot be read.
    pub name: &'static str,
    /// The `typ`s it may have; see [`Jws::is_type`]. None at all: it may have any.
    pub types: &'a [&'a str],
    /// The member of the server's metadata that lists its algorithms. HMAC is not among them, whatever it lists.
    pub algorithms: &'static str,
    /// The algorithms that were agreed on otherwise.
    pub agreed: Option<&'a [Algorithm]>,
    /// Who it must be for.
    pub audience: &'a str,
    /// The claims that must be there. `iss`, `aud` and times are judged where they are there.
    pub required: &'a [&'a str],
}

impl Rules<'_> {
    /// Judges a token: what is left to do is to verify its signature.
    ///
    /// # Errors
    /// [`Code::MalformedJwt`] and its like, [`Code::TypeMismatch`], [`Code::AlgorithmRefused`], [`Code::InvalidMember`], [`Code::IssuerMismatch`],
    /// [`Code::AudienceMismatch`], [`Code::TokenExpired`], [`Code::IssuedInFuture`].
    pub fn judge(&self, token: &str, server: &Metadata, client: &Client, now: Timestamp) -> Result<Jws, Error> {
        self.steps(token, server, client, now).map_err(|(code, about)| code.at(self.phase).about(about))
    }

    fn steps(&self, token: &str, server: &Metadata, client: &Client, now: Timestamp) -> Result<Jws, (Code, &str)> {
        let jws = Jws::parse(token).map_err(|code| (code, self.name))?;
        if !self.types.is_empty() && !jws.is_type(self.types) {
            return Err((Code::TypeMismatch, "typ"));
        }
        let agreed = match self.agreed {
            Some(agreed) => agreed.contains(&jws.algorithm),
            None => jws.algorithm != Algorithm::Hs256 && server.allows_algorithm(self.algorithms, jws.algorithm),
        };
        if !agreed || (client.fapi2 && !fapi2::allows(jws.algorithm)) {
            return Err((Code::AlgorithmRefused, "alg"));
        }
        let claims = Claims::parse(&jws.payload).ok_or((Code::MalformedJwt, self.name))?;
        for name in self.required {
            claims.get(name).ok_or((Code::InvalidMember, *name))?;
        }
        if claims.get("iss").is_some() {
            let text = |name| claims.get(name).and_then(|value| value.string()).unwrap_or_default();
            let tenant = Some(text("tid")).filter(|tenant| !tenant.is_empty());
            if !client.provider.accepts_issuer(&text("iss"), &server.issuer, tenant.as_deref()) {
                return Err((Code::IssuerMismatch, "iss"));
            }
        }
        if claims.get("aud").is_some() && !claims.audience(self.audience).0 {
            return Err((Code::AudienceMismatch, "aud"));
        }
        claims.check_times(now, client.leeway)?;
        Ok(jws)
    }
}
