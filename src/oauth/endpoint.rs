//! A form for one of the server's endpoints, with the client's authentication: what every exchange but a metadata request begins with.
//!
//! Specification: [RFC 6749 §2.3, §3.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3)

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase, Refusal},
    http::{Request, Response},
    oauth::{client::Client, metadata::Metadata},
    quirk::{
        deviation::{Deviation, Deviations},
        interop::{self, Unreadable},
    },
    secret::Secret,
    text::{
        excerpt::{self, excerpt},
        form, is_one_of,
        json::Object,
    },
};

/// Makes the request. `assertion`: the client's JWT, where it authenticates by one.
///
/// # Errors
/// [`Code::UnsupportedByServer`] without such an endpoint, [`Code::InsecureUrl`], [`Code::InvalidArgument`] where the client authenticates by
/// a JWT and there is none: that takes a host that signs.
pub fn request(
    endpoint: &'static str,
    phase: Phase,
    parameters: &[(Cow<'static, str>, Secret)],
    server: &Metadata,
    client: &Client,
    assertion: Option<&Secret>,
) -> Result<Request, Error> {
    if client.authentication.needs_assertion() && assertion.is_none() {
        return Err(Code::InvalidArgument.at(phase).about("clientAuth"));
    }
    let mut request = Request::get(server.endpoint(endpoint, client, phase)?);
    request.method = "POST";
    request.set("content-type", Secret::new("application/x-www-form-urlencoded"));
    let mut form = String::new();
    let provider = &client.provider;
    let mut put = |name: &str, value: &str| form::append(&mut form, provider.name(name), &provider.value(name, value));
    parameters.iter().for_each(|(name, value)| put(name, value.expose()));
    client.authentication.apply(&client.id, assertion, &mut request, put);
    request.body = Some(Secret::new(form));
    Ok(request)
}

/// The JSON object of a successful response; every other response as an error, RFC 6749 §5.2.
///
/// # Errors
/// The server's refusal at any status, [`Code::NotOauthResponse`], [`Code::MalformedJson`].
pub fn success<'a>(response: &'a Response, phase: Phase, secrets: &[&str]) -> Result<Cow<'a, str>, Error> {
    read(response, phase, secrets, &mut Deviations::default())
}

/// As [`success`], noting departures on the way.
pub(super) fn read<'a>(
    response: &'a Response,
    phase: Phase,
    secrets: &[&str],
    deviations: &mut Deviations,
) -> Result<Cow<'a, str>, Error> {
    let success = (200..300).contains(&response.status);
    let code = match interop::object(response, deviations) {
        Ok(text) => match refusal(&text, success, secrets, deviations) {
            Some((code, refusal)) => {
                return Err(response.error(code, phase).with(|report| {
                    report.deviations = *deviations;
                    report.refusal = Some(refusal);
                }));
            }
            None if success => return Ok(text),
            None => Code::NotOauthResponse,
        },
        Err(Unreadable::MalformedJson) if success => Code::MalformedJson,
        Err(_) => Code::NotOauthResponse,
    };
    Err(response.error(code, phase).with(|report| {
        report.deviations = *deviations;
        report.body = Some(excerpt(&response.body, secrets));
    }))
}

/// What the server says where it refuses. At any status: GitHub refuses with 200.
fn refusal(text: &str, success: bool, secrets: &[&str], deviations: &mut Deviations) -> Option<(Code, Refusal)> {
    let outer = object(text);
    let refusal = interop::refusal(&outer, !success, deviations)?;
    if success {
        deviations.note(Deviation::ErrorStatus);
    }
    let clean = |text: &str| excerpt(text.as_bytes(), secrets);
    let code = Code::refusal(interop::standard_error(&refusal.error));
    let refusal = Refusal {
        // The RFC's own words hold no secret.
        error: if code.as_str() == refusal.error { refusal.error } else { excerpt::word(&refusal.error, secrets) },
        description: refusal.description.as_deref().map(clean),
        uri: outer.string("error_uri").map(|uri| clean(&uri)),
    };
    Some((code, refusal))
}

/// The members that have no field of their own, as JSON.
pub(crate) fn extra(object: &Object<'_>, known: &[&str]) -> Vec<(String, Secret)> {
    let others = object.iter().filter(|(name, _)| !is_one_of(name, known));
    others.map(|(name, value)| (name.into(), Secret::new(value.as_str()))).collect()
}

/// An object that was read before.
pub(crate) fn object(text: &str) -> Object<'_> {
    Object::parse(text).unwrap_or_default()
}
