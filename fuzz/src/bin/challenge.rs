//! RFC 9110 §11.6.1: what is read is within bounds, and reads the same when it is written plainly.
#![no_main]

use grantkit::{
    error::Phase,
    http::Response,
    js::convert,
    limits,
    oauth::{resource, step_up},
    text::challenge::{self, Challenge},
};
use grantkit_fuzz::{SECRETS, check_refusal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    let challenges = challenge::parse(header);
    let response = Response { status: 401, www_authenticate: Some(header.into()), ..Response::default() };
    if let Some(error) = resource::refusal(&response, Phase::Resource, &SECRETS) {
        check_refusal(&error, &SECRETS);
    }
    let place = resource::place(header);
    let Some(challenges) = challenges else {
        assert!(place.is_none());
        return;
    };
    assert!(header.len() <= limits::CHALLENGE_BYTES && challenges.len() <= limits::CHALLENGES);
    assert!(challenges.iter().all(|one| one.parameters.len() <= limits::CHALLENGE_PARAMETERS));
    serde_json::from_str::<serde_json::Value>(&convert::challenges(&challenges)).expect("challenges are JSON");
    if let Some(parameters) = step_up::parameters(&challenges) {
        serde_json::from_str::<serde_json::Value>(&convert::step_up(&parameters)).expect("parameters are JSON");
    }
    let written: Vec<_> = challenges.iter().map(write).collect();
    let written = written.join(", ");
    if written.len() <= limits::CHALLENGE_BYTES {
        assert_eq!(challenge::parse(&written).as_ref(), Some(&challenges), "{written}");
    }
});

fn write(challenge: &Challenge) -> String {
    let quote = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let parameters: Vec<_> = challenge.parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quote(value))).collect();
    match &challenge.token68 {
        Some(token) => format!("{} {token}", challenge.scheme),
        None if parameters.is_empty() => challenge.scheme.clone(),
        None => format!("{} {}", challenge.scheme, parameters.join(", ")),
    }
}
