//! Requests that other sites make a browser send.
//!
//! A browser adds its cookies to whatever asks for it, so a cookie proves nothing of who asks. `SameSite` helps against other sites, not against a sibling
//! subdomain. So each request that uses the session brings two more things: evidence that it comes from this origin, and a header that only a script of this
//! origin can set, because another's would be asked about by a preflight, and no preflight is ever answered.
//!
//! Specifications: [OAuth 2.0 for Browser-Based Applications §6.1.3.2](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-browser-based-apps#section-6.1.3.2),
//! [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/), [RFC 6454 §7](https://www.rfc-editor.org/rfc/rfc6454.html#section-7).

use alloc::string::{String, ToString};

use crate::{
    limits,
    session::refusal::{Refusal, Why},
    text::{cut, find, uri},
};

/// What a request shows of where it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// Its method.
    pub method: &'a str,
    /// `Sec-Fetch-Site`
    pub site: Option<&'a str>,
    /// `Sec-Fetch-Dest`
    pub destination: Option<&'a str>,
    /// `Sec-Fetch-Mode`
    pub mode: Option<&'a str>,
    /// `Origin`
    pub origin: Option<&'a str>,
    /// `Sec-Purpose`, or `Purpose` of old.
    pub purpose: Option<&'a str>,
    /// The custom header.
    pub header: Option<&'a str>,
    /// It asks to become a WebSocket, which a page cannot add headers to.
    pub websocket: bool,
}

impl Evidence<'_> {
    /// Whether the request may use the session: it comes from this origin, and from a script of it.
    ///
    /// # Errors
    /// [`Why::CrossSite`], [`Why::HeaderMissing`]
    pub fn check(&self, own: &str) -> Result<(), Refusal> {
        // Browsers say where every WebSocket is from, and let any page open one: nothing else stands between.
        if self.websocket {
            return if self.origin == Some(own) && self.is_from_here(own) { Ok(()) } else { Err(Why::CrossSite.about("Origin")) };
        }
        if !self.is_from_here(own) {
            return Err(Why::CrossSite.about("Sec-Fetch-Site"));
        }
        if self.header != Some("1") {
            return Err(Why::HeaderMissing.about("X-CSRF"));
        }
        Ok(())
    }

    /// `Sec-Fetch-Site` where the browser sends it, else `Origin`, else only what changes nothing.
    fn is_from_here(&self, own: &str) -> bool {
        match (self.site, self.origin) {
            (Some(site), None) => site == "same-origin",
            (Some(site), Some(origin)) => site == "same-origin" && origin == own,
            (None, Some(origin)) => origin == own,
            (None, None) => matches!(self.method, "GET" | "HEAD"),
        }
    }

    /// Whether somebody navigates: a page as a whole, or a frame of this origin's (for a silent login).
    ///
    /// # Errors
    /// [`Why::NotNavigation`]
    pub fn check_navigation(&self) -> Result<(), Refusal> {
        let is = |value: Option<&str>, expected: &str| value.is_none_or(|value| value == expected);
        let whole = is(self.mode, "navigate") && is(self.destination, "document");
        let framed = self.destination == Some("iframe") && self.site == Some("same-origin");
        if whole || framed { Ok(()) } else { Err(Why::NotNavigation.into()) }
    }

    /// Whether the browser only looks ahead: nothing may begin then.
    pub fn is_prefetch(&self) -> bool {
        self.purpose.is_some_and(|purpose| find(&purpose.to_ascii_lowercase(), "prefetch").is_some())
    }
}

/// Where to go after a login: a plain path of this origin, outside of the handler's own endpoints. `None` is the front page.
///
/// # Errors
/// [`Why::ReturnToRefused`]
pub fn return_to(given: Option<&str>, base: &str) -> Result<String, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok("/".to_string()) };
    let path = cut(cut(given, b'?').0, b'#').0;
    // In the spelling in which the handler reads paths.
    let own = uri::unescaped(path).unwrap_or_default();
    let own = own.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let plain = given.len() <= limits::RETURN_TO_CHARACTERS
        && given.bytes().all(|byte| byte > b' ' && byte < 0x7f && byte != b'\\')
        && uri::is_plain_path(path)
        && !own;
    if plain { Ok(uri::escaped(given)) } else { Err(Why::ReturnToRefused.about("returnTo")) }
}
