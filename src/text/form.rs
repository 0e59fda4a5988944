//! `application/x-www-form-urlencoded`: [RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749.html#appendix-B).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// One value, encoded.
pub fn encode(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Adds `name=value` to a form that may hold others.
pub fn append(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.extend(form_urlencoded::byte_serialize(name.as_bytes()));
    form.push('=');
    form.extend(form_urlencoded::byte_serialize(value.as_bytes()));
}

/// The pairs of a form, in order. Every text is a form; what is not UTF-8 becomes U+FFFD.
pub fn parse(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes()).map(|(name, value)| (name.to_string(), value.to_string())).collect()
}
