//! Keys that servers publish.
//!
//! Only what verifies is read: the members of the public key, and those that say what it may be used for. `x5c`, `x5u` and private members are left out.
//!
//! Specifications: [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517.html), [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518.html#section-6),
//! [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037.html#section-2), [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638.html).

use alloc::{string::String, vec::Vec};

use crate::{
    jose::jws::Algorithm,
    secret::sha256,
    text::{
        base64url,
        json::{Object, Raw, Writer},
    },
};

/// Base64url characters of a 2,048-bit modulus, the least that [RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518.html#section-3.3) allows.
const RSA_MODULUS_CHARACTERS: usize = 342;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    kid: Option<String>,
    algorithm: Option<String>,
    /// `kty`, or `crv` where the type has curves.
    family: String,
    verifies: bool,
    public: String,
}

impl Jwk {
    /// Reads a key; `None` where it is of a type that signs nothing, too weak, or malformed.
    pub fn parse(key: &Object<'_>) -> Option<Self> {
        let kty = key.string("kty")?;
        // The members that RFC 7638 §3.2 requires, in its order.
        let members: &[&str] = match kty.as_ref() {
            "RSA" => &["e", "kty", "n"],
            "EC" => &["crv", "kty", "x", "y"],
            "OKP" => &["crv", "kty", "x"],
            _ => return None,
        };
        let mut public = Writer::default();
        for member in members {
            let value = key.string(member)?;
            if *member == "n" && value.bytes().skip_while(|byte| *byte == b'A').count() < RSA_MODULUS_CHARACTERS {
                return None;
            }
            public.string(member, &value);
        }
        let verify_operation =
            |operations: Vec<Raw<'_>>| operations.iter().any(|one| one.string().is_some_and(|one| one == "verify"));
        Some(Self {
            kid: key.text("kid"),
            algorithm: key.text("alg"),
            family: key.string("crv").unwrap_or(kty).into(),
            verifies: key.string("use").is_none_or(|purpose| purpose == "sig")
                && key.get("key_ops").and_then(Raw::array).is_none_or(verify_operation),
            public: public.finish(),
        })
    }

    /// The members of the public key alone, as [RFC 7638 §3.1](https://www.rfc-editor.org/rfc/rfc7638.html#section-3.1) orders them:
    /// what is hashed for a thumbprint, and all that a host needs to import it.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The thumbprint by SHA-256, [RFC 7638 §3](https://www.rfc-editor.org/rfc/rfc7638.html#section-3).
    pub fn thumbprint(&self) -> String {
        base64url::encode(&sha256(self.public.as_bytes()))
    }

    /// Whether a signature by this algorithm, from this `kid`, may be by this key.
    pub fn fits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        self.verifies
            && self.family == algorithm.key_family()
            && self.algorithm.as_deref().is_none_or(|name| Algorithm::parse(name) == Some(algorithm))
            && kid.is_none_or(|kid| self.kid.as_deref() == Some(kid))
    }
}

/// A key of our own, as the host tells of it: the private half never leaves the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The public half, where it may be shown: for DPoP.
    pub public: Option<Jwk>,
}

/// Keys that a server publishes, [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517.html#section-5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Jwk>);

impl KeySet {
    /// Reads a JWK Set. Keys that cannot be used are passed over, as §5 asks.
    pub fn parse(text: &str) -> Option<Self> {
        let keys = Object::parse(text)?.get("keys")?.array()?;
        Some(Self(keys.into_iter().filter_map(|key| Jwk::parse(&key.object()?)).collect()))
    }

    /// The keys that may have made a signature.
    pub fn fitting(&self, algorithm: Algorithm, kid: Option<&str>) -> impl Iterator<Item = &Jwk> {
        self.0.iter().filter(move |key| key.fits(algorithm, kid))
    }
}
