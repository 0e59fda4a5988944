//! What needs no network: PKCE, and the pair for those who bring their own transport.

use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    js::{convert, settle},
    limits,
    oauth::{pkce::Verifier, token::TokenResponse},
    text::{base64url, joined},
};

/// 32 random bytes as 43 characters: a code verifier, a state, a nonce.
#[wasm_bindgen]
pub fn random() -> String {
    settle(drawn().map(|bytes| base64url::encode(&bytes)))
}

/// A new code verifier, and behind its 43 characters its S256 challenge: both in one crossing.
#[wasm_bindgen]
pub fn pkce_pair() -> String {
    settle(drawn().map(|bytes| {
        let verifier = Verifier::new(&bytes);
        joined(&[verifier.secret().expose(), &verifier.challenge()])
    }))
}

fn drawn() -> Result<[u8; limits::ENTROPY_BYTES], Error> {
    let mut bytes = [0; limits::ENTROPY_BYTES];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Code::CryptoUnavailable.at(Phase::Authorization).about("crypto.getRandomValues")),
    }
}

/// The S256 challenge of a code verifier.
#[wasm_bindgen]
pub fn challenge(verifier: &str) -> String {
    let verifier = Verifier::parse(verifier).ok_or_else(|| Code::InvalidArgument.at(Phase::Authorization).about("verifier"));
    settle(verifier.map(|verifier| verifier.challenge()))
}

/// `{server, options, grant}` to a request.
#[wasm_bindgen]
pub fn build_token_request(input: &str) -> String {
    settle(convert::build_token_request(input))
}

/// A response to tokens, their ID token unread.
#[wasm_bindgen]
pub fn parse_token_response(
    status: u16,
    content_type: Option<String>,
    retry_after: Option<String>,
    body: &[u8],
    strict: bool,
) -> String {
    let response = Response { status, content_type, retry_after, body: body.into(), ..Response::default() };
    settle(TokenResponse::parse(&response, strict).map(|tokens| tokens.json(&["deviations"]).finish()))
}
