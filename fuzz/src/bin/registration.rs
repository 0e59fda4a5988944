//! RFC 7591: whatever the registration endpoint answers.
#![no_main]

use grantkit::secret::Secret;
use grantkit_fuzz::{REFRESH_TOKEN, check, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let step = relation.register("{}", Some(Secret::new(REFRESH_TOKEN)));
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1);
    if let Some(client) = check(&result, &[REFRESH_TOKEN]) {
        assert!(client["client_id"].as_str().is_some_and(|id| !id.is_empty()));
    }
});
