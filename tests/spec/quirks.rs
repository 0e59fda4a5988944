//! What real servers send, and what becomes of it: each row as such a server sends it.

use grantkit::{error::Code, http::Response, oauth::token::TokenResponse};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

fn rows() -> Vec<Value> {
    serde_json::from_str::<Value>(include_str!("../vectors/quirks.json")).unwrap().as_array().unwrap().clone()
}

fn response(row: &Value) -> Response {
    let body = row["hex"]
        .as_str()
        .map_or_else(|| row["body"].as_str().map_or_else(|| row["body"].to_string(), Into::into).into_bytes(), bytes);
    Response {
        status: row["status"].as_u64().unwrap() as u16,
        content_type: Some(row["content_type"].as_str().unwrap().into()),
        www_authenticate: row["www_authenticate"].as_str().map(Into::into),
        body,
        ..Response::default()
    }
}

/// What is no text stands there as hexadecimal digits.
fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn each_answer_is_read_and_its_departures_named() {
    for row in rows() {
        let judged = TokenResponse::parse(&response(&row), false);
        let expected = &row["interop"];
        let deviations = match (&judged, expected["code"].as_str()) {
            (Err(error), Some(code)) => {
                assert_eq!(error.code().as_str(), code, "{row}");
                error.report().deviations
            }
            (Ok(tokens), None) => {
                let written: Value = serde_json::from_str(&tokens.json(&[]).finish()).unwrap();
                for (name, value) in expected["tokens"].as_object().unwrap() {
                    assert_eq!(&written[name], value, "{name} of {row}");
                }
                tokens.deviations
            }
            _ => panic!("{judged:?} for {row}"),
        };
        let seen: Vec<_> = deviations.iter().map(|one| one.as_str()).collect();
        assert_eq!(seen, words(&expected["deviations"]), "{row}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn strict_refuses_each_answer_that_departs() {
    for row in rows() {
        let judged = TokenResponse::parse(&response(&row), true);
        match row["interop"]["code"].as_str() {
            Some(code) => assert_eq!(judged.unwrap_err().code().as_str(), code, "{row}"),
            None if words(&row["interop"]["deviations"]).is_empty() => assert!(judged.is_ok(), "{row}"),
            None => assert_eq!(judged.unwrap_err().code(), Code::DeviationRefused, "{row}"),
        }
    }
}
