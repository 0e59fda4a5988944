//! Verifying, by the host's SubtleCrypto: no RSA or EC code in the module, and keys that the host optimises.

use alloc::{string::String, vec::Vec};
use core::cell::RefCell;
use js_sys::{JSON, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::{
    error::Code,
    flow::Event,
    jose::jws::{Algorithm, Check},
};

#[wasm_bindgen]
extern "C" {
    type Crypto;

    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Option<Crypto>;

    #[wasm_bindgen(method, getter)]
    fn subtle(this: &Crypto) -> Option<SubtleCrypto>;

    type SubtleCrypto;

    #[wasm_bindgen(method, catch, js_name = importKey)]
    fn import_key(
        this: &SubtleCrypto,
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn verify(this: &SubtleCrypto, algorithm: &JsValue, key: &JsValue, signature: &[u8], data: &[u8])
    -> Result<Promise, JsValue>;
}

/// Keys that were imported before: importing costs about as much as verifying.
#[derive(Debug, Default)]
pub struct Keys(RefCell<Vec<(Algorithm, String, JsValue)>>);

/// Keys kept: a server has two or three.
const KEYS: usize = 8;

fn subtle() -> Option<SubtleCrypto> {
    CRYPTO.with(|crypto| crypto.as_ref().and_then(Crypto::subtle))
}

/// Whether signatures can be verified here: only secure contexts have `crypto.subtle`.
pub fn is_available() -> bool {
    subtle().is_some()
}

/// Verifies a signature.
pub async fn check(check: &Check, keys: &Keys) -> Event {
    let Some(subtle) = subtle() else { return Event::Failed(Code::CryptoUnavailable) };
    match run(&subtle, check, keys).await {
        Ok(verified) => Event::Verified(verified),
        Err(_) => Event::Failed(Code::AlgorithmUnsupported),
    }
}

async fn run(subtle: &SubtleCrypto, check: &Check, keys: &Keys) -> Result<bool, JsValue> {
    let algorithm = JSON::parse(&parameters(check.algorithm))?;
    let known =
        keys.0.borrow().iter().find(|(a, text, _)| *a == check.algorithm && *text == check.key).map(|(.., key)| key.clone());
    let key = match known {
        Some(key) => key,
        None => {
            let jwk = JSON::parse(&check.key)?;
            let usages = JSON::parse("[\"verify\"]")?;
            let key = JsFuture::from(subtle.import_key("jwk", &jwk, &algorithm, false, &usages)?).await?;
            let mut keys = keys.0.borrow_mut();
            if keys.len() == KEYS {
                keys.remove(0);
            }
            keys.push((check.algorithm, check.key.clone(), key.clone()));
            key
        }
    };
    let verified = subtle.verify(&algorithm, &key, &check.signature, check.signed.as_bytes())?;
    Ok(JsFuture::from(verified).await?.is_truthy())
}

/// The algorithm in SubtleCrypto's words, as JSON: the same for importing and for verifying.
fn parameters(algorithm: Algorithm) -> String {
    use Algorithm::*;
    let name = match algorithm {
        Hs256 => "HMAC",
        Rs256 | Rs384 | Rs512 => "RSASSA-PKCS1-v1_5",
        Ps256 | Ps384 | Ps512 => "RSA-PSS",
        Es256 | Es384 | Es512 => "ECDSA",
        EdDsa => "Ed25519",
    };
    let (hash, salt) = match algorithm.hash_bits() {
        256 => ("SHA-256", "32"),
        384 => ("SHA-384", "48"),
        _ => ("SHA-512", "64"),
    };
    let curve = algorithm.key_family();
    ["{\"name\":\"", name, "\",\"hash\":\"", hash, "\",\"namedCurve\":\"", curve, "\",\"saltLength\":", salt, "}"].concat()
}
