//! RFC 9110 §5.6.7: the one form that may be sent, as `httpdate` reads it.
#![no_main]

use grantkit::time;
use libfuzzer_sys::fuzz_target;
use std::time::{Duration, SystemTime};

fuzz_target!(|text: &str| {
    let Some(ours) = time::parse_http_date(text) else { return };
    // They refuse the 30th of February and a weekday that is not the date's; we take both for what they would be.
    let Ok(theirs) = httpdate::parse_http_date(text) else { return };
    let seconds = theirs.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    assert_eq!(u64::try_from(ours.seconds()).ok(), Some(seconds), "{text}");
});
