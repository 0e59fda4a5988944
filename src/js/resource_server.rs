//! Whether a request may pass: what an API asks, which has no login of its own.

use alloc::string::String;

use crate::{
    flow::{Run, Stop},
    js::convert,
    text::json::Object,
};

pub(super) fn perform(run: &mut Run<'_>, flow: &str, object: &Object<'_>) -> Result<Option<String>, Stop> {
    if flow != "validate_access_token" {
        return Ok(None);
    }
    let (received, expected) = convert::received(object)?;
    run.validate_access_token(&received, &expected).map(Some)
}
