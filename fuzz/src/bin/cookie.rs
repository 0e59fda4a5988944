//! RFC 6265bis: whatever `Cookie` header a browser sends, or somebody in its place. What we write, the `cookie` crate and a browser's jar read as we meant it.
#![no_main]

use cookie::Cookie;
use grantkit::{
    limits,
    session::cookie::{Jar, Names, SameSite},
    text::base64url,
};
use grantkit_fuzz::state;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

/// What the name of each login's cookie begins with.
const LOGIN: &str = "__Host-Http-session-login.";

fuzz_target!(|data: &[u8]| {
    let (header, value) = grantkit_fuzz::two(data).unwrap_or((std::str::from_utf8(data).unwrap_or(""), ""));
    // As a rule it is short. What is sealed is base64url, and may need several cookies.
    let value = base64url::encode(value.as_bytes()).repeat(1 + value.len() % 64);
    let names = Names::new("session").expect("a label");
    let jar = Jar::parse(header);
    let _ = names.read_session(&jar);

    let mut browser = Browser::of(header);
    if let Ok(headers) = names.write_session(&value, SameSite::Strict, 60, &jar) {
        browser.take(&headers);
        let header = browser.header();
        let read = names.read_session(&Jar::parse(&header));
        assert_eq!(read, Ok(Some(value.clone())), "{header}");
        let mut headers = names.delete_session(SameSite::Strict, &Jar::parse(&header));
        browser.take(&headers);
        headers.clear();
        assert_eq!(names.read_session(&Jar::parse(&browser.header())), Ok(None));
    } else {
        assert!(value.len() > limits::COOKIE_BYTES, "what is small fits");
    }
    if let Ok(headers) = names.write_login(&state(), &value, SameSite::Lax, &jar) {
        browser.take(&headers);
        let header = browser.header();
        let name = names.login(&state()).expect("a state of ours");
        assert_eq!(Jar::parse(&header).get(&name), Ok(Some(value.as_str())), "{header}");
        let logins = browser.0.iter().filter(|(name, _)| name.starts_with(LOGIN));
        let size: usize = logins.map(|(name, value)| name.len() + value.len() + 3).sum();
        assert!(size <= limits::LOGIN_COOKIE_BYTES.max(name.len() + value.len() + 3), "{size} bytes of logins");
        browser.take(&names.delete_logins(SameSite::Lax, &Jar::parse(&header)));
        assert!(!browser.0.keys().any(|name| name.starts_with(LOGIN)));
    }
});

/// What a browser keeps, as far as its names are ours to set: each once.
struct Browser(BTreeMap<String, String>);

impl Browser {
    fn of(header: &str) -> Self {
        let jar = Jar::parse(header);
        let pairs = header.split(';').filter_map(|pair| pair.split_once('='));
        let ours = pairs.map(|(name, _)| name.trim_ascii()).filter(|name| name.starts_with("__Host-Http-"));
        Self(ours.filter_map(|name| Some((name.to_owned(), jar.get(name).ok()??.to_owned()))).collect())
    }

    fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn take(&mut self, headers: &[String]) {
        for header in headers {
            assert!(header.len() <= limits::COOKIE_BYTES, "browsers drop {} bytes", header.len());
            let cookie = Cookie::parse(header.as_str()).expect("a cookie");
            assert!(cookie.secure() == Some(true) && cookie.http_only() == Some(true) && cookie.path() == Some("/"), "{header}");
            assert!(cookie.domain().is_none() && cookie.same_site().is_some() && cookie.expires().is_none(), "{header}");
            assert!(cookie.name().starts_with("__Host-Http-session"), "{header}");
            if cookie.max_age().expect("an age").is_zero() {
                self.0.remove(cookie.name());
            } else {
                self.0.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}
