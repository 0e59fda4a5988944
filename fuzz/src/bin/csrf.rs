//! OAuth 2.0 for Browser-Based Applications §6.1.3.2: whatever headers a request has, and wherever a login is to lead: nowhere else, says the parser of browsers (`url`).
#![no_main]

use grantkit::{
    limits,
    session::csrf::{Evidence, return_to},
};
use libfuzzer_sys::fuzz_target;
use url::Url;

const OWN: &str = "https://app.example";

fuzz_target!(|text: &str| {
    lead(text);
    let mut lines = text.lines().map(Some);
    let mut line = || lines.next().flatten().filter(|line| !line.is_empty());
    let mut evidence = Evidence {
        method: line().unwrap_or("GET"),
        site: line(),
        destination: line(),
        mode: line(),
        origin: line(),
        purpose: line(),
        header: line(),
        websocket: false,
    };
    let elsewhere =
        evidence.site.is_some_and(|site| site != "same-origin") || evidence.origin.is_some_and(|origin| origin != OWN);
    for websocket in [false, true] {
        evidence.websocket = websocket;
        if evidence.check(OWN).is_ok() {
            assert!(!elsewhere, "{evidence:?}");
            assert!(websocket || evidence.header == Some("1"), "{evidence:?}");
            assert!(
                evidence.origin.is_some()
                    || (!websocket && (evidence.site.is_some() || matches!(evidence.method, "GET" | "HEAD")))
            );
        }
    }
    if evidence.check_navigation().is_ok() {
        let framed = evidence.destination == Some("iframe");
        assert!(!framed || evidence.site == Some("same-origin"), "{evidence:?}");
        assert!(framed || evidence.mode.is_none_or(|mode| mode == "navigate"), "{evidence:?}");
    }
    let _ = evidence.is_prefetch();
});

fn lead(given: &str) {
    let Ok(path) = return_to(Some(given), "/auth") else { return };
    assert!(given.len() <= limits::RETURN_TO_CHARACTERS && !path.bytes().any(|byte| byte.is_ascii_control()), "{given}");
    // As a `Location` it is read against the address of the callback, of which it keeps the origin alone.
    let base = Url::parse("https://app.example/auth/callback?code=c#f").expect("a URL");
    let url = base.join(&path).expect("a path is one");
    assert_eq!(url.origin(), base.origin(), "{given}");
    assert!(url.path() != "/auth" && !url.path().starts_with("/auth/"), "{given} is an endpoint");
    if path.len() <= limits::RETURN_TO_CHARACTERS {
        assert_eq!(return_to(Some(&path), "/auth").as_ref(), Ok(&path), "what it leads to is led to again");
    }
}
