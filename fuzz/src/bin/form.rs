//! RFC 6749 Appendix B: every text is a form; `form_urlencoded` reads the same, and what we write comes back.
#![no_main]

use grantkit::text::form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let pairs = form::parse(text);
    let theirs: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    assert_eq!(pairs, theirs);

    let mut written = String::new();
    for (name, value) in &pairs {
        form::append(&mut written, name, value);
        assert_eq!(form::encode(value), form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
    }
    let theirs: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    assert_eq!(written, theirs);
    // A pair without name and value is none.
    let whole: Vec<_> = form::parse(&written);
    assert_eq!(whole, pairs);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*+%&=".contains(&byte);
    assert!(written.bytes().all(plain), "{written}");
});
