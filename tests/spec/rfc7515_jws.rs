//! RFC 7515: signatures in compact form, and what RFC 8725 asks of those who read them.

use grantkit::{
    error::Code,
    jose::{
        jwk::Jwk,
        jws::{self, Algorithm, Jws},
    },
    text::{base64url, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{hmac, noise, verify};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc7515.json")).unwrap()
}

fn token(part: &str) -> Jws {
    Jws::parse(vectors()[part]["token"].as_str().unwrap()).unwrap()
}

fn with_header(header: &Value) -> Result<Jws, Code> {
    Jws::parse(&format!("{}.e30.AAAA", base64url::encode(header.to_string().as_bytes())))
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_a_1_is_taken_apart() {
    let jws = token("A.1");
    assert_eq!(jws.algorithm, Algorithm::Hs256);
    assert_eq!(jws.typ.as_deref(), Some("JWT"));
    assert_eq!(jws.payload, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_a_3_verifies_and_a_changed_one_does_not() {
    let vectors = vectors();
    let key = Jwk::parse(&Object::parse(&vectors["A.3"]["key"].to_string()).unwrap()).unwrap();
    let mut check = token("A.3").check(&key);
    assert!(verify(&check));
    check.signed.push('x');
    assert!(!verify(&check));
}

#[wasm_bindgen_test(unsupported = test)]
fn hmac_is_what_the_crate_makes_of_keys_of_any_length() {
    for length in [0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 300] {
        let secret: String = noise(length, 128).into_iter().map(char::from).collect();
        let input: String = noise(300 - length, 128).into_iter().map(char::from).collect();
        assert_eq!(base64url::encode(&jws::hmac(&secret, &input)), hmac(&secret, &input), "{length} bytes");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn hmac_verifies_with_the_secret_alone() {
    // HS256 of "header.payload" under "secret".
    let signed = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0";
    let jws = Jws::parse(&format!("{signed}.{}", hmac("secret", signed))).unwrap();
    assert!(jws.verify_hmac("secret"));
    assert!(!jws.verify_hmac("Secret"));
    assert!(!Jws::parse(&format!("{signed}.AAAA")).unwrap().verify_hmac("secret"));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_jws_is_refused_by_name() {
    assert_eq!(Jws::parse(vectors()["A.5"]["token"].as_str().unwrap()), Err(Code::AlgorithmRefused), "alg none");
    assert_eq!(with_header(&json!({"alg": "none"})), Err(Code::AlgorithmRefused));
    assert_eq!(with_header(&json!({"alg": "nOnE"})), Err(Code::AlgorithmRefused));
    assert_eq!(with_header(&json!({"alg": "ES256K"})), Err(Code::AlgorithmRefused));
    assert_eq!(with_header(&json!({"alg": "ES256", "crit": ["b64"]})), Err(Code::UnknownCriticalHeader));
    assert_eq!(with_header(&json!({"typ": "JWT"})), Err(Code::MalformedJwt));
    assert_eq!(Jws::parse("a.b.c.d.e"), Err(Code::EncryptedJwt));
    for bad in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.e30", "eyJhbGciOiJFUzI1NiJ9.e30.AA==", "eyJhbGciOiJFUzI1NiJ9.****.AAAA"]
    {
        assert_eq!(Jws::parse(bad), Err(Code::MalformedJwt), "{bad}");
    }
    let twice = base64url::encode(br#"{"alg":"ES256","alg":"none"}"#);
    assert_eq!(Jws::parse(&format!("{twice}.e30.AAAA")), Err(Code::MalformedJwt), "a repeated member");
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_that_a_token_brings_along_are_not_read() {
    let jws =
        with_header(&json!({"alg": "ES256", "jku": "https://evil.example", "jwk": {"kty": "EC"}, "x5u": "https://evil.example"}));
    assert!(!format!("{:?}", jws.unwrap().kid).contains("evil"));
}

#[wasm_bindgen_test(unsupported = test)]
fn every_algorithm_is_read_by_its_name_and_its_row() {
    for (name, family, bits) in [
        ("HS256", "oct", 256),
        ("RS256", "RSA", 256),
        ("RS384", "RSA", 384),
        ("RS512", "RSA", 512),
        ("PS256", "RSA", 256),
        ("PS384", "RSA", 384),
        ("PS512", "RSA", 512),
        ("ES256", "P-256", 256),
        ("ES384", "P-384", 384),
        ("ES512", "P-521", 512),
        ("EdDSA", "Ed25519", 512),
    ] {
        let algorithm = Algorithm::parse(name).unwrap();
        assert_eq!((algorithm.as_str(), algorithm.key_family(), algorithm.hash_bits()), (name, family, bits));
    }
    assert_eq!(Algorithm::parse("Ed25519"), Some(Algorithm::EdDsa), "RFC 9864");
    assert_eq!(Algorithm::parse("none"), None);
}
