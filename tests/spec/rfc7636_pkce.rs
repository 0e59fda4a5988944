//! RFC 7636: Proof Key for Code Exchange.

use grantkit::oauth::pkce::Verifier;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

fn vector() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc7636.json")).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_b_makes_the_verifier_and_the_challenge() {
    let vector = vector();
    let entropy: Vec<u8> = vector["entropy"].as_array().unwrap().iter().map(|byte| byte.as_u64().unwrap() as u8).collect();
    let verifier = Verifier::new(entropy.as_slice().try_into().unwrap());
    assert_eq!(verifier.secret().expose(), vector["code_verifier"]);
    assert_eq!(verifier.challenge(), vector["code_challenge"].as_str().unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_verifier_is_43_to_128_unreserved_characters() {
    assert!(Verifier::parse(&"a".repeat(43)).is_some());
    assert!(Verifier::parse(&"~._-".repeat(32)).is_some());
    for bad in ["", &"a".repeat(42), &"a".repeat(129), &" ".repeat(43), &"é".repeat(43), &"+".repeat(43)] {
        assert!(Verifier::parse(bad).is_none(), "{bad}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_verifier_is_not_shown_by_debug() {
    let verifier = Verifier::new(&[9; 32]);
    assert_eq!(format!("{verifier:?}"), "Verifier([redacted])");
}
