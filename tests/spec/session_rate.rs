//! How often one address may begin a login, and what is one address.

use grantkit::session::rate::{Bucket, address};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::now;

#[wasm_bindgen_test(unsupported = test)]
fn twenty_begin_at_once_and_then_one_every_three_seconds() {
    let mut bucket = Bucket::new(now());
    for number in 0..20 {
        let (next, taken) = bucket.take(now());
        assert_eq!(taken, Ok(()), "login {number}");
        bucket = next;
    }
    for (seconds, expected) in
        [(0, Err(3)), (2, Err(1)), (3, Ok(())), (3, Err(3)), (9, Ok(())), (9, Ok(())), (9, Err(3)), (-500, Err(3))]
    {
        let (next, taken) = bucket.take(now().plus(seconds));
        assert!(taken == expected || (seconds < 0 && taken.is_err()), "after {seconds} s: {taken:?}");
        bucket = next;
    }
    let mut rested = bucket;
    for _ in 0..20 {
        let (next, taken) = rested.take(now().plus(1_000_000));
        assert_eq!(taken, Ok(()));
        rested = next;
    }
    assert!(rested.take(now().plus(1_000_000)).1.is_err(), "it fills up and does not run over");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_network_of_ipv6_is_one_address_and_ipv4_within_ipv6_is_ipv4() {
    for (text, expected) in [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:DB8:1:2:ffff::1", "2001:db8:1:2"),
        ("2001:db8::1", "2001:db8:0:0"),
        ("2001:0db8:0001:0002::", "2001:db8:1:2"),
        ("::1", "0:0:0:0"),
        ("::", "0:0:0:0"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "0:0:0:0"),
        ("1::ffff:192.0.2.7", "1:0:0:0"),
        ("0:0:0:0:0:ffff:192.0.2.8", "192.0.2.8"),
        ("1::2:3:4:5:192.0.2.7", "1:0:2:3"),
        ("64:ff9b::192.0.2.7", "64:ff9b:0:0"),
        ("unknown", "unknown"),
        ("", ""),
    ] {
        assert_eq!(address(text), expected, "{text}");
    }
}
