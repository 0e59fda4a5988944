//! CIBA: whatever the backchannel authentication endpoint answers, and what is kept of it.
#![no_main]

use grantkit::{oidc::ciba::Backchannel, text::json::Object};
use grantkit_fuzz::{CLIENT_SECRET, NOW, check, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let hint = [("login_hint".into(), "alice".into()), ("client_notification_token".into(), "notification-token".into())];
    let step = relation.backchannel_authentication(&hint, NOW);
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1);
    if let Ok(request) = &result {
        let kept = request.to_json();
        let again = Object::parse(&kept).as_ref().map(Backchannel::parse);
        assert_eq!(again, Some(Ok(request.clone())), "{kept}");
    }
    check(&result.map(|request| request.to_json()), &[CLIENT_SECRET, "notification-token"]);
});
