//! The three effects and the clock.

use std::{
    fmt,
    io::Read,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use grantkit::{
    error::{Code, Error},
    flow::{Effect, Event, Relation, Step},
    http::{Request, Response},
    jose::jws::{Algorithm, Check},
    limits,
    text::{base64url, json::Object},
    time::Timestamp,
};
use reqwest::{blocking::Client, redirect::Policy};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

/// Whatever ends this program.
pub struct Failure(String);

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The time, in whole seconds.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// What sends and verifies.
pub struct Host(Client);

impl Host {
    /// An HTTP client that follows no redirect: it would carry the grant elsewhere.
    pub fn new() -> Result<Self, Failure> {
        let timeout = Duration::from_millis(limits::TIMEOUT_MILLISECONDS.into());
        Ok(Self(Client::builder().redirect(Policy::none()).timeout(timeout).build()?))
    }

    /// Runs any flow to its end.
    pub fn perform<T>(&self, relation: &mut Relation, mut step: Step<T>) -> Result<T, Error> {
        loop {
            let (effect, next) = match step {
                Step::Done(value) => return Ok(value),
                Step::Ask(effect, next) => (effect, next),
            };
            let event = match effect {
                Effect::Send(request) => self.send(&request),
                Effect::Verify(check) => verify(&check).map_or(Event::Failed(Code::AlgorithmUnsupported), Event::Verified),
                Effect::Draw => draw(),
                Effect::Wait(seconds) => {
                    std::thread::sleep(Duration::from_secs(seconds.into()));
                    Event::Waited
                }
                // This client has no key of its own: it is public, and its tokens are Bearer tokens.
                Effect::Sign(..) | Effect::Key(_) => Event::Failed(Code::AlgorithmUnsupported),
            };
            step = next.resume(relation, event, now())?;
        }
    }

    fn send(&self, request: &Request) -> Event {
        let mut building = self.0.request(request.method.parse().unwrap_or_default(), &request.url);
        for (name, value) in &request.headers {
            building = building.header(name.as_ref(), value.expose());
        }
        if let Some(body) = &request.body {
            building = building.body(body.expose().to_owned());
        }
        let answer = match building.send() {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => return Event::Unsent(Code::Network),
            Err(error) => return Event::Failed(if error.is_timeout() { Code::Timeout } else { Code::Network }),
        };
        if answer.status().is_redirection() {
            return Event::Failed(Code::RedirectRefused);
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        match answer.take(limits::RESPONSE_BYTES as u64 + 1).read_to_end(&mut body) {
            Ok(length) if length > limits::RESPONSE_BYTES => Event::Failed(Code::ResponseTooLarge),
            Ok(_) => Event::Response(Response::read(status, header, body)),
            Err(_) => Event::Failed(Code::Network),
        }
    }
}

/// Random bytes of the system's, fresh each time.
fn draw() -> Event {
    let mut bytes = [[0; limits::ENTROPY_BYTES]; 3];
    match bytes.iter_mut().try_for_each(|part| getrandom::fill(part)) {
        Ok(()) => Event::Drawn(bytes),
        Err(_) => Event::Failed(Code::CryptoUnavailable),
    }
}

/// Whether the signature is right; nothing for an algorithm that ring has not.
fn verify(check: &Check) -> Option<bool> {
    let key = Object::parse(&check.key)?;
    let number = |name: &str| base64url::decode(&key.string(name)?);
    let message = check.signed.as_bytes();
    let rsa = |parameters| {
        let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
        Some(key.verify(parameters, message, &check.signature).is_ok())
    };
    let curve = |algorithm: &'static dyn signature::VerificationAlgorithm, point: Vec<u8>| {
        Some(UnparsedPublicKey::new(algorithm, point).verify(message, &check.signature).is_ok())
    };
    let point = || Some([vec![4], number("x")?, number("y")?].concat());
    match check.algorithm {
        Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => rsa(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => rsa(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => rsa(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 => curve(&signature::ECDSA_P256_SHA256_FIXED, point()?),
        Algorithm::Es384 => curve(&signature::ECDSA_P384_SHA384_FIXED, point()?),
        Algorithm::EdDsa => curve(&signature::ED25519, number("x")?),
        // HMAC is verified by grantkit itself; ring has no P-521.
        Algorithm::Hs256 | Algorithm::Es512 => None,
    }
}
