//! For pages in Rust: what crate `serde` writes as objects of JavaScript, by serde-wasm-bindgen.

use serde::Serialize;
use serde_wasm_bindgen::{Error as Refused, Serializer};
use wasm_bindgen::JsValue;

use crate::{error::Error, flow::Tokens, oauth::authorization::Pending};

/// Objects, where serde-wasm-bindgen would make a `Map`.
fn value(of: &impl Serialize) -> Result<JsValue, Refused> {
    of.serialize(&Serializer::json_compatible())
}

impl TryFrom<&Tokens> for JsValue {
    type Error = Refused;

    fn try_from(tokens: &Tokens) -> Result<Self, Refused> {
        value(tokens)
    }
}

impl TryFrom<&Pending> for JsValue {
    type Error = Refused;

    fn try_from(pending: &Pending) -> Result<Self, Refused> {
        value(pending)
    }
}

impl TryFrom<&Error> for JsValue {
    type Error = Refused;

    fn try_from(error: &Error) -> Result<Self, Refused> {
        value(error)
    }
}

impl TryFrom<JsValue> for Pending {
    type Error = Refused;

    fn try_from(value: JsValue) -> Result<Self, Refused> {
        serde_wasm_bindgen::from_value(value)
    }
}
