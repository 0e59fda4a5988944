//! As much of [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986.html) as endpoints and issuers need.
//!
//! A URL is read here and fetched by a host that has a parser of its own. To make the two agree, only what no parser reads in
//! two ways is accepted: characters of RFC 3986 alone, no user information, a host of letters, digits, dots and hyphens (or an
//! IPv6 address in brackets). Nothing is normalised unless asked for: issuers are compared to the letter.

use alloc::{string::String, vec::Vec};

use crate::{
    limits,
    secret::opaque,
    text::{cut, find, form, has, hex, integer, is_among, is_plain, joined, split},
};

/// An absolute `http` or `https` URL, taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Uri<'a> {
    /// `https`, not `http`.
    pub secure: bool,
    /// Scheme, host and port, as written: `https://op.example:8443`.
    pub origin: &'a str,
    /// The host, without port.
    pub host: &'a str,
    /// The path, with its first slash; may be empty.
    pub path: &'a str,
    /// What follows the `?`.
    pub query: Option<&'a str>,
    /// What follows the `#`.
    pub fragment: Option<&'a str>,
    /// The digits of the port; may be empty.
    port: &'a str,
}

opaque!(Uri<'_>);

impl<'a> Uri<'a> {
    /// Takes a URL apart; `None` where it is not absolute, not http(s), or could be read in two ways.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (secure, rest) = match text.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("http://")?),
        };
        if !is_plain(rest, URI) {
            return None;
        }
        let scheme = text.len().checked_sub(rest.len())?;
        let (rest, fragment) = cut(rest, b'#');
        let (rest, query) = cut(rest, b'?');
        let authority = cut(rest, b'/').0;
        let path = rest.get(authority.len()..)?;
        let (host, port) = split_port(authority)?;
        if !is_host(host) || !port.bytes().all(|byte| byte.is_ascii_digit()) || port.len() > 5 {
            return None;
        }
        let origin = text.get(..scheme.checked_add(authority.len())?)?;
        Some(Self { secure, origin, host, path, query, fragment, port })
    }

    /// Whether two have scheme, host and port in common: the host's case and a port that goes without saying do not count.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.secure == other.secure && self.host.eq_ignore_ascii_case(other.host) && self.port() == other.port()
    }

    /// The port, empty where it goes without saying.
    fn port(&self) -> &str {
        let standard = if self.secure { "443" } else { "80" };
        if self.port == standard { "" } else { self.port }
    }

    /// Whether the host is this machine, where nobody is on the way: [RFC 8252 §8.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-8.3).
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host == "[::1]" || is_loopback_v4(self.host)
    }
}

/// A URL without query and fragment, as [RFC 3986 §6.2.2 and §6.2.3](https://www.rfc-editor.org/rfc/rfc3986.html#section-6.2.2) make equal
/// ones the same: case of scheme, host and percent-encodings, encodings of what needs none, dot segments, the port and path that go without saying.
pub fn normalised(url: &str) -> Option<String> {
    let (scheme, rest) = cut(url, b':');
    let url = joined(&[&scheme.to_ascii_lowercase(), ":", rest?]);
    let uri = Uri::parse(&url)?;
    let mut normalised = joined(&[if uri.secure { "https://" } else { "http://" }, &uri.host.to_ascii_lowercase()]);
    if !uri.port().is_empty() {
        normalised.push(':');
        normalised.push_str(uri.port());
    }
    let path = unescaped(uri.path)?;
    let mut segments: Vec<&str> = Vec::new();
    let mut last = "";
    // What the path begins with is a slash.
    let path = path.strip_prefix("/").unwrap_or("");
    for segment in split(path, b'/') {
        last = segment;
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    if matches!(last, "." | "..") || segments.is_empty() {
        segments.push("");
    }
    for segment in segments {
        normalised.push('/');
        normalised.push_str(segment);
    }
    Some(normalised)
}

/// Percent-encodings in upper case, and none of unreserved characters: every reader takes it for the same. `None` where a `%` has no two digits behind it.
pub fn unescaped(path: &str) -> Option<String> {
    let mut parts = split(path, b'%');
    let mut text = String::from(parts.next()?);
    for part in parts {
        let (byte, rest) = encoded(part)?;
        if byte.is_ascii_alphanumeric() || is_among(byte, b"-._~") {
            text.push(char::from(byte));
        } else {
            form::push_encoded(&mut text, byte);
        }
        text.push_str(rest);
    }
    Some(text)
}

/// The byte that the two digits behind a `%` stand for, and what follows them.
fn encoded(part: &str) -> Option<(u8, &str)> {
    Some((u8::try_from(hex(part.as_bytes(), 2)?).ok()?, part.get(2..)?))
}

/// Whether a path means the same to every reader, however often it decodes: it begins with one slash, has no empty segment, no dot segment (nor one that hides
/// behind a `;`, `?` or `#`, encoded or not), no encoded slash, no backslash, no control character, and is UTF-8.
pub fn is_plain_path(path: &str) -> bool {
    if has(path, b"?#") {
        return false;
    }
    let mut text = String::from(path);
    for round in 0..limits::PATH_DECODINGS {
        if !is_plain_once(&text) {
            return false;
        }
        match decoded(&text, round > 0) {
            Some(next) if split(&next, b'/').count() != split(&text, b'/').count() => return false,
            Some(next) if next == text => return true,
            Some(next) => text = next,
            None => return false,
        }
    }
    false
}

fn is_plain_once(path: &str) -> bool {
    let dots = |segment: &str| matches!(b";?#".iter().fold(segment, |rest, mark| cut(rest, *mark).0), "." | "..");
    path.starts_with("/")
        && find(path, "//").is_none()
        && !has(path, b"\\")
        && !path.chars().any(char::is_control)
        && !split(path, b'/').any(dots)
}

/// Percent-encodings decoded, once; `None` where the outcome is not UTF-8. A bare sign of percent is no path; one that stood there encoded, such as `100%25`, `stays`
/// as it is, and ends nothing: a reader that decodes twice decodes what stands beside it.
fn decoded(text: &str, stays: bool) -> Option<String> {
    let mut parts = split(text, b'%');
    let mut bytes = Vec::from(parts.next()?);
    for part in parts {
        let (byte, rest) = match encoded(part) {
            Some(encoded) => encoded,
            None if stays => (b'%', part),
            None => return None,
        };
        bytes.push(byte);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// A path or query in which what a URL must not hold is percent-encoded, as RFC 3986 §2.1 has it.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || is_among(byte, URI) {
            escaped.push(char::from(byte));
        } else {
            form::push_encoded(&mut escaped, byte);
        }
    }
    escaped
}

/// Host and port digits (none: empty).
fn split_port(authority: &str) -> Option<(&str, &str)> {
    if authority.starts_with("[") {
        let rest = cut(authority, b']').1?;
        let host = authority.get(..authority.len().checked_sub(rest.len())?)?;
        return if rest.is_empty() { Some((host, "")) } else { Some((host, rest.strip_prefix(":")?)) };
    }
    let (host, port) = cut(authority, b':');
    Some((host, port.unwrap_or("")))
}

/// Unreserved, reserved and `%`, less the quotes and brackets that parsers treat in different ways.
const URI: &[u8] = b"-._~:/?#[]@!$&()*+,;=%'";

fn is_host(host: &str) -> bool {
    match host.strip_prefix("[") {
        Some(rest) => {
            let inner = rest.strip_suffix("]");
            inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_hexdigit() || is_among(byte, b":.")))
        }
        None => !host.is_empty() && is_plain(host, b"-."),
    }
}

/// `127.` and three numbers, written out: `127.1` and `0x7f.1` are left to those who like them.
fn is_loopback_v4(host: &str) -> bool {
    let mut parts = split(host, b'.');
    parts.next() == Some("127")
        && parts.clone().count() == 3
        && parts.all(|part| part.len() <= 3 && !has(part, b"-") && integer(part).is_some_and(|number| number < 256))
}
