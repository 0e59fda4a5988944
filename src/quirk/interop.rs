//! How it is read: what real token endpoints send, made into the one object that RFC 6749 §5 speaks of.
//!
//! The servers are named in the tests (`tests/spec/quirks.rs`). What protects someone (issuer, state, nonce, audience, signature) is
//! not read here and is never lenient.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
};

use crate::{
    http::Response,
    quirk::deviation::{Deviation, Deviations},
    secret::opaque,
    text::{
        cut, form, has,
        json::{Object, Raw, Writer},
        split,
    },
};

/// Why a body is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Neither JSON nor a form: HTML, nothing at all, something cut off in the middle.
    NotOauth,
    /// It says it is JSON, or begins as an object, and is not.
    MalformedJson,
}

/// A body as the text of one JSON object.
pub fn object<'a>(response: &'a Response, deviations: &mut Deviations) -> Result<Cow<'a, str>, Unreadable> {
    let bytes = response.body.strip_prefix(b"\xEF\xBB\xBF").inspect(|_| deviations.note(Deviation::ByteOrderMark));
    let text = core::str::from_utf8(bytes.unwrap_or(&response.body)).map_err(|_| Unreadable::NotOauth)?;
    let declared_json = is_media_type(response, "application/json");
    let first = text.trim_ascii_start().bytes().next();
    if first == Some(b'{') {
        if !declared_json {
            deviations.note(Deviation::ContentType);
        }
        return Object::parse(text).map(|_| Cow::Borrowed(text)).ok_or(Unreadable::MalformedJson);
    }
    if declared_json && first.is_some_and(|first| first != b'<') {
        return Err(Unreadable::MalformedJson);
    }
    if is_form(text) {
        deviations.note(Deviation::FormEncoded);
        return form_to_object(text).map(Cow::Owned).ok_or(Unreadable::MalformedJson);
    }
    Err(Unreadable::NotOauth)
}

/// Whether the body is of this media type; parameters and case do not count, RFC 9110 §8.3.1.
pub fn is_media_type(response: &Response, expected: &str) -> bool {
    let declared = response.content_type.as_deref().unwrap_or("");
    cut(declared, b';').0.trim_ascii().eq_ignore_ascii_case(expected)
}

/// A form is told by its members: `text/plain` and `text/html` both occur, and so do forms that call themselves JSON.
fn is_form(text: &str) -> bool {
    !has(text, b"<{\n") && split(text, b'&').any(|pair| pair.starts_with("access_token=") || pair.starts_with("error="))
}

/// `None` where a name is repeated.
fn form_to_object(text: &str) -> Option<String> {
    let mut object = Writer::default();
    for (name, value) in form::parse(text) {
        object.string(&name, &value);
    }
    let object = object.finish();
    Object::parse(&object).is_some().then_some(object)
}

/// Where the tokens are: at the top, or one level down as Slack (`authed_user`) and Withings (`body`) have it, or where a preset says.
pub fn token_object<'a>(object: &Object<'a>, envelope: Option<&str>, deviations: &mut Deviations) -> Option<Object<'a>> {
    let nested = |name: &str| object.get(name).and_then(Raw::object).filter(|inner| inner.get("access_token").is_some());
    let found = envelope.and_then(nested).or_else(|| nested("authed_user")).or_else(|| nested("body"));
    found.inspect(|_| deviations.note(Deviation::NestedResponse))
}

/// `expires_in` in seconds: a number, or the text of one.
pub fn expires_in(value: Raw<'_>, deviations: &mut Deviations) -> Option<i64> {
    let exact = value.integer().filter(|_| !has(value.as_str(), b"."));
    if exact.is_some() {
        return exact;
    }
    deviations.note(Deviation::ExpiresInType);
    let text = value.string().map_or_else(|| value.as_str().to_string(), |text| text.trim_ascii().to_string());
    Raw::parse(&text)?.integer()
}

/// `scope`, separated by spaces: text, a list of texts, or text with commas.
pub fn scope(value: Raw<'_>, deviations: &mut Deviations) -> Option<String> {
    let mut scope = String::new();
    let mut add = |one: &str| {
        if !scope.is_empty() {
            scope.push(' ');
        }
        scope.push_str(one);
    };
    if let Some(items) = value.array() {
        deviations.note(Deviation::ScopeType);
        for item in items {
            add(&item.string()?);
        }
        return Some(scope);
    }
    let text = value.string()?;
    if !has(&text, b",") {
        return Some(text.into_owned());
    }
    deviations.note(Deviation::ScopeSeparator);
    for part in split(&text, b',') {
        split(part, b' ').filter(|one| !one.is_empty()).for_each(&mut add);
    }
    Some(scope)
}

/// `token_type`, where it is another word for Bearer: Apigee's, Azure DevOps', Slack's two.
pub fn token_type<'a>(value: Option<Cow<'a, str>>, deviations: &mut Deviations) -> Cow<'a, str> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        deviations.note(Deviation::MissingTokenType);
        return "Bearer".into();
    };
    if ["bearertoken", "jwt-bearer", "bot", "user"].iter().any(|alias| value.eq_ignore_ascii_case(alias)) {
        deviations.note(Deviation::TokenTypeAlias);
        return "Bearer".into();
    }
    value
}

/// What a server says when it refuses, as it came: it may quote what it was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `error`, or what stands for it.
    pub error: String,
    /// `error_description`, or what stands for it.
    pub description: Option<String>,
}

opaque!(Refusal);

/// The error of an error response, or `None` where there is none. `failed`: the status was no success.
pub fn refusal(object: &Object<'_>, failed: bool, deviations: &mut Deviations) -> Option<Refusal> {
    let text = |object: &Object<'_>, names: [&str; 2]| names.iter().find_map(|name| object.text(name));
    if let Some(error) = object.string("error").filter(|error| !error.is_empty()) {
        let description = text(object, ["error_description", "message"]);
        return Some(Refusal { error: error.into_owned(), description });
    }
    // Facebook: {"error":{"message":…,"type":"OAuthException"}}
    if let Some(inner) = object.get("error").and_then(Raw::object) {
        deviations.note(Deviation::ErrorShape);
        let error = text(&inner, ["type", "code"]).unwrap_or_else(|| "error".into());
        return Some(Refusal { error, description: text(&inner, ["message", "error_description"]) });
    }
    // Supabase: {"code":400,"error_code":"refresh_token_not_found","msg":…}; Twitch: {"status":400,"message":…}
    let description = text(object, ["msg", "message"]);
    let error = text(object, ["error_code", "error_type"]);
    if !failed || (description.is_none() && error.is_none()) {
        return None;
    }
    deviations.note(Deviation::ErrorShape);
    Some(Refusal { error: error.unwrap_or_else(|| "error".into()), description })
}

/// The RFC's word for an error that a server calls otherwise: GitHub, Supabase, Dropbox and their like, Slack.
pub fn standard_error(error: &str) -> &str {
    match error {
        "bad_verification_code"
        | "bad_refresh_token"
        | "refresh_token_not_found"
        | "refresh_token_already_used"
        | "invalid_refresh_token"
        | "invalid_code"
        | "code_already_used"
        | "token_revoked" => "invalid_grant",
        "incorrect_client_credentials" | "bad_client_secret" | "invalid_client_id" => "invalid_client",
        other => other,
    }
}
