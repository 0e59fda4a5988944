//! What needs the web host: a client at a server.

use alloc::{string::String, vec::Vec};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use crate::{
    error::{Code, Error, Phase},
    flow::{Parameters, Relation, Run, Stop, Tokens},
    js::{convert, core::settle},
    limits,
    oauth::{assertion, client_credentials, exchange, extension, resource::AccessToken, step_up},
    oidc::logout,
    secret::{Secret, opaque},
    text::{
        challenge,
        json::{self, Raw, Writer},
    },
    web::{
        client::{Client, Drive, Turn},
        clock,
        host::{Call, Host},
    },
};

/// A client at a server, as JavaScript holds it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    client: Client,
    fetch: Option<Function>,
    timeout: u32,
}

#[wasm_bindgen]
impl Core {
    /// Reads `{options, server}` or `{options, discover}`. `host` has what is no data beside it: `fetch`, the caller's; `key` and `pair`, see [`Host`]. Throws the
    /// error as text, as [`core`](super::core) writes it.
    #[wasm_bindgen(constructor)]
    pub fn new(input: &str, host: JsValue, fetch: Option<Function>) -> Result<Self, JsValue> {
        Self::read(input, host, fetch).map_err(|error| settle(Err(error)).into())
    }

    fn read(input: &str, host: JsValue, fetch: Option<Function>) -> Result<Self, Error> {
        let object = convert::arguments(input)?;
        let client = convert::client_of(&object)?;
        let options = object.get("options").and_then(Raw::object).unwrap_or_default();
        let timeout = convert::timeout(&options)?.unwrap_or(limits::TIMEOUT_MILLISECONDS);
        let relation = match object.get("discover") {
            Some(_) => Relation::undiscovered(client),
            None => Relation::new(convert::server(&object)?, client),
        };
        Ok(Self { client: Client::new(relation, Host::new(host)), fetch, timeout })
    }

    /// The server's metadata, as it came.
    pub fn server(&self) -> String {
        self.client.with(|relation| relation.server.document.clone())
    }

    /// `{parameters}` to a URL.
    pub fn logout(&self, input: &str) -> String {
        settle(convert::arguments(input).and_then(|object| {
            let parameters = convert::parameters(&object, "parameters", Phase::Authorization)?;
            self.client.with(|relation| logout::url(&relation.server, &relation.client, &parameters))
        }))
    }

    /// Seconds by which the server's clock is ahead of ours.
    pub fn clock_offset(&self) -> f64 {
        convert::seconds(self.client.with(|relation| relation.clock_offset()))
    }

    /// What a resource answered to a request that showed a token; tells whether to send it again. `again`: it can be, and was not yet.
    pub fn learn(
        &self,
        url: &str,
        status: u16,
        www_authenticate: Option<String>,
        dpop_nonce: Option<String>,
        again: bool,
    ) -> bool {
        let (challenge, nonce) = (www_authenticate.as_deref(), dpop_nonce.as_deref());
        self.client.with(|relation| relation.learn(url, status, challenge, nonce, again))
    }

    /// Begins a flow by its name.
    pub fn begin(&self, flow: &str, input: &str, signal: Option<AbortSignal>) -> Flow {
        match self.drive(flow, input, signal) {
            Ok(drive) => Flow { drive: Some(drive), end: String::new() },
            Err(error) => Flow { drive: None, end: settle(Err(error)) },
        }
    }

    fn drive(&self, flow: &str, input: &str, signal: Option<AbortSignal>) -> Result<Drive<String>, Error> {
        let object = convert::arguments(input)?;
        let (timeout, headers) = convert::call(&object)?;
        let call = Call { fetch: self.fetch.clone(), signal, timeout: timeout.unwrap_or(self.timeout), headers };
        let (flow, input) = (String::from(flow), Secret::new(input));
        let flow = move |run: &mut Run<'_>| perform(run, &flow, &convert::arguments(input.expose())?);
        let step = self.client.with(|relation| relation.begin(clock::now(), flow))?;
        Ok(Drive::new(self.client.clone(), call, step))
    }
}

/// A flow under way, as JavaScript drives it: whoever holds it calls `go_on` until there is nothing more to wait for, and then asks for the `end`.
#[wasm_bindgen]
pub struct Flow {
    drive: Option<Drive<String>>,
    end: String,
}

opaque!(Flow);

#[wasm_bindgen]
impl Flow {
    /// Goes on: with what the promise brought, or without where it was rejected, and at the beginning. What to wait for next, if anything.
    pub fn go_on(&mut self, answer: Option<Vec<u8>>) -> Option<Promise> {
        let drive = self.drive.as_mut()?;
        let ended = match drive.go_on(answer) {
            Ok(Turn::Wait(promise)) => return Some(promise),
            Ok(Turn::Done(text)) => Ok(text),
            Err(error) => Err(error),
        };
        self.end = settle(ended);
        self.drive = None;
        None
    }

    /// How it ended, as text as [`core`](super::core) writes it.
    pub fn end(self) -> String {
        self.end
    }
}

fn perform(run: &mut Run<'_>, flow: &str, object: &json::Object<'_>) -> Result<String, Stop> {
    let parameters = convert::parameters(object, "parameters", Phase::Token)?;
    Ok(match flow {
        "discover" => run.discover(&convert::text(object, "issuer", Phase::Discovery)?)?,
        "authorize" => convert::authorization(&run.authorize(&parameters)?),
        "device_authorization" => run.device_authorization(&parameters)?.to_json(),
        "backchannel_authentication" => run.backchannel_authentication(&parameters)?.to_json(),
        "userinfo" => {
            let subject = convert::subject(object)?;
            run.userinfo(&access_token(object, Phase::Userinfo)?, subject.as_deref())?
        }
        "revoke" => {
            run.revoke(&convert::text(object, "token", Phase::Revocation)?, &parameters)?;
            String::new()
        }
        "introspect" => run.introspect(&convert::text(object, "token", Phase::Introspection)?, &parameters)?,
        "register" => {
            let metadata = object.get("metadata").filter(|value| value.as_str().starts_with('{'));
            let metadata = metadata.ok_or_else(|| Code::InvalidArgument.at(Phase::Registration).about("metadata"))?;
            let initial = convert::optional_text(object, "initialAccessToken")?.map(Secret::new);
            run.register(metadata.as_str(), initial.as_ref())?
        }
        "show" => {
            let (phase, token) = (Phase::Resource, access_token(object, Phase::Resource)?);
            let headers = run.show(&convert::text(object, "method", phase)?, &convert::text(object, "url", phase)?, &token)?;
            let mut json = Writer::default();
            for (name, value) in headers {
                json.string(name, value.expose());
            }
            json.finish()
        }
        "discover_resource" => {
            let resource = convert::text(object, "resource", Phase::Resource)?;
            run.discover_resource(&resource, convert::optional_text(object, "challenge")?.as_deref())?
        }
        "validate_access_token" => {
            let (received, expected) = convert::received(object)?;
            run.validate_access_token(&received, &expected)?
        }
        "validate_logout_token" => run.validate_logout_token(&convert::text(object, "token", Phase::LogoutToken)?)?,
        _ => tokens(run, flow, object, &parameters)?.to_json(),
    })
}

/// The flows that end in tokens.
fn tokens(run: &mut Run<'_>, flow: &str, object: &json::Object<'_>, parameters: &Parameters) -> Result<Tokens, Stop> {
    let phase = Phase::Token;
    match flow {
        "callback" => run.callback(&convert::callback(object)?, convert::pending(object)?),
        "refresh" => {
            let token = object.string("refresh_token").filter(|token| !token.is_empty());
            let token = token.ok_or_else(|| Code::MissingRefreshToken.at(phase).about("refresh_token"))?;
            run.refresh(&token, convert::subject(object)?.as_deref(), parameters)
        }
        "client_credentials" => run.spend(client_credentials::grant(), parameters),
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
        "exchange_token" => run.tokens(exchange::grant(parameters)?),
        "assertion" => {
            let (kind, assertion, parameters) = convert::assertion(object)?;
            run.spend(assertion::grant(kind, assertion)?, &parameters)
        }
        "grant" => run.spend(extension::grant(&convert::text(object, "grantType", phase)?), parameters),
        _ => Err(Code::InvalidArgument.at(Phase::Configuration).about("flow").into()),
    }
}

fn access_token(object: &json::Object<'_>, phase: Phase) -> Result<AccessToken, Error> {
    let token = Secret::new(convert::text(object, "access_token", phase)?);
    AccessToken::new(token, &convert::text(object, "token_type", phase)?, phase)
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
