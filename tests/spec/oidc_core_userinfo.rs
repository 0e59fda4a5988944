//! OpenID Connect Core §5.3: what the server tells of the user.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    jose::jws::Jws,
    oauth::resource::AccessToken,
    secret::Secret,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ISSUER, NOW, client, drive, json_response, jwks, key, merge, now, other_key, server_with, sign_with, text_response,
};

const ENDPOINT: &str = "https://op.example/userinfo";

fn relation() -> Relation {
    let server = server_with(json!({"userinfo_endpoint": ENDPOINT, "userinfo_signing_alg_values_supported": ["ES256", "HS256"]}));
    Relation::new(server, client())
}

fn token(token_type: &str) -> AccessToken {
    AccessToken::new(Secret::new("at-0123456789abcdef"), token_type, Phase::Userinfo).unwrap()
}

fn ask(relation: &mut Relation, mut answer: impl FnMut() -> Response) -> (Result<String, Error>, Vec<Request>) {
    ask_with(relation, token("bearer"), Some("alice"), &mut answer)
}

fn ask_with(
    relation: &mut Relation,
    token: AccessToken,
    subject: Option<&str>,
    mut answer: impl FnMut() -> Response,
) -> (Result<String, Error>, Vec<Request>) {
    let step = relation.userinfo(token, subject.map(Into::into), now());
    drive(relation, step, |request| {
        Event::Response(if request.url.ends_with("/jwks") { json_response(200, &jwks()) } else { answer() })
    })
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.expose())
}

fn signed(claims: &Value) -> Response {
    text_response(200, "application/jwt", &sign_with(&key(), &json!({"alg": "ES256", "kid": "k1"}), claims))
}

fn claims() -> Value {
    json!({"sub": "alice", "iss": ISSUER, "aud": "app", "name": "Alice"})
}

#[wasm_bindgen_test(unsupported = test)]
fn the_token_is_shown_and_the_claims_come_back() {
    let (claims, sent) = ask(&mut relation(), || json_response(200, &json!({"sub": "alice", "name": "Alice"})));
    assert_eq!(serde_json::from_str::<Value>(&claims.unwrap()).unwrap(), json!({"sub": "alice", "name": "Alice"}));
    assert_eq!((sent.len(), sent[0].method, sent[0].url.as_str(), &sent[0].body), (1, "GET", ENDPOINT, &None));
    assert_eq!(header(&sent[0], "authorization"), Some("Bearer at-0123456789abcdef"));
    assert_eq!(header(&sent[0], "accept"), Some("application/json, application/jwt"));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_3_4_another_user_is_refused_and_so_is_nobody() {
    for (answer, code) in [
        (json!({"sub": "mallory"}), Code::SubjectMismatch),
        (json!({"sub": "Alice"}), Code::SubjectMismatch),
        (json!({"name": "Alice"}), Code::InvalidMember),
        (json!({"sub": ""}), Code::InvalidMember),
        (json!({"sub": 1}), Code::InvalidMember),
    ] {
        let error = ask(&mut relation(), || json_response(200, &answer)).0.unwrap_err();
        assert_eq!((error.code(), error.report().phase, error.report().about.as_deref()), (code, Phase::Userinfo, Some("sub")));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn userinfo_of_anybody_is_taken_under_its_ugly_name_alone() {
    let answer = || json_response(200, &json!({"sub": "mallory"}));
    let (result, sent) = ask_with(&mut relation(), token("Bearer"), None, answer);
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref(), sent.len()), (Code::InvalidArgument, Some("claims.sub"), 0));
    let mut careless = relation();
    careless.client.dangerously_skip_subject_check = true;
    assert!(ask_with(&mut careless, token("Bearer"), None, answer).0.is_ok());
    assert!(ask(&mut careless, answer).0.is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_3_2_a_signed_answer_is_verified() {
    let (result, sent) = ask(&mut relation(), || signed(&claims()));
    assert_eq!(serde_json::from_str::<Value>(&result.unwrap()).unwrap()["name"], "Alice");
    assert_eq!(sent.len(), 2, "the answer, then the keys");
    // iss and aud are SHOULD.
    assert!(ask(&mut relation(), || signed(&json!({"sub": "alice"}))).0.is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn each_rule_of_a_signed_answer_refuses_what_breaks_it() {
    for (changes, code, about) in [
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"aud": "other"}), Code::AudienceMismatch, "aud"),
        (json!({"aud": ["other"]}), Code::AudienceMismatch, "aud"),
        (json!({"exp": NOW - 60}), Code::TokenExpired, "exp"),
        (json!({"iat": NOW + 60}), Code::IssuedInFuture, "iat"),
        (json!({"sub": "mallory"}), Code::SubjectMismatch, "sub"),
        (json!({"sub": null}), Code::InvalidMember, "sub"),
    ] {
        let mut claims = claims();
        merge(&mut claims, changes);
        let error = ask(&mut relation(), || signed(&claims)).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (code, Some(about)));
    }
    for (key, head, code) in [
        (other_key(), json!({"alg": "ES256", "kid": "k1"}), Code::SignatureInvalid),
        (key(), json!({"alg": "ES256", "kid": "k2"}), Code::KeyNotFound),
        (key(), json!({"alg": "HS256"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "none"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "RS256"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "ES256", "typ": "at+jwt"}), Code::TypeMismatch),
    ] {
        let body = sign_with(&key, &head, &claims());
        let error = ask(&mut relation(), || text_response(200, "application/jwt; charset=utf-8", &body)).0.unwrap_err();
        assert_eq!(error.code(), code, "{head}");
    }
    let error = ask(&mut relation(), || text_response(200, "application/jwt", "a.b.c.d.e")).0.unwrap_err();
    assert_eq!(error.code(), Code::EncryptedJwt);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_3_3_a_refusal_is_read_from_the_challenge() {
    let challenge = r#"Bearer error="invalid_token", error_description="at-0123456789abcdef expired""#;
    let refused = Response { status: 401, www_authenticate: Some(challenge.into()), ..Response::default() };
    let error = ask(&mut relation(), || refused.clone()).0.unwrap_err();
    let refusal = error.report().refusal.clone().unwrap();
    assert_eq!((error.code(), error.report().status, refusal.error.as_str()), (Code::InvalidToken, Some(401), "invalid_token"));
    assert_eq!(refusal.description.as_deref(), Some("[redacted] expired"));
    for (status, body, code) in
        [(403, r#"{"error":"insufficient_scope"}"#, Code::InsufficientScope), (502, "<html>", Code::NotOauthResponse)]
    {
        let error = ask(&mut relation(), || text_response(status, "application/json", body)).0.unwrap_err();
        assert_eq!(error.code(), code);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_a_bound_token_is_shown_with_a_proof_and_its_nonce_once() {
    let mut relation = relation();
    relation.client.dpop = true;
    let challenge = r#"DPoP error="use_dpop_nonce""#;
    let asks =
        Response { status: 401, www_authenticate: Some(challenge.into()), dpop_nonce: Some("n1".into()), ..Response::default() };
    let mut answers = vec![json_response(200, &json!({"sub": "alice"})), asks.clone()];
    let (result, sent) = ask_with(&mut relation, token("DPoP"), Some("alice"), || answers.pop().unwrap());
    assert!(result.is_ok());
    assert_eq!((sent.len(), header(&sent[1], "authorization")), (2, Some("DPoP at-0123456789abcdef")));
    let proof: Value = serde_json::from_str(&Jws::parse(header(&sent[1], "dpop").unwrap()).unwrap().payload).unwrap();
    assert_eq!((&proof["htm"], &proof["htu"], &proof["nonce"]), (&json!("GET"), &json!(ENDPOINT), &json!("n1")));
    assert_eq!(proof["ath"].as_str().unwrap().len(), 43);
    // No third try, and none without news.
    let (result, sent) = ask_with(&mut relation, token("DPoP"), Some("alice"), || asks.clone());
    assert_eq!((result.unwrap_err().code(), sent.len()), (Code::UseDpopNonce, 1));
    relation.client.dpop = false;
    let (result, sent) = ask_with(&mut relation, token("DPoP"), Some("alice"), || asks.clone());
    assert_eq!((result.unwrap_err().code(), sent.len()), (Code::InvalidArgument, 0), "a bound token without its key");
}
