//! RFC 4648 §5: read as strictly as `data-encoding` does, and written so that it is read.
#![no_main]

use data_encoding::{BASE64, BASE64URL_NOPAD};
use grantkit::text::base64url;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    assert_eq!(base64url::encode(data), BASE64URL_NOPAD.encode(data));
    assert_eq!(base64url::encode_standard(data), BASE64.encode(data));
    assert_eq!(base64url::decode(&base64url::encode(data)).as_deref(), Some(data));
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(base64url::decode(text), BASE64URL_NOPAD.decode(text.as_bytes()).ok());
    }
});
