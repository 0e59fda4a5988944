//! RFC 6749 §5: whatever a token endpoint answers.
#![no_main]

use grantkit::{error::Code, flow::Tokens, oauth::token::TokenResponse, secret::Secret};
use grantkit_fuzz::{CLIENT_SECRET, NOW, REFRESH_TOKEN, check, check_refusal, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let read = |strict| TokenResponse::parse(&answer, strict).map(|tokens| tokens.json(&[]).finish());
    let (interop, strict) = (read(false), read(true));
    let tokens = check(&interop, &[]);
    check(&strict, &[]);
    match (&interop, &strict) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Ok(_), Err(error)) => assert_eq!(error.code(), Code::DeviationRefused),
        (Err(error), Err(other)) => assert_eq!(error.code(), other.code()),
        (Err(_), Ok(_)) => panic!("strict takes what interop refuses"),
    }
    if let Some(tokens) = tokens {
        assert!(tokens["access_token"].as_str().is_some_and(|token| !token.is_empty()));
        assert!(tokens["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")));
        assert!(tokens.get("expires_in").is_none_or(|seconds| seconds.as_i64().is_some_and(|seconds| seconds >= 0)));
    }

    let mut relation = relation();
    let step = relation.refresh(Secret::new(REFRESH_TOKEN), None, &[], NOW);
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1, "a refresh token is sent once");
    match &result {
        // What is not replaced is carried forward.
        Ok(tokens) => assert!(tokens.response().refresh_token.is_some()),
        Err(error) => check_refusal(error, &[CLIENT_SECRET, REFRESH_TOKEN]),
    }
    check(&result.map(|tokens: Tokens| tokens.to_json()), &[]);
});
