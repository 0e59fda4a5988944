//! What an operation costs natively, beside the `oauth2` crate: one JSON line, `{ case: { peer: [µs, …] } }`.

use grantkit::{
    http::Response,
    oauth::{pkce, token::TokenResponse},
};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier, basic::BasicTokenResponse};
use std::{hint::black_box, time::Instant};

const ROUNDS: usize = 9;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const BODY: &str = r#"{"access_token":"SlAV32hkKG7zX2v1y8n4r5t6u7i8o9p0","token_type":"Bearer","expires_in":3600,"scope":"openid profile","refresh_token":"tGzv3JOkF0XG5Qx2"}"#;

type Operation = (&'static str, fn());

fn main() {
    let cases: [(&str, [Operation; 2]); 2] = [
        (
            "challenge",
            [
                ("oauth2", || {
                    drop(black_box(PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(
                        black_box(VERIFIER).into(),
                    ))))
                }),
                ("grantkit", challenge),
            ],
        ),
        (
            "token-response",
            [("oauth2", || drop(black_box(serde_json::from_str::<BasicTokenResponse>(black_box(BODY))))), ("grantkit", read)],
        ),
    ];
    let cases: Vec<String> = cases.iter().map(|(name, peers)| format!("\"{name}\":{}", measure(peers))).collect();
    println!("{{{}}}", cases.join(","));
}

fn challenge() {
    drop(black_box(pkce::Verifier::parse(black_box(VERIFIER)).map(|verifier| verifier.challenge())));
}

fn read() {
    let response = Response {
        status: 200,
        content_type: Some("application/json".into()),
        body: black_box(BODY).into(),
        ..Response::default()
    };
    let _ = black_box(TokenResponse::parse(&response, false));
}

/// Rounds of a tenth of a second, the peers in turns.
fn measure(peers: &[Operation]) -> String {
    let times: Vec<u32> = peers.iter().map(|(_, operation)| calibrate(*operation)).collect();
    let mut figures = vec![Vec::new(); peers.len()];
    for _ in 0..ROUNDS {
        for (at, (_, operation)) in peers.iter().enumerate() {
            figures[at].push(time(*operation, times[at]) / f64::from(times[at]));
        }
    }
    let rows = peers.iter().zip(figures).map(|((name, _), figures)| format!("\"{name}\":{figures:?}"));
    format!("{{{}}}", rows.collect::<Vec<_>>().join(","))
}

fn calibrate(operation: fn()) -> u32 {
    let took = time(operation, 10_000);
    (10_000.0 * 100_000.0 / took) as u32
}

/// Microseconds.
fn time(operation: fn(), times: u32) -> f64 {
    let began = Instant::now();
    for _ in 0..times {
        operation();
    }
    began.elapsed().as_secs_f64() * 1e6
}
