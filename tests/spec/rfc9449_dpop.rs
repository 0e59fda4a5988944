//! RFC 9449: tokens bound to a key.

use grantkit::{
    error::Code,
    flow::{Event, Relation},
    http::{Request, Response},
    jose::{jwk::Jwk, jws::Jws},
    limits,
    oauth::dpop::{Nonces, Proof},
    secret::Secret,
    text::json::Object,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, client, drive, json_response, jwk, now, own_key, server, verify_with};

fn relation() -> Relation {
    let mut client = client();
    client.dpop = true;
    client.scope = None;
    Relation::new(server(), client)
}

fn bound() -> Value {
    json!({"access_token": "at", "token_type": "DPoP", "refresh_token": "rt1"})
}

fn proof(request: &Request) -> (Value, Value) {
    let header = request.headers.iter().find(|(name, _)| name == "dpop").unwrap();
    let token = header.1.expose();
    assert!(verify_with(&own_key(), token));
    let header = grantkit::text::base64url::decode(token.split('.').next().unwrap()).unwrap();
    (serde_json::from_slice(&header).unwrap(), serde_json::from_str(&Jws::parse(token).unwrap().payload).unwrap())
}

fn refresh(
    relation: &mut Relation,
    answer: impl FnMut(&Request) -> Event,
) -> (Result<grantkit::flow::Tokens, grantkit::error::Error>, Vec<Request>) {
    let step = relation.refresh(Secret::new("rt0"), None, &[], now());
    drive(relation, step, answer)
}

fn asks_for(nonce: &str) -> Response {
    Response { dpop_nonce: Some(nonce.into()), ..json_response(400, &json!({"error": "use_dpop_nonce"})) }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_4_2_a_proof_says_method_url_and_time_with_the_public_key() {
    let (result, sent) = refresh(&mut relation(), |_| Event::Response(json_response(200, &bound())));
    assert!(result.unwrap().checks().iter().any(|check| check.as_str() == "dpop_binding"));
    let (header, claims) = proof(&sent[0]);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
    let own = jwk(&own_key(), "own");
    assert_eq!(header["jwk"], json!({"crv": "P-256", "kty": "EC", "x": own["x"], "y": own["y"]}), "public members alone");
    assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!("https://op.example/token")));
    assert_eq!((&claims["iat"], claims["jti"].as_str().unwrap().len()), (&json!(NOW), 43));
    assert_eq!((&claims["nonce"], &claims["ath"]), (&Value::Null, &Value::Null));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_4_2_the_url_is_without_query_and_a_resource_gets_the_hash_of_the_token() {
    let key = Jwk::parse(&Object::parse(&jwk(&own_key(), "own").to_string()).unwrap()).unwrap();
    let proof = Proof {
        method: "GET",
        url: "https://rs.example/a?b=c#d",
        nonce: Some("n"),
        access_token: Some("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
    };
    let input = proof.signing_input(&key, grantkit::jose::jws::Algorithm::Es256, &[0; 32], now());
    let claims = grantkit::text::base64url::decode(input.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["htu"], &claims["nonce"]), (&json!("https://rs.example/a"), &json!("n")));
    // The example of §7.1.
    assert_eq!(claims["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

#[wasm_bindgen_test(unsupported = test)]
fn section_8_a_nonce_that_is_asked_for_is_used_in_one_second_try() {
    let mut relation = relation();
    let mut answers = vec![json_response(200, &bound()), asks_for("n1")];
    let (result, sent) = refresh(&mut relation, |_| Event::Response(answers.pop().unwrap()));
    assert!(result.is_ok());
    assert_eq!(sent.len(), 2);
    assert_eq!(proof(&sent[1]).1["nonce"], "n1");
    // It is remembered, and a new one is learnt from a success.
    let next = Response { dpop_nonce: Some("n2".into()), ..json_response(200, &bound()) };
    let (_, sent) = refresh(&mut relation, |_| Event::Response(next.clone()));
    assert_eq!((sent.len(), &proof(&sent[0]).1["nonce"]), (1, &json!("n1")));
    let (_, sent) = refresh(&mut relation, |_| Event::Response(next.clone()));
    assert_eq!(proof(&sent[0]).1["nonce"], "n2");
}

#[wasm_bindgen_test(unsupported = test)]
fn section_8_there_is_no_third_try_and_none_without_a_new_nonce() {
    let mut count = 0;
    let (result, sent) = refresh(&mut relation(), |_| {
        count += 1;
        Event::Response(asks_for(&format!("n{count}")))
    });
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.report().grant_may_be_consumed, sent.len()), (Code::UseDpopNonce, false, 2));
    let unreadable = json_response(400, &json!({"error": "use_dpop_nonce"}));
    let (result, sent) = refresh(&mut relation(), |_| Event::Response(unreadable.clone()));
    assert_eq!((result.unwrap_err().code(), sent.len()), (Code::UseDpopNonce, 1));
    let other = Response { dpop_nonce: Some("n1".into()), ..json_response(400, &json!({"error": "invalid_grant"})) };
    let (result, sent) = refresh(&mut relation(), |_| Event::Response(other.clone()));
    assert_eq!(
        (result.unwrap_err().code(), sent.len()),
        (Code::InvalidGrant, 1),
        "another refusal is no reason to send the grant again"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_a_token_that_anybody_may_use_is_refused() {
    for (token_type, code) in [("Bearer", Code::TokenNotBound), ("mac", Code::UnsupportedTokenType)] {
        let answer = json!({"access_token": "at", "token_type": token_type});
        let (result, _) = refresh(&mut relation(), |_| Event::Response(json_response(200, &answer)));
        assert_eq!(result.unwrap_err().code(), code);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nonces_are_kept_for_each_origin_and_bounded() {
    let mut nonces = Nonces::default();
    assert!(nonces.learn("https://a.example/token", Some("n1")));
    assert!(!nonces.learn("https://a.example/other", Some("n1")), "no news");
    assert_eq!(
        (nonces.get("https://a.example/x?y"), nonces.get("https://a.example:8443/x"), nonces.get("https://b.example")),
        (Some("n1"), None, None)
    );
    let long = "n".repeat(limits::DPOP_NONCE_CHARACTERS + 1);
    for bad in [None, Some(""), Some("a b"), Some("a\nb"), Some("é"), Some(long.as_str())] {
        assert!(!nonces.learn("https://a.example", bad), "{bad:?}");
    }
    for index in 0..limits::DPOP_NONCES {
        nonces.learn(&format!("https://o{index}.example"), Some("n"));
    }
    assert_eq!(nonces.get("https://a.example"), None, "the oldest made room");
    assert_eq!(nonces.get("https://o1.example"), Some("n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_10_the_code_is_bound_where_the_key_outlives_the_redirect() {
    let mut relation = relation();
    for (lasting, bound) in [(false, false), (true, true)] {
        relation.client.dpop_jkt = lasting;
        let step = relation.authorize(&[]);
        let (result, _) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
        let thumbprint = Jwk::parse(&Object::parse(&jwk(&own_key(), "own").to_string()).unwrap()).unwrap().thumbprint();
        assert_eq!(result.unwrap().0.contains(&format!("dpop_jkt={thumbprint}")), bound);
    }
}
