//! RFC 9126: whatever the endpoint for pushed requests answers.
#![no_main]

use grantkit_fuzz::{CLIENT_SECRET, check_refusal, drive, relation, response};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    let mut relation = relation();
    relation.client.par = true;
    let step = relation.authorize(&[]);
    match drive(&mut relation, step, &mut |_| answer.clone()).0 {
        Err(error) => check_refusal(&error, &[CLIENT_SECRET]),
        Ok((url, _)) => {
            assert!(Url::parse(&url).is_ok_and(|url| url.as_str().starts_with("https://op.example/authorize?")), "{url}");
        }
    }
});
