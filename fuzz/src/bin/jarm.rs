//! JARM: whatever JWT a callback brings in place of its parameters.
#![no_main]

use grantkit::text::base64url;
use grantkit_fuzz::{
    CLIENT_SECRET, CODE, ISSUER, NOW, answer, check, check_claims, check_header, drive, pending, relation, response, state, token,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let token = token(&text.replace("$STATE", &state()).replace("$CODE", CODE));
    let mut relation = relation();
    let step = relation.callback(&format!("?response={token}"), pending("query.jwt"), NOW);
    let body = answer(400, "application/json", r#"{"error":"invalid_grant"}"#);
    let (result, sent) = drive(&mut relation, step, &mut |_| response(&body).unwrap_or_default());
    check(&result.map(|tokens| tokens.to_json()), &[CODE, CLIENT_SECRET]);
    if !sent.is_empty() {
        check_header(&token, &["RS256", "ES256"]);
        let claims = token.split('.').nth(1).and_then(base64url::decode).unwrap_or_default();
        let claims: Value = serde_json::from_slice(&claims).expect("what passed is JSON");
        check_claims(&claims, "app");
        assert!(claims["state"] == state().as_str() && claims["iss"] == ISSUER && !claims["exp"].is_null());
    }
});
