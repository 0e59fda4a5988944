//! CIBA §10.2: whatever is posted to the notification endpoint: its `Authorization` header, and its body. Only ours makes us ask.
#![no_main]

use grantkit::{oidc::ciba::Backchannel, text::json::Object};
use grantkit_fuzz::{CLIENT_SECRET, NOW, answer, check_refusal, drive, relation, response, two};
use libfuzzer_sys::fuzz_target;

const KEPT: &str =
    r#"{"auth_req_id":"1c266114","client_notification_token":"8d67dc78","expires_in":120,"expires_at":1800000120,"interval":2}"#;

fuzz_target!(|data: &[u8]| {
    let Some((authorization, body)) = two(data) else { return };
    let request = Object::parse(KEPT).map(|kept| Backchannel::parse(&kept)).expect("JSON").expect("a request");
    let mut relation = relation();
    let step = relation.ping(&request, authorization, body, NOW);
    let refusal = answer(400, "application/json", r#"{"error":"authorization_pending"}"#);
    let (result, sent) = drive(&mut relation, step, &mut |_| response(&refusal).unwrap_or_default());
    check_refusal(&result.expect_err("no tokens yet"), &[CLIENT_SECRET, "8d67dc78", "1c266114"]);
    if !sent.is_empty() {
        assert!(authorization.eq_ignore_ascii_case("Bearer 8d67dc78") && body.contains('{'), "{authorization} {body}");
    }
});
