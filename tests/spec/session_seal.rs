//! The sealed format: its bytes, its keys, and what each sealing is bound to. AES-256-GCM is the host's: `tests/edge` opens and seals with it.

use grantkit::{
    session::{
        refusal::Why,
        seal::{Purpose, Sealed, Weak, associated_data, key_among, key_id},
    },
    text::base64url,
};
use wasm_bindgen_test::wasm_bindgen_test;

/// Bytes as a random source may give them.
fn key(seed: u8) -> String {
    let bytes: Vec<u8> = (0..32u8).map(|at| at.wrapping_mul(73).wrapping_add(seed).rotate_left(3)).collect();
    base64url::encode(&bytes)
}

fn sealed() -> Sealed {
    Sealed { key: key_id(&key(1)).unwrap(), iv: [7; 12], ciphertext: vec![9; 40] }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sealed_text_is_version_key_vector_and_ciphertext_in_this_order() {
    let bytes = base64url::decode(&sealed().to_text()).unwrap();
    assert_eq!(bytes.len(), 1 + 8 + 12 + 40);
    assert_eq!((bytes[0], &bytes[1..9], &bytes[9..21], &bytes[21..]), (1, &sealed().key[..], &[7; 12][..], &[9; 40][..]));
    assert_eq!(Sealed::parse(&sealed().to_text()), Ok(sealed()));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_cut_short_of_another_version_or_no_base64url_is_refused() {
    let text = sealed().to_text();
    let mut later = base64url::decode(&text).unwrap();
    later[0] = 2;
    let short = base64url::encode(&base64url::decode(&text).unwrap()[..36]);
    for broken in ["", "AQ", "not base64", &text[..20], &short, &base64url::encode(&later), &format!("{text}=")] {
        assert_eq!(Sealed::parse(broken), Err(Why::SessionDamaged), "{broken}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_sealed_for_one_purpose_name_or_origin_is_bound_to_it() {
    let here = associated_data(Purpose::Session, "__Host-Http-session", "https://app.example");
    assert_eq!(here, "1\nsession\n__Host-Http-session\nhttps://app.example");
    for other in [
        associated_data(Purpose::Login, "__Host-Http-session", "https://app.example"),
        associated_data(Purpose::Stored, "__Host-Http-session", "https://app.example"),
        associated_data(Purpose::Session, "__Host-Http-other", "https://app.example"),
        associated_data(Purpose::Session, "__Host-Http-session", "https://other.example"),
    ] {
        assert_ne!(here, other);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_first_key_seals_and_all_open_and_a_retired_one_does_not() {
    let ids = [key_id(&key(2)).unwrap(), key_id(&key(1)).unwrap()];
    assert_eq!(key_among(&sealed().key, &ids), Ok(1), "sealed by the older key: to be sealed anew");
    assert_eq!(key_among(&sealed().key, &ids[..1]), Err(Why::SessionDamaged));
    assert_eq!(key_among(&sealed().key, &[]), Err(Why::SessionDamaged));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_is_32_random_bytes_and_its_id_does_not_tell_it() {
    let (one, other) = (key_id(&key(1)).unwrap(), key_id(&key(2)).unwrap());
    assert_ne!(one, other);
    assert_ne!(base64url::encode(&one), key(1)[..11]);
    let ascii = base64url::encode(b"correct-horse-battery-staple-123");
    let short = base64url::encode(&base64url::decode(&key(1)).unwrap()[..31]);
    let long = format!("{}{}", key(1), "AAAA");
    for (weak, why) in [
        ("", Weak::Length),
        ("change me", Weak::Encoding),
        (&format!("{}=", key(1)), Weak::Encoding),
        (&short, Weak::Length),
        (&long, Weak::Length),
        (&base64url::encode(&[0; 32]), Weak::Guessable),
        (&base64url::encode(&[1, 2, 3, 255].repeat(8)), Weak::Guessable),
        (&ascii, Weak::Guessable),
    ] {
        assert_eq!(key_id(weak), Err(why), "{weak}");
        assert!(why.message().contains("openssl rand"), "it says how to make one");
    }
}
