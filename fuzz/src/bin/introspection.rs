//! RFC 7662 and RFC 9701: whatever the introspection endpoint answers; whoever asks for a signature takes nothing without one.
#![no_main]

use grantkit::secret::Secret;
use grantkit_fuzz::{CLIENT_SECRET, NOW, REFRESH_TOKEN, check, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    for signed in [false, true] {
        relation.client.signed_introspection = signed;
        let step = relation.introspect(Secret::new(REFRESH_TOKEN), &[], NOW);
        let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
        assert_eq!(sent.len(), 1);
        if let Some(told) = check(&result, &[REFRESH_TOKEN, CLIENT_SECRET]) {
            assert!(told["active"].is_boolean());
            assert!(
                !signed || answer.content_type.as_deref() == Some("application/token-introspection+jwt") || answer.status != 200
            );
        }
    }
});
