//! Base64 and base64url, held against the crate that everybody uses.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use grantkit::text::base64url;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{many, noise};

#[wasm_bindgen_test(unsupported = test)]
fn the_vectors_of_section_10() {
    for (bytes, text) in
        [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy")]
    {
        assert_eq!(base64url::encode(bytes.as_bytes()), text);
        assert_eq!(base64url::decode(text).as_deref(), Some(bytes.as_bytes()));
    }
    assert_eq!(base64url::encode(&[0xfb, 0xff]), "-_8");
    assert_eq!((base64url::encode_standard(&[0xfb, 0xff]).as_str(), base64url::encode_standard(b"f").as_str()), ("+/8=", "Zg=="));
}

#[wasm_bindgen_test(unsupported = test)]
fn any_bytes_are_written_as_the_crate_writes_them() {
    for length in 0..many(200) {
        let bytes = noise(length, 256);
        let text = base64url::encode(&bytes);
        assert_eq!(text, URL_SAFE_NO_PAD.encode(&bytes));
        assert_eq!(base64url::encode_standard(&bytes), STANDARD.encode(&bytes));
        assert_eq!(base64url::decode(&text), Some(bytes));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn any_text_is_read_or_refused_as_the_crate_does_it() {
    const NEARLY: &[u8] = b"ABCXYZabcxyz019-_-_+/= \n.";
    let mut read = 0;
    for seed in 0..many(4000) {
        let text: String = noise(seed % 7, NEARLY.len() + seed % 2)
            .iter()
            .map(|at| char::from(*NEARLY.get(usize::from(*at) / (1 + seed % 3)).unwrap_or(&b'A')))
            .collect();
        let decoded = base64url::decode(&text);
        read += usize::from(decoded.is_some());
        assert_eq!(decoded, URL_SAFE_NO_PAD.decode(&text).ok(), "{text:?}");
    }
    assert!((many(500)..many(3500)).contains(&read), "some of each: {read}");
}
