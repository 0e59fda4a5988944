//! RFC 7009: whatever the revocation endpoint answers.
#![no_main]

use grantkit::secret::Secret;
use grantkit_fuzz::{CLIENT_SECRET, NOW, REFRESH_TOKEN, check_refusal, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let step = relation.revoke(Secret::new(REFRESH_TOKEN), &[], NOW);
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1);
    if let Err(error) = result {
        check_refusal(&error, &[REFRESH_TOKEN, CLIENT_SECRET]);
    }
});
