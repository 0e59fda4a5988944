//! RFC 8628: whatever the device authorization endpoint answers, and what is kept of it.
#![no_main]

use grantkit::{oauth::device::DeviceAuthorization, text::json::Object};
use grantkit_fuzz::{CLIENT_SECRET, NOW, check, drive, relation, response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    let step = relation.device_authorization(&[], NOW);
    let (result, sent) = drive(&mut relation, step, &mut |_| answer.clone());
    assert_eq!(sent.len(), 1);
    if let Ok(device) = &result {
        assert!(device.verification_uri.starts_with("https://") || device.verification_uri.starts_with("http://"));
        let kept = device.to_json();
        let again = Object::parse(&kept).as_ref().map(DeviceAuthorization::parse);
        assert_eq!(again, Some(Ok(device.clone())), "{kept}");
    }
    check(&result.map(|device| device.to_json()), &[CLIENT_SECRET]);
});
