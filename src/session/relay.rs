//! A form post for a page that has no server of its own.
//!
//! With `response_mode=form_post` the authorization server has the browser post the response, and a page cannot read a post. A relay turns it into a fragment,
//! which stays in the browser: no server and no `Referer` sees it. What the response is worth is judged where the login began, as ever.
//!
//! Specification: [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).

use alloc::string::String;

use crate::text::{form, joined};

/// What an authorization response may hold: RFC 6749 §4.1.2, RFC 9207, JARM, OpenID Connect Session Management.
const PARAMETERS: [&str; 8] = ["code", "state", "iss", "error", "error_description", "error_uri", "response", "session_state"];

/// The address of a page, with the parameters of a form post in its fragment; those that belong to no response are left out.
pub fn location(page: &str, body: &str) -> String {
    let mut fragment = String::new();
    for (name, value) in form::parse(body).iter().filter(|(name, _)| PARAMETERS.contains(&name.as_str())) {
        form::append(&mut fragment, name, value);
    }
    joined(&[page, "#", &fragment])
}
