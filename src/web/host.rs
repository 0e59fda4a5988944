//! What the host does for a flow: send, verify, sign, wait. Rust calls `fetch` and judges what came of it; `host.js` converts.
//!
//! Only `{method, headers, body, redirect: "manual", signal}` is handed to `fetch`: workerd refuses most of the rest. A redirect is never
//! followed, because it would carry the grant (and on some runtimes the client's secret) elsewhere. Bodies are text on the way out, and read up
//! to a limit on the way in. Signatures are SubtleCrypto's: no RSA or EC code in the module, and keys that may be non-extractable.

use alloc::{string::String, vec::Vec};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Signer},
    http::{self, Request},
    jose::{
        jwk::{Jwk, OwnKey},
        jws::Algorithm,
    },
    limits,
    secret::{Secret, opaque},
    text::{
        joined,
        json::{Object, Raw, Writer},
    },
    web::random,
};

#[wasm_bindgen]
extern "C" {
    /// Looked up at each call, and called without a receiver.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/web/host.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn init(text: &str, milliseconds: u32, signal: &JsValue) -> Result<JsValue, JsValue>;
    fn read(returned: &JsValue, limit: u32, init: &JsValue) -> Promise;
    /// Caught, so that it goes through the glue like the others: the module then imports from one file.
    #[wasm_bindgen(catch)]
    fn secure() -> Result<bool, JsValue>;
    fn verify(host: &JsValue, algorithm: &str, key: &str, signature: &[u8], signed: &str) -> Promise;
    #[wasm_bindgen(catch)]
    fn algorithm(host: &JsValue, bound: bool) -> Result<String, JsValue>;
    fn sign(host: &JsValue, bound: bool, algorithm: &str, text: &str) -> Promise;
    fn pair(host: &JsValue, algorithm: &str) -> Promise;
    fn wait(seconds: u32, signal: &JsValue) -> Promise;
}

/// What applies to one exchange.
#[derive(Clone, Default)]
pub struct Call {
    /// The caller's `fetch`, in place of the global one.
    pub fetch: Option<Function>,
    /// Ends the call.
    pub signal: Option<AbortSignal>,
    /// How long it may take, body included, in milliseconds.
    pub timeout: u32,
    /// Headers to add.
    pub headers: Vec<(String, String)>,
}

opaque!(Call);

impl Call {
    fn is_aborted(&self) -> bool {
        self.signal.as_ref().is_some_and(AbortSignal::aborted)
    }

    fn signal(&self) -> JsValue {
        self.signal.as_ref().map_or(JsValue::UNDEFINED, Into::into)
    }
}

/// The host, with the keys that it keeps: an object of JavaScript with `key`, the client's private `CryptoKey`, and `pair`, a `CryptoKeyPair` for DPoP, as far as
/// the caller has them. A pair is made where it is missing. Nothing here asks for what private keys are.
#[derive(Clone, Debug)]
pub struct Host(JsValue);

impl Default for Host {
    fn default() -> Self {
        Self::new(js_sys::Object::new().into())
    }
}

/// What was asked of the host and is yet to come.
#[derive(Debug)]
pub enum Asked {
    /// A response, or whether time was over.
    Sent,
    /// Whether a signature is right.
    Verified,
    /// A signature.
    Signed,
    /// The public half of the key that tokens are bound to.
    Pair,
    /// The end of a wait.
    Waited,
}

impl Host {
    /// Takes the object of JavaScript.
    pub fn new(host: JsValue) -> Self {
        Self(host)
    }

    /// Whether signatures can be verified here: only secure contexts have `crypto.subtle`.
    pub fn is_secure() -> bool {
        secure() == Ok(true)
    }

    /// Begins an effect: a promise of bytes, to be given to [`Host::finish`]; or the event at once.
    ///
    /// # Errors
    /// Those of [`Request::add`].
    pub fn begin(&self, effect: Effect, call: &Call) -> Result<Result<(Asked, Promise), Event>, Error> {
        if !matches!(effect, Effect::Send(_) | Effect::Draw | Effect::Wait(_)) && !Self::is_secure() {
            return Ok(Err(Event::Failed(Code::CryptoUnavailable)));
        }
        let unusable = |_| Event::Failed(Code::AlgorithmUnsupported);
        Ok(match effect {
            Effect::Send(mut request) => {
                request.add(&call.headers, Phase::Configuration)?;
                send(&request, call)
            }
            Effect::Verify(check) => {
                let signed = verify(&self.0, &parameters(check.algorithm), &check.key, &check.signature, &check.signed);
                Ok((Asked::Verified, signed))
            }
            Effect::Sign(signer, input) => {
                let bound = signer == Signer::Dpop;
                let algorithm = self.algorithm(bound).map_err(unusable);
                algorithm.map(|algorithm| (Asked::Signed, sign(&self.0, bound, &parameters(algorithm), &input)))
            }
            Effect::Key(Signer::Dpop) => Ok((Asked::Pair, pair(&self.0, &parameters(Algorithm::Es256)))),
            Effect::Key(Signer::Client) => Err(match self.algorithm(false) {
                Ok(algorithm) => Event::Key(OwnKey { algorithm, public: None }),
                Err(thrown) => unusable(thrown),
            }),
            Effect::Draw => Err(random::draw()),
            Effect::Wait(seconds) => Ok((Asked::Waited, wait(seconds, &call.signal()))),
        })
    }

    /// What came of it. `answer`: the bytes; `None` where the promise was rejected.
    pub fn finish(&self, asked: Asked, answer: Option<Vec<u8>>, call: &Call) -> Event {
        let unusable = Event::Failed(Code::AlgorithmUnsupported);
        match (asked, answer) {
            (Asked::Sent, answer) => match answer.as_deref().and_then(response) {
                Some(event) => event,
                // Told apart by who ended it, not by the error: workerd throws a plain `Error` where others throw a `TypeError`.
                None if call.is_aborted() => Event::Failed(Code::Aborted),
                None => Event::Failed(if answer.as_deref() == Some(&[1]) { Code::Timeout } else { Code::Network }),
            },
            (Asked::Verified, Some(right)) => Event::Verified(right == [1]),
            (Asked::Signed, Some(signature)) => Event::Signed(signature),
            (Asked::Pair, Some(public)) => self.own_key(&public).map_or(unusable, Event::Key),
            (Asked::Waited, _) if call.is_aborted() => Event::Failed(Code::Aborted),
            (Asked::Waited, _) => Event::Waited,
            (Asked::Verified | Asked::Signed | Asked::Pair, None) => unusable,
        }
    }

    fn own_key(&self, public: &[u8]) -> Option<OwnKey> {
        let public = Object::parse(core::str::from_utf8(public).ok()?).and_then(|object| Jwk::parse(&object))?;
        Some(OwnKey { algorithm: self.algorithm(true).ok()?, public: Some(public) })
    }

    /// The JWS algorithm of a key of our own.
    fn algorithm(&self, bound: bool) -> Result<Algorithm, JsValue> {
        let text = algorithm(&self.0, bound)?;
        let object = Object::parse(&text).unwrap_or_default();
        let member = |name| object.string(name).unwrap_or_default();
        let (hash, curve) = (member("hash"), member("namedCurve"));
        let bits = hash.strip_prefix("SHA-").unwrap_or("");
        let name = match member("name").as_ref() {
            "RSASSA-PKCS1-v1_5" => joined(&["RS", bits]),
            "RSA-PSS" => joined(&["PS", bits]),
            "ECDSA" => match curve.as_ref() {
                "P-384" => "ES384".into(),
                "P-521" => "ES512".into(),
                _ => "ES256".into(),
            },
            other => other.into(),
        };
        Algorithm::parse(&name).ok_or(JsValue::NULL)
    }
}

fn send(request: &Request, call: &Call) -> Result<(Asked, Promise), Event> {
    if call.is_aborted() {
        return Err(Event::Unsent(Code::Aborted));
    }
    // Caught: workerd counts the timers of a request, and refuses one too many.
    let init = init(&told(request), call.timeout, &call.signal()).map_err(|_| Event::Unsent(Code::Network))?;
    let returned = match &call.fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init),
        None => global_fetch(&request.url, &init),
    };
    // Where it threw, there is nothing to read.
    Ok((Asked::Sent, read(&returned.unwrap_or_default(), limits::RESPONSE_BYTES as u32, &init)))
}

/// What `fetch` is told, as JSON.
fn told(request: &Request) -> String {
    let mut headers = Writer::default();
    for (name, value) in &request.headers {
        headers.string(name, value.expose());
    }
    let mut json = Writer::default();
    json.string("method", request.method).raw("headers", &headers.finish());
    json.optional("body", request.body.as_ref().map(Secret::expose)).string("redirect", "manual");
    json.finish()
}

/// What came back, a line of JSON and the body; `None` where a caller's `fetch` returned what is no response.
fn response(answer: &[u8]) -> Option<Event> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = answer.split_at_checked(end)?;
    let head = Object::parse(core::str::from_utf8(head).ok()?)?;
    let status = head.get("status")?.integer().and_then(|status| u16::try_from(status).ok()).filter(|status| *status < 1000)?;
    let is = |name| head.get(name).and_then(Raw::boolean) == Some(true);
    // Browsers hide where a redirect leads (`opaqueredirect`, status 0), servers show it.
    if status == 0 || (300..400).contains(&status) || is("redirected") {
        return Some(Event::Failed(Code::RedirectRefused));
    }
    if is("cut") {
        return Some(Event::Failed(Code::ResponseTooLarge));
    }
    let header = |name: &str| head.string(name).map(String::from);
    Some(Event::Response(http::Response::read(status, header, body.get(1..)?.into())))
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
    joined(&["{\"name\":\"", name, "\",\"hash\":\"", hash, "\",\"namedCurve\":\"", curve, "\",\"saltLength\":", salt, "}"])
}
