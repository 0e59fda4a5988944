//! RFC 3986: what we take apart, the parser of browsers (`url`) takes apart in the same way. A token that may go to one address goes to no other.
#![no_main]

use grantkit::{
    oauth::{metadata, resource},
    text::uri::{self, Uri},
};
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

fuzz_target!(|data: &[u8]| {
    let Some((first, second)) = grantkit_fuzz::two(data) else { return };
    compare(first);
    if let (Some(ours), Some(others)) = (Uri::parse(first), Uri::parse(second))
        && ours.same_origin(&others)
        && let (Ok(theirs), Ok(their_others)) = (Url::parse(first), Url::parse(second))
    {
        assert_eq!(theirs.origin(), their_others.origin(), "{first} and {second}");
    }
    if resource::is_prefix(first) && resource::allows(&[first.into()], second) {
        let (Ok(prefix), Ok(target)) = (Url::parse(first), Url::parse(second)) else { return };
        assert_eq!(prefix.origin(), target.origin(), "{second} under {first}");
        let under = target.path().strip_prefix(prefix.path());
        assert!(
            under.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.path().ends_with('/')),
            "{second} under {first}"
        );
    }
    if let Some(locations) = metadata::locations(first) {
        assert!(
            locations
                .iter()
                .all(|one| Uri::parse(one).is_some_and(|one| Uri::parse(first).is_some_and(|uri| uri.same_origin(&one))))
        );
    }
    if let Some(location) = resource::location(first) {
        assert!(Uri::parse(&location).is_some());
    }
    if let Some(plain) = uri::normalised(first) {
        assert_eq!(uri::normalised(&plain).as_ref(), Some(&plain), "{first}");
    }
});

fn compare(text: &str) {
    let (Some(ours), Ok(theirs)) = (Uri::parse(text), Url::parse(text)) else { return };
    assert_eq!(ours.secure, theirs.scheme() == "https");
    assert!(theirs.username().is_empty() && theirs.password().is_none(), "{text} has a user");
    match theirs.host() {
        Some(Host::Domain(host)) => assert!(host.eq_ignore_ascii_case(ours.host), "{text}"),
        // `0x7f.1` is this machine to them. To us it is a name, so that it is not let off https.
        Some(Host::Ipv4(_)) => {}
        Some(Host::Ipv6(_)) => assert!(ours.host.starts_with('['), "{text}"),
        None => panic!("{text} has no host"),
    }
    assert!(!ours.is_loopback() || is_this_machine(&theirs), "{text}");
    assert_eq!(ours.query.is_some(), theirs.query().is_some(), "{text}");
    assert_eq!(ours.fragment.is_some(), theirs.fragment().is_some(), "{text}");
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
