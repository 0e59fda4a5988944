//! OpenID Connect Back-Channel Logout §2.6: whatever is posted as a logout token.
#![no_main]

use grantkit::http::Response;
use grantkit_fuzz::{NOW, check, check_claims, check_header, drive, relation, token};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let token = token(text);
    let mut relation = relation();
    let step = relation.validate_logout_token(&token, NOW);
    let (result, _) = drive(&mut relation, step, &mut |_| Response::default());
    if let Some(claims) = check(&result, &[]) {
        check_claims(&claims, "app");
        check_header(&token, &["RS256", "ES256"]);
        assert!(claims.get("nonce").is_none_or(Value::is_null), "an ID token is no logout token");
        assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    }
});
