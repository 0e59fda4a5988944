//! Signatures in their compact form.
//!
//! The core reads, chooses and compares; RSA, ECDSA and EdDSA are verified by the host ([`Check`]), HMAC here. Not read: the
//! JSON forms, `b64`, and keys that a token brings along (`jwk`, `jku`, `x5u`, `x5c`): a signature is worth what its key is worth.
//!
//! Specifications: [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515.html), [RFC 7518 §3](https://www.rfc-editor.org/rfc/rfc7518.html#section-3),
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725.html).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use sha2::{Digest, Sha384, Sha512};

use crate::{
    error::Code,
    jose::jwk::Jwk,
    secret::{Secret, opaque, same_bytes, sha256, swept, wipe},
    text::{base64url, json::Object, split},
};

/// How a token is signed: [RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518.html#section-3.1), RFC 8037, RFC 9864. There is no `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// EdDSA on Ed25519.
    EdDsa,
}

/// Name, key family (`kty`, or `crv` where there are curves), bits of the hash.
static ALGORITHMS: [(Algorithm, &str, &str, u16); 11] = [
    (Algorithm::Hs256, "HS256", "oct", 256),
    (Algorithm::Rs256, "RS256", "RSA", 256),
    (Algorithm::Rs384, "RS384", "RSA", 384),
    (Algorithm::Rs512, "RS512", "RSA", 512),
    (Algorithm::Ps256, "PS256", "RSA", 256),
    (Algorithm::Ps384, "PS384", "RSA", 384),
    (Algorithm::Ps512, "PS512", "RSA", 512),
    (Algorithm::Es256, "ES256", "P-256", 256),
    (Algorithm::Es384, "ES384", "P-384", 384),
    (Algorithm::Es512, "ES512", "P-521", 512),
    (Algorithm::EdDsa, "EdDSA", "Ed25519", 512),
];

impl Algorithm {
    #[allow(clippy::indexing_slicing, reason = "one row for each variant, in their order: a test compares them")]
    fn row(self) -> &'static (Self, &'static str, &'static str, u16) {
        &ALGORITHMS[self as usize]
    }

    /// Reads an `alg`. RFC 9864 gives EdDSA on Ed25519 a name of its own.
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        ALGORITHMS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The `alg`.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The `kty` of its keys, or their `crv` where there are curves.
    pub fn key_family(self) -> &'static str {
        self.row().2
    }

    /// Bits of the hash it is built on.
    pub fn hash_bits(self) -> u16 {
        self.row().3
    }

    /// The hash it is built on, of this text: for `at_hash` and its like.
    pub fn hash(self, text: &str) -> Vec<u8> {
        match self.hash_bits() {
            256 => sha256(text.as_bytes()).to_vec(),
            384 => swept(|| Sha384::digest(text).to_vec()),
            _ => swept(|| Sha512::digest(text).to_vec()),
        }
    }
}

/// A token in compact form, taken apart, its signature not yet verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Jws {
    /// How it says it is signed.
    pub algorithm: Algorithm,
    /// Which key it says it is signed with.
    pub kid: Option<String>,
    /// `typ`.
    pub typ: Option<String>,
    /// The header, as text.
    pub header: String,
    /// The payload, as text: JWTs are JSON.
    pub payload: String,
    signed: String,
    signature: Vec<u8>,
}

opaque!(Jws, Check);

impl Jws {
    /// Takes a token apart, [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515.html#section-5.2).
    ///
    /// # Errors
    /// [`Code::EncryptedJwt`] for five parts, [`Code::AlgorithmRefused`] for `none` and the unknown, [`Code::UnknownCriticalHeader`], and
    /// [`Code::MalformedJwt`] for everything else.
    pub fn parse(token: &str) -> Result<Self, Code> {
        let mut parts = split(token, b'.');
        let (header, payload, signature) = match (parts.next(), parts.next(), parts.next(), parts.count()) {
            (Some(header), Some(payload), Some(signature), 0) => (header, payload, signature),
            (Some(_), Some(_), Some(_), 2) => return Err(Code::EncryptedJwt),
            _ => return Err(Code::MalformedJwt),
        };
        let text = |part: &str| base64url::decode(part).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Code::MalformedJwt);
        let signed_length = header.len().saturating_add(payload.len()).saturating_add(1);
        let header_text = text(header)?;
        let header = Object::parse(&header_text).ok_or(Code::MalformedJwt)?;
        let algorithm = header.string("alg").ok_or(Code::MalformedJwt)?;
        let algorithm = Algorithm::parse(&algorithm).ok_or(Code::AlgorithmRefused)?;
        if header.get("crit").is_some() {
            return Err(Code::UnknownCriticalHeader);
        }
        Ok(Self {
            algorithm,
            kid: header.text("kid"),
            typ: header.text("typ"),
            payload: text(payload)?,
            header: header_text.clone(),
            signed: token.get(..signed_length).ok_or(Code::MalformedJwt)?.to_string(),
            signature: base64url::decode(signature).ok_or(Code::MalformedJwt)?,
        })
    }

    /// Whether `typ` is one of these media types, [§4.1.9](https://www.rfc-editor.org/rfc/rfc7515.html#section-4.1.9):
    /// `application/` may be left out, and case does not count. The empty one stands for a token without `typ`.
    pub fn is_type(&self, types: &[&str]) -> bool {
        let typ = self.typ.as_deref().unwrap_or("");
        let subtype = typ.split_at_checked(12).filter(|(start, _)| start.eq_ignore_ascii_case("application/"));
        let subtype = subtype.map_or(typ, |(_, subtype)| subtype);
        types.iter().any(|one| one.eq_ignore_ascii_case(subtype))
    }

    /// What the host is to verify, with this key.
    pub fn check(&self, key: &Jwk) -> Check {
        Check {
            algorithm: self.algorithm,
            key: key.public().into(),
            signed: self.signed.clone(),
            signature: self.signature.clone(),
        }
    }

    /// Verifies an HMAC, [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518.html#section-3.2).
    pub fn verify_hmac(&self, secret: &str) -> bool {
        let expected = hmac(secret, &self.signed);
        self.algorithm == Algorithm::Hs256 && !expected.is_empty() && same_bytes(&expected, &self.signature)
    }
}

/// What is to be signed: header and claims, as the compact form has them.
pub fn signing_input(header: &str, claims: &str) -> String {
    let mut input = base64url::encode(header.as_bytes());
    input.push('.');
    input.push_str(&base64url::encode(claims.as_bytes()));
    input
}

/// A token of what was signed and its signature.
pub fn compact(mut input: String, signature: &[u8]) -> Secret {
    input.push('.');
    input.push_str(&base64url::encode(signature));
    Secret::new(input)
}

/// Makes an HMAC with SHA-256, [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518.html#section-3.2),
/// [RFC 2104 §2](https://www.rfc-editor.org/rfc/rfc2104.html#section-2).
pub fn hmac(secret: &str, input: &str) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut key = secret.as_bytes().to_vec();
    if key.len() > BLOCK {
        key = sha256(&key).to_vec();
    }
    key.resize(BLOCK, 0);
    let keyed = |pad: u8, text: &[u8]| {
        let mut block: Vec<u8> = key.iter().map(|byte| byte ^ pad).collect();
        block.extend_from_slice(text);
        let hash = sha256(&block).to_vec();
        wipe(&mut block);
        hash
    };
    let hash = keyed(0x5c, &keyed(0x36, input.as_bytes()));
    wipe(&mut key);
    hash
}

/// One signature for the host to verify.
#[derive(Clone, PartialEq, Eq)]
pub struct Check {
    /// The algorithm, agreed on beforehand.
    pub algorithm: Algorithm,
    /// The public key, a JWK.
    pub key: String,
    /// What was signed.
    pub signed: String,
    /// The signature: for ECDSA the two numbers side by side, as RFC 7518 §3.4 and SubtleCrypto have them.
    pub signature: Vec<u8>,
}
