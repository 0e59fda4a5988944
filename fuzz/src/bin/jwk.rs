//! RFC 7517: keys that servers publish, or that a proof brings along. Only public members stay, and they read the same again.
#![no_main]

use grantkit::{
    jose::{
        jwk::{Jwk, KeySet},
        jws::Algorithm,
    },
    text::json::Object,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if let Some(keys) = KeySet::parse(text) {
        for key in keys.fitting(Algorithm::Rs256, None).chain(keys.fitting(Algorithm::Es256, Some("k1"))) {
            check(key);
        }
        assert!(keys.fitting(Algorithm::Hs256, None).next().is_none(), "no key of a server's is a secret");
    }
    if let Some(key) = Object::parse(text).and_then(|object| Jwk::parse(&object)) {
        check(&key);
    }
});

fn check(key: &Jwk) {
    let public: Value = serde_json::from_str(key.public()).expect("a key is JSON");
    let members: Vec<_> = public.as_object().expect("an object").keys().map(String::as_str).collect();
    assert!(matches!(members.as_slice(), ["e", "kty", "n"] | ["crv", "kty", "x", "y"] | ["crv", "kty", "x"]), "{members:?}");
    let again = Object::parse(key.public()).and_then(|object| Jwk::parse(&object)).expect("it is a key again");
    assert_eq!(again.public(), key.public());
    assert_eq!((again.thumbprint(), again.thumbprint().len()), (key.thumbprint(), 43));
}
