//! Base64url without padding: [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648.html#section-5) as
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515.html#section-2) narrows it.

use alloc::{string::String, vec::Vec};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Text as bytes; `None` where it is not base64url, is padded, or has stray bits at its end.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Base64 with padding, RFC 4648 §4, as HTTP Basic has it.
pub fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
