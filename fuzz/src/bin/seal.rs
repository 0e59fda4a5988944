//! RFC 5116 as cookies have it: whatever stands where a sealed text should, and whatever an operator gives for a key.
#![no_main]

use data_encoding::BASE64URL_NOPAD;
use grantkit::session::{
    refusal::Why,
    seal::{Purpose, Sealed, associated_data, key_among, key_id},
};
use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;

/// Version, key, vector and tag.
const LEAST: usize = 1 + 8 + 12 + 16;

fuzz_target!(|text: &str| {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    match (Sealed::parse(text), &bytes) {
        (Ok(sealed), Some(bytes)) => {
            assert!(bytes.len() >= LEAST && bytes[0] == 1);
            assert_eq!([&[1], sealed.key.as_slice(), &sealed.iv, &sealed.ciphertext].concat(), *bytes);
            assert_eq!(sealed.to_text(), text);
            assert_eq!(key_among(&sealed.key, &[[0; 8], sealed.key]), Ok(usize::from(sealed.key != [0; 8])));
            let other = sealed.key.map(|byte| !byte);
            assert_eq!(key_among(&sealed.key, &[other]), Err(Why::SessionDamaged));
        }
        (Ok(_), None) => panic!("only we read {text}"),
        (Err(why), bytes) => {
            assert_eq!(why, Why::SessionDamaged);
            assert!(bytes.as_ref().is_none_or(|bytes| bytes.len() < LEAST || bytes[0] != 1), "{text} is refused");
        }
    }
    if key_id(text).is_ok() {
        let key = bytes.expect("a key is base64url");
        assert!(key.len() == 32 && key.iter().collect::<HashSet<_>>().len() >= 20 && !key.is_ascii());
    }
    // A purpose and a name are words, an origin has no line break: so no two places have the same data.
    if let Some((name, origin)) = text.split_once('\n').filter(|(_, origin)| !origin.contains('\n')) {
        let purposes = [Purpose::Session, Purpose::Login, Purpose::Stored];
        let all: HashSet<_> = purposes.iter().map(|purpose| associated_data(*purpose, name, origin)).collect();
        assert_eq!(all.len(), purposes.len());
        for purpose in purposes {
            let data = associated_data(purpose, name, origin);
            assert_eq!(data.split('\n').collect::<Vec<_>>(), ["1", purpose.as_str(), name, origin]);
        }
    }
});
