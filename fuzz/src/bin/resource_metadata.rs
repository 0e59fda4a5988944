//! RFC 9728: whatever stands at a resource's well-known place.
#![no_main]

use grantkit_fuzz::{check, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let step = relation.discover_resource("https://api.example/orders", None);
    let (result, _) = drive(&mut relation, step, &mut |_| answer.clone());
    if let Some(document) = check(&result, &[]) {
        assert_eq!(document["resource"], "https://api.example/orders");
    }
});
