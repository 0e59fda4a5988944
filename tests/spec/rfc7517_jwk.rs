//! RFC 7517, RFC 7518 §6 and RFC 7638: keys, their choice and their thumbprints.

use grantkit::{
    jose::{
        jwk::{Jwk, KeySet},
        jws::Algorithm,
    },
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{jwk, key, merge};

fn parse(key: &Value) -> Option<Jwk> {
    Jwk::parse(&Object::parse(&key.to_string()).unwrap())
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc7638_section_3_1_makes_the_thumbprint() {
    let vector: Value = serde_json::from_str(include_str!("../vectors/rfc7638.json")).unwrap();
    assert_eq!(parse(&vector["key"]).unwrap().thumbprint(), vector["thumbprint"].as_str().unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn only_public_members_are_kept() {
    let mut key = jwk(&key(), "k1");
    merge(&mut key, json!({"d": "c2VjcmV0", "x5c": ["MII"]}));
    let public = parse(&key).unwrap();
    assert!(!public.public().contains("c2VjcmV0") && !public.public().contains("MII"));
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_that_cannot_verify_are_passed_over() {
    let good = jwk(&key(), "k1");
    let rsa = json!({"kty": "RSA", "e": "AQAB", "n": "x".repeat(342)});
    assert!(parse(&rsa).is_some());
    let weak = [
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "RSA", "e": "AQAB", "n": "x".repeat(171)}),
        json!({"kty": "RSA", "e": "AQAB", "n": format!("{}{}", "A".repeat(200), "x".repeat(171))}),
        json!({"kty": "EC", "crv": "P-256", "x": "AA"}),
        json!({"crv": "P-256"}),
    ];
    for key in &weak {
        assert!(parse(key).is_none(), "{key}");
    }
    let set = KeySet::parse(&json!({"keys": [weak[0], weak[1], weak[3], "text", good]}).to_string()).unwrap();
    assert_eq!(set.fitting(Algorithm::Es256, Some("k1")).count(), 1);
    assert!(KeySet::parse("{}").is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_fits_by_kid_type_use_operations_and_algorithm() {
    let fits = |changes: Value, algorithm, kid| {
        let mut key = jwk(&key(), "k1");
        merge(&mut key, changes);
        parse(&key).unwrap().fits(algorithm, kid)
    };
    assert!(fits(json!({}), Algorithm::Es256, Some("k1")));
    assert!(fits(json!({}), Algorithm::Es256, None));
    assert!(fits(json!({"use": null, "alg": null, "key_ops": ["verify"]}), Algorithm::Es256, Some("k1")));
    for (changes, algorithm, kid) in [
        (json!({}), Algorithm::Es256, Some("k2")),
        (json!({"kid": null}), Algorithm::Es256, Some("k1")),
        (json!({}), Algorithm::Es384, Some("k1")),
        (json!({}), Algorithm::Rs256, Some("k1")),
        (json!({"use": "enc"}), Algorithm::Es256, Some("k1")),
        (json!({"key_ops": ["sign"]}), Algorithm::Es256, Some("k1")),
        (json!({"alg": "ECDH-ES"}), Algorithm::Es256, Some("k1")),
    ] {
        assert!(!fits(changes.clone(), algorithm, kid), "{changes} {algorithm:?} {kid:?}");
    }
}
