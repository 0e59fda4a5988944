//! Requests of other sites: OAuth 2.0 for Browser-Based Applications §6.1.3.2, Fetch Metadata, and where a login may lead.

use grantkit::session::{
    csrf::{Evidence, return_to},
    refusal::Why,
};
use wasm_bindgen_test::wasm_bindgen_test;

const OWN: &str = "https://app.example";

fn check(evidence: &Evidence<'_>) -> Result<(), Why> {
    evidence.check(OWN).map_err(|refusal| refusal.why)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_shows_that_it_comes_from_this_origin_or_is_refused() {
    let (site, origin) = (Err(Why::CrossSite), Ok(()));
    for (method, given_site, given_origin, expected) in [
        ("GET", Some("same-origin"), None, origin),
        ("POST", Some("same-origin"), Some(OWN), origin),
        ("POST", None, Some(OWN), origin),
        ("GET", None, None, origin),
        ("HEAD", None, None, origin),
        ("POST", None, None, site),
        ("DELETE", None, None, site),
        ("GET", Some("cross-site"), None, site),
        ("GET", Some("same-site"), None, site),
        ("GET", Some("none"), None, site),
        ("POST", Some("same-site"), Some("https://evil.app.example"), site),
        ("POST", Some("same-origin"), Some("https://evil.example"), site),
        ("POST", None, Some("null"), site),
        ("POST", None, Some("https://app.example:444"), site),
        ("POST", None, Some("http://app.example"), site),
        ("POST", None, Some("https://app.example.evil.example"), site),
        ("GET", None, Some("https://evil.example"), site),
    ] {
        let evidence = Evidence { method, site: given_site, origin: given_origin, header: Some("1"), ..Evidence::default() };
        assert_eq!(check(&evidence), expected, "{method} {given_site:?} {given_origin:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_request_has_the_header_that_no_other_site_can_set() {
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
        for header in [None, Some(""), Some("0"), Some("true")] {
            let evidence = Evidence { method, site: Some("same-origin"), header, ..Evidence::default() };
            assert_eq!(check(&evidence), Err(Why::HeaderMissing), "{method} {header:?}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_websocket_has_no_header_and_must_name_its_origin() {
    let socket = Evidence { method: "GET", websocket: true, ..Evidence::default() };
    for (origin, site, expected) in [
        (Some(OWN), None, Ok(())),
        (Some(OWN), Some("same-origin"), Ok(())),
        (Some(OWN), Some("cross-site"), Err(Why::CrossSite)),
        (Some("https://evil.example"), None, Err(Why::CrossSite)),
        (None, None, Err(Why::CrossSite)),
        (None, Some("same-origin"), Err(Why::CrossSite)),
    ] {
        assert_eq!(check(&Evidence { origin, site, ..socket }), expected, "{origin:?} {site:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_is_navigated_to_and_a_frame_is_this_origins() {
    for (mode, destination, site, good) in [
        (None, None, None, true),
        (Some("navigate"), Some("document"), Some("same-origin"), true),
        (Some("navigate"), Some("document"), Some("cross-site"), true),
        (Some("navigate"), Some("iframe"), Some("same-origin"), true),
        (Some("navigate"), Some("iframe"), Some("cross-site"), false),
        (Some("navigate"), Some("iframe"), None, false),
        (Some("cors"), Some("empty"), Some("same-origin"), false),
        (Some("no-cors"), Some("image"), Some("cross-site"), false),
        (Some("navigate"), Some("object"), Some("same-origin"), false),
    ] {
        let evidence = Evidence { mode, destination, site, ..Evidence::default() };
        assert_eq!(evidence.check_navigation().is_ok(), good, "{mode:?} {destination:?} {site:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_look_ahead_is_told_from_a_visit() {
    for (purpose, ahead) in [
        (None, false),
        (Some("prefetch"), true),
        (Some("prefetch;prerender"), true),
        (Some("Prefetch"), true),
        (Some("preview"), false),
    ] {
        assert_eq!(Evidence { purpose, ..Evidence::default() }.is_prefetch(), ahead, "{purpose:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9700_4_11_a_login_leads_to_this_origin_alone() {
    for good in
        ["/", "/orders", "/orders?page=2&q=a%2Fb#top", "/a/b.c/", "/caf%C3%A9", "/100%25", "/authors", "/?next=//evil.example"]
    {
        assert_eq!(return_to(Some(good), "/auth").as_deref(), Ok(good), "{good}");
    }
    assert_eq!(return_to(None, "/auth").as_deref(), Ok("/"));
    assert_eq!(return_to(Some(""), "/auth").as_deref(), Ok("/"));
    for bad in [
        "/%61uth",
        "/%61uth/login?prompt=none",
        "/auth/%6cogin",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/a//evil.example",
        "/%2f/evil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%5Cevil.example",
        "/%252fevil.example",
        "/%25252fevil.example",
        "/./",
        "/../x",
        "/a/../b",
        "/%2e%2e/x",
        "/%2e/x",
        "/a/%252e%252e/b",
        "/..;/x",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%0d%0aSet-Cookie:x",
        "/%00",
        "/%",
        "/%zz",
        "/%c0%af",
        "/ä",
        "/a b",
        "/auth",
        "/auth/login",
        "/auth?x",
        "?x",
        "#x",
        "/\u{7f}",
    ] {
        assert_eq!(return_to(Some(bad), "/auth").map_err(|refusal| refusal.why), Err(Why::ReturnToRefused), "{bad:?}");
    }
    let long = format!("/{}", "a".repeat(1024));
    assert!(return_to(Some(&long), "/auth").is_err());
}
