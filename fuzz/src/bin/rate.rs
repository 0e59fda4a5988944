//! How often an address may begin a login, whatever the clock does; and what `std::net` takes for one network is one address.
#![no_main]

use grantkit::{
    limits,
    session::rate::{Bucket, address},
    time::Timestamp,
};
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv6Addr};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let ours = address(text);
        match text.parse() {
            Ok(IpAddr::V4(one)) => assert_eq!(ours, one.to_string()),
            // Nobody writes one of these in hexadecimal digits; whoever did would share a bucket with all who do.
            Ok(IpAddr::V6(one)) => match one.to_ipv4_mapped().filter(|_| text.contains('.')) {
                Some(one) => assert_eq!(ours, one.to_string(), "{text}"),
                None => assert_eq!(ours, network(one), "{text}"),
            },
            Err(_) => {}
        }
    }
    bound(data);
});

/// The first four groups, as `std` writes them.
fn network(address: Ipv6Addr) -> String {
    address.segments()[..4].iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":")
}

/// Each byte is a try so many seconds later, and a clock that goes back where it is large.
fn bound(data: &[u8]) {
    let start = 1_800_000_000;
    let (mut now, mut latest) = (start, start);
    let mut bucket = Bucket::new(Timestamp::from_seconds(start));
    let mut begun = 0;
    for byte in data {
        now += if *byte > 250 { -1000 } else { i64::from(byte % 16) };
        latest = latest.max(now);
        let (next, taken) = bucket.take(Timestamp::from_seconds(now));
        match taken {
            Ok(()) => begun += 1,
            Err(wait) => assert!(wait >= 1),
        }
        assert!(next.left <= limits::LOGINS_AT_ONCE);
        bucket = next;
    }
    // A clock that went back and forth drips once for each way forth: that is all that it can be made to give.
    let backs = i64::try_from(data.iter().filter(|byte| **byte > 250).count()).unwrap_or(0);
    let most = i64::from(limits::LOGINS_AT_ONCE) + (latest - start + backs * 1000) / i64::from(limits::LOGIN_EVERY_SECONDS);
    assert!(begun <= most, "{begun} logins began, {most} may");
}
