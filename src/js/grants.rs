//! Every other way to tokens, what is asked and told at the server, and what a resource says of itself.

use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    error::{Code, Phase},
    flow::{Run, Stop},
    js::{convert, login},
    oauth::{assertion, exchange, extension, step_up},
    secret::Secret,
    text::{challenge, json::Object},
};

pub(super) fn perform(run: &mut Run<'_>, flow: &str, object: &Object<'_>) -> Result<Option<String>, Stop> {
    let parameters = convert::parameters(object, "parameters", Phase::Token)?;
    let tokens = match flow {
        "poll_device" => {
            let device = convert::device(object)?;
            run.poll(&device.grant(), device.pace)
        }
        "poll_backchannel" => {
            let request = convert::backchannel(object)?;
            run.poll(&request.grant(), request.pace)
        }
        "ping" => {
            let (authorization, body) = (object.string("authorization"), object.string("body"));
            let (authorization, body) = (authorization.as_deref().unwrap_or(""), body.as_deref().unwrap_or(""));
            run.ping(&convert::backchannel(object)?, authorization, body)
        }
        "exchange_token" => run.tokens(exchange::grant(&parameters)?),
        "assertion" => {
            let (kind, assertion, parameters) = convert::assertion(object)?;
            run.spend(assertion::grant(kind, assertion)?, &parameters)
        }
        "grant" => run.spend(extension::grant(&convert::text(object, "grantType", Phase::Token)?), &parameters),
        "device_authorization" => return Ok(Some(run.device_authorization(&parameters)?.to_json())),
        "backchannel_authentication" => return Ok(Some(run.backchannel_authentication(&parameters)?.to_json())),
        "userinfo" => {
            let subject = convert::subject(object)?;
            return run.userinfo(&login::access_token(object, Phase::Userinfo)?, subject.as_deref()).map(Some);
        }
        "introspect" => {
            return run.introspect(&convert::text(object, "token", Phase::Introspection)?, &parameters).map(Some);
        }
        "register" => {
            let metadata = object.get("metadata").filter(|value| value.as_str().starts_with('{'));
            let metadata = metadata.ok_or_else(|| Code::InvalidArgument.at(Phase::Registration).about("metadata"))?;
            let initial = convert::optional_text(object, "initialAccessToken")?.map(Secret::new);
            return run.register(metadata.as_str(), initial.as_ref()).map(Some);
        }
        "discover_resource" => {
            let resource = convert::text(object, "resource", Phase::Resource)?;
            return run.discover_resource(&resource, convert::optional_text(object, "challenge")?.as_deref()).map(Some);
        }
        _ => return Ok(None),
    };
    Ok(Some(tokens?.to_json()))
}

/// The challenges of a `WWW-Authenticate` header; none where it is malformed.
#[wasm_bindgen]
pub fn challenges(header: &str) -> String {
    convert::challenges(&challenge::parse(header).unwrap_or_default())
}

/// The parameters of the authorization request that a `WWW-Authenticate` header asks for; empty where no new login helps.
#[wasm_bindgen]
pub fn step_up(header: &str) -> String {
    let parameters = challenge::parse(header).and_then(|challenges| step_up::parameters(&challenges));
    parameters.map_or_else(String::new, |parameters| convert::step_up(&parameters))
}
