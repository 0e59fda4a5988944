//! What needs the web host: a client at a server, and flows by their names.
//!
//! Each feature of the npm modules brings flows along: [`login`](super::login), [`grants`](super::grants), [`resource_server`](super::resource_server). A module
//! has what its entry can ask for, and no page downloads the rest.

use alloc::{string::String, vec::Vec};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use crate::{
    error::{Code, Error, Phase},
    flow::{Relation, Run, Stop},
    js::{convert, settle},
    limits,
    secret::{Secret, opaque},
    text::json::{Object, Raw},
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
    pub(super) client: Client,
    fetch: Option<Function>,
    timeout: u32,
}

#[wasm_bindgen]
impl Core {
    /// Reads `{options, server}` or `{options, discover}`. `host` has what is no data beside it: `fetch`, the caller's; `key` and `pair`, see [`Host`]. Throws the
    /// error as text, as `settle` writes it.
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

    /// How it ended, as text as `settle` writes it.
    pub fn end(self) -> String {
        self.end
    }
}

/// The flows of one feature, by their names; `None` where a name is none of them.
type Flows = fn(&mut Run<'_>, &str, &Object<'_>) -> Result<Option<String>, Stop>;

/// The flows of this module.
const FLOWS: &[Flows] = &[
    #[cfg(feature = "login")]
    super::login::perform,
    #[cfg(feature = "grants")]
    super::grants::perform,
    #[cfg(feature = "resource-server")]
    super::resource_server::perform,
];

/// Goes through a flow from its beginning.
fn perform(run: &mut Run<'_>, flow: &str, object: &Object<'_>) -> Result<String, Stop> {
    if flow == "discover" {
        return run.discover(&convert::text(object, "issuer", Phase::Discovery)?);
    }
    for flows in FLOWS {
        if let Some(text) = flows(run, flow, object)? {
            return Ok(text);
        }
    }
    Err(Code::InvalidArgument.at(Phase::Configuration).about("flow").into())
}
