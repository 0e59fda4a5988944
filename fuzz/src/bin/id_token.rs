//! OpenID Connect Core §3.1.3.7: whatever ID token comes with a login's tokens. What passes is for us, of the server, of this login, and of now.
#![no_main]

use grantkit_fuzz::{
    ISSUER, NOW, answer, check, check_claims, check_header, drive, nonce, pending, relation, response, state, token,
};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let token = token(&text.replace("$NONCE", &nonce()));
    let mut relation = relation();
    let callback = format!("?code=c&state={}&iss={ISSUER}", state());
    let step = relation.callback(&callback, pending("query"), NOW);
    let body = json!({"access_token": "at", "token_type": "Bearer", "id_token": token}).to_string();
    let body = answer(200, "application/json", &body);
    let (result, sent) = drive(&mut relation, step, &mut |_| response(&body).unwrap_or_default());
    assert_eq!(sent.len(), 1, "a code is sent once");
    if let Some(tokens) = check(&result.map(|tokens| tokens.to_json()), &[]) {
        let claims = &tokens["claims"];
        check_claims(claims, "app");
        check_header(&token, &["RS256", "ES256"]);
        assert!(claims["iss"] == ISSUER && claims["nonce"] == nonce().as_str() && !claims["sub"].is_null());
        assert!(claims.get("azp").is_none_or(|party| party.is_null() || party == "app"));
        assert!(claims["aud"].as_array().is_none_or(|list| list.len() == 1 || claims["azp"] == "app"));
    }
});
