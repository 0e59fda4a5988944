//! The sealed format: what a cookie holds that nobody but the handler can read or change.
//!
//! AES-256-GCM is the host's, by SubtleCrypto; what goes into it and how the outcome is written is here. A sealed text is base64url without padding of:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | the version: 1 |
//! | 1–8 | the key's id: the first 8 bytes of SHA-256 over `grantkit seal key id` and the key |
//! | 9–20 | the initialisation vector: 96 random bits, fresh for each sealing |
//! | 21–end | ciphertext and, as its last 16 bytes, the tag |
//!
//! The associated data are four lines, joined by line feeds: the version in digits, the purpose, the name of the place (a cookie's name, or the session's id where it
//! is stored), the handler's origin. What was sealed for one purpose, name or origin opens for no other. The key is used for this
//! alone, so nothing is derived from it. Random vectors are good for 2³² sealings under one key (NIST SP 800-38D §8.3): a session costs one for each refresh.
//!
//! Specification: [NIST SP 800-38D](https://csrc.nist.gov/pubs/sp/800/38/d/final),
//! [RFC 5116 §5.2](https://www.rfc-editor.org/rfc/rfc5116.html#section-5.2) (AEAD_AES_256_GCM).

use alloc::{string::String, vec::Vec};
use zeroize::Zeroize;

use crate::{
    secret::{opaque, sha256},
    session::refusal::Why,
    text::{base64url, joined},
};

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 8;
const IV_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Distinct bytes that a key must have: 32 random ones have about 30.
const DISTINCT_BYTES: usize = 20;

/// Names a key without telling it.
pub type KeyId = [u8; ID_BYTES];

/// What something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A session in a cookie.
    Session,
    /// A login that is under way, in a cookie.
    Login,
    /// A session in a store.
    Stored,
}

impl Purpose {
    /// The purpose of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Session, Self::Login, Self::Stored].into_iter().find(|one| one.as_str() == name)
    }

    /// The word in the associated data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Login => "login",
            Self::Stored => "stored",
        }
    }
}

/// Why a key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It is not base64url without padding.
    Encoding,
    /// It has not 32 bytes.
    Length,
    /// It is a text, or repeats itself: nobody drew it at random.
    Guessable,
}

impl Weak {
    /// What is wrong, and how to make a good one.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Encoding => {
                "A session key is not base64url without padding. Make one: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='"
            }
            Self::Length => "A session key has not 32 bytes. Make one: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='",
            Self::Guessable => {
                "A session key is a text or repeats itself: it must be random. Make one: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='"
            }
        }
    }
}

/// Looks at a key, 32 random bytes in base64url, and names it.
///
/// # Errors
/// [`Weak`]
pub fn key_id(text: &str) -> Result<KeyId, Weak> {
    let mut key = base64url::decode(text).ok_or(Weak::Encoding)?;
    let looked_at = look_at_key(&key);
    let mut named = [b"grantkit seal key id".as_slice(), &key].concat();
    let hash = sha256(&named);
    key.zeroize();
    named.zeroize();
    looked_at?;
    hash.first_chunk().copied().ok_or(Weak::Length)
}

fn look_at_key(key: &[u8]) -> Result<(), Weak> {
    if key.len() != KEY_BYTES {
        return Err(Weak::Length);
    }
    let distinct = key.iter().enumerate().filter(|(at, byte)| !key.iter().take(*at).any(|before| before == *byte)).count();
    if distinct < DISTINCT_BYTES || key.is_ascii() {
        return Err(Weak::Guessable);
    }
    Ok(())
}

/// The associated data of a sealing.
pub fn associated_data(purpose: Purpose, name: &str, origin: &str) -> String {
    joined(&["1\n", purpose.as_str(), "\n", name, "\n", origin])
}

/// What is sealed by this key begins with this.
pub fn head(key: &KeyId) -> Vec<u8> {
    [&[VERSION], key.as_slice()].concat()
}

/// The key that sealed these bytes, and what is behind their head.
///
/// # Errors
/// As [`Sealed::parse`].
pub fn take_key(bytes: &[u8]) -> Result<(&KeyId, &[u8]), Why> {
    match bytes.split_first_chunk::<{ 1 + ID_BYTES }>() {
        Some(([VERSION, key @ ..], rest)) if rest.len() >= IV_BYTES + TAG_BYTES => Ok((key, rest)),
        _ => Err(Why::SessionDamaged),
    }
}

/// Which of these keys this is: what an older one than the first has sealed is to be sealed anew.
///
/// # Errors
/// [`Why::SessionDamaged`] where it is none: the key is retired, or was never ours.
pub fn key_among(key: &KeyId, keys: &[KeyId]) -> Result<usize, Why> {
    keys.iter().position(|own| own == key).ok_or(Why::SessionDamaged)
}

/// A sealed text, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key sealed it.
    pub key: KeyId,
    /// The initialisation vector.
    pub iv: [u8; IV_BYTES],
    /// The ciphertext with its tag.
    pub ciphertext: Vec<u8>,
}

// Whoever has the text has the session, though nobody can read what is in it.
opaque!(Sealed);

impl Sealed {
    /// Takes a sealed text apart.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`] for what is none, or of a version that is not known.
    pub fn parse(text: &str) -> Result<Self, Why> {
        let bytes = base64url::decode(text).ok_or(Why::SessionDamaged)?;
        let (key, rest) = take_key(&bytes)?;
        let (iv, ciphertext) = rest.split_first_chunk().ok_or(Why::SessionDamaged)?;
        Ok(Self { key: *key, iv: *iv, ciphertext: ciphertext.to_vec() })
    }

    /// As text.
    pub fn to_text(&self) -> String {
        base64url::encode(&[head(&self.key).as_slice(), &self.iv, &self.ciphertext].concat())
    }
}
