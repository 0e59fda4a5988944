//! OpenID Connect Core §5.3: whatever the userinfo endpoint answers, signed or not.
#![no_main]

use grantkit::{oauth::resource::AccessToken, secret::Secret};
use grantkit_fuzz::{NOW, REFRESH_TOKEN, check, check_claims, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let token = AccessToken { token: Secret::new(REFRESH_TOKEN), dpop: false };
    let step = relation.userinfo(token, Some("alice".into()), NOW);
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1);
    if let Some(claims) = check(&result, &[REFRESH_TOKEN]) {
        assert_eq!(claims["sub"], "alice");
        if answer.content_type.as_deref() == Some("application/jwt") && answer.status == 200 {
            check_claims(&claims, "app");
        }
    }
});
