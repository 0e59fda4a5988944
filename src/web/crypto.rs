//! Signing and verifying, by the host's SubtleCrypto: no RSA or EC code in the module, and keys that the host optimises.

use alloc::{string::String, vec::Vec};
use core::cell::RefCell;
use js_sys::{JSON, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use crate::{
    error::Code,
    flow::{Event, Signer},
    jose::{
        jwk::{Jwk, OwnKey},
        jws::{Algorithm, Check},
    },
    text::json::Object,
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

    #[wasm_bindgen(method, catch)]
    fn sign(this: &SubtleCrypto, algorithm: &JsValue, key: &JsValue, data: &[u8]) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = exportKey)]
    fn export_key(this: &SubtleCrypto, format: &str, key: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = generateKey)]
    fn generate_key(this: &SubtleCrypto, algorithm: &JsValue, extractable: bool, usages: &JsValue) -> Result<Promise, JsValue>;
}

/// The keys that the host keeps. Private ones may be non-extractable: nothing here asks for their content.
#[derive(Debug, Default)]
pub struct Keys {
    /// The client's private key, a `CryptoKey`.
    client: Option<JsValue>,
    /// The key pair that tokens are bound to; made on first use where the caller gave none.
    dpop: RefCell<Option<JsValue>>,
    /// Servers' keys that were imported before: importing one again for each token would be work for nothing.
    imported: RefCell<Vec<(Algorithm, String, JsValue)>>,
}

impl Keys {
    /// The client's private `CryptoKey`, and a `CryptoKeyPair` for DPoP, as far as the caller has them.
    pub fn new(client: Option<JsValue>, dpop: Option<JsValue>) -> Self {
        Self { client, dpop: RefCell::new(dpop), ..Self::default() }
    }

    /// The key pair that tokens are bound to, once there is one.
    pub fn dpop(&self) -> Option<JsValue> {
        self.dpop.borrow().clone()
    }
}

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

/// Signs a text, or tells what the key is where there is none.
pub async fn own(signer: Signer, input: Option<&str>, keys: &Keys) -> Event {
    let Some(subtle) = subtle() else { return Event::Failed(Code::CryptoUnavailable) };
    match use_own(&subtle, signer, input, keys).await {
        Ok(event) => event,
        Err(_) => Event::Failed(Code::AlgorithmUnsupported),
    }
}

async fn use_own(subtle: &SubtleCrypto, signer: Signer, input: Option<&str>, keys: &Keys) -> Result<Event, JsValue> {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into());
    let (private, public) = match signer {
        Signer::Client => (keys.client.clone().unwrap_or(JsValue::UNDEFINED), None),
        Signer::Dpop => {
            let pair = pair(subtle, keys).await?;
            (get(&pair, "privateKey")?, Some(get(&pair, "publicKey")?))
        }
    };
    let algorithm = algorithm_of(&private)?;
    if let Some(input) = input {
        let parameters = JSON::parse(&parameters(algorithm))?;
        let signature = JsFuture::from(subtle.sign(&parameters, &private, input.as_bytes())?).await?;
        return Ok(Event::Signed(Uint8Array::new(&signature).to_vec()));
    }
    let public = match public {
        Some(public) => {
            let jwk = JsFuture::from(subtle.export_key("jwk", &public)?).await?;
            let text: String = JSON::stringify(&jwk)?.into();
            Some(Object::parse(&text).and_then(|object| Jwk::parse(&object)).ok_or(JsValue::NULL)?)
        }
        None => None,
    };
    Ok(Event::Key(OwnKey { algorithm, public }))
}

/// The caller's DPoP key pair, or one that is made here and cannot be taken out.
async fn pair(subtle: &SubtleCrypto, keys: &Keys) -> Result<JsValue, JsValue> {
    if let Some(pair) = keys.dpop() {
        return Ok(pair);
    }
    let algorithm = JSON::parse(&parameters(Algorithm::Es256))?;
    let usages = JSON::parse("[\"sign\",\"verify\"]")?;
    let pair = JsFuture::from(subtle.generate_key(&algorithm, false, &usages)?).await?;
    // Another call may have made one in the meantime: the first stays, because tokens may be bound to it.
    Ok(keys.dpop.borrow_mut().get_or_insert(pair).clone())
}

/// The JWS algorithm of a `CryptoKey`.
fn algorithm_of(key: &JsValue) -> Result<Algorithm, JsValue> {
    let algorithm = Reflect::get(key, &"algorithm".into())?;
    let text = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok().and_then(|value| value.as_string());
    let hash = Reflect::get(&algorithm, &"hash".into()).ok().and_then(|hash| text(&hash, "name")).unwrap_or_default();
    let bits = hash.strip_prefix("SHA-").unwrap_or("");
    let name = match text(&algorithm, "name").unwrap_or_default().as_str() {
        "RSASSA-PKCS1-v1_5" => ["RS", bits].concat(),
        "RSA-PSS" => ["PS", bits].concat(),
        "ECDSA" => match text(&algorithm, "namedCurve").unwrap_or_default().as_str() {
            "P-384" => "ES384".into(),
            "P-521" => "ES512".into(),
            _ => "ES256".into(),
        },
        other => other.into(),
    };
    Algorithm::parse(&name).ok_or(JsValue::NULL)
}

async fn run(subtle: &SubtleCrypto, check: &Check, keys: &Keys) -> Result<bool, JsValue> {
    let algorithm = JSON::parse(&parameters(check.algorithm))?;
    let known = keys
        .imported
        .borrow()
        .iter()
        .find(|(a, text, _)| *a == check.algorithm && *text == check.key)
        .map(|(.., key)| key.clone());
    let key = match known {
        Some(key) => key,
        None => {
            let jwk = JSON::parse(&check.key)?;
            let usages = JSON::parse("[\"verify\"]")?;
            let key = JsFuture::from(subtle.import_key("jwk", &jwk, &algorithm, false, &usages)?).await?;
            let mut keys = keys.imported.borrow_mut();
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
