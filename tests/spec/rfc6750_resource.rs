//! RFC 6750 and RFC 9449 §7: an access token where it is for, and nowhere else.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation, resource::Headers},
    jose::jws::Jws,
    oauth::resource::{self, AccessToken},
    secret::Secret,
    text::uri,
};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, now, server};

fn allows(prefix: &str, url: &str) -> bool {
    resource::allows(&[prefix.into()], url)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_url_under_the_prefix_is_allowed() {
    for (prefix, url) in [
        ("https://api.example", "https://api.example"),
        ("https://api.example", "https://api.example/"),
        ("https://api.example/", "https://api.example"),
        ("https://api.example", "https://api.example/orders?x=/../y#z"),
        ("https://api.example", "https://API.example:443/orders"),
        ("https://API.example:443", "https://api.example/orders"),
        ("http://localhost:8080", "http://localhost:8080/x"),
        ("https://[::1]:8443", "https://[::1]:8443/x"),
        ("https://api.example", "https://api.example/users/@me"),
        ("https://api.example", "https://api.example/projects/group%2Fproject"),
        ("https://api.example", "https://api.example/..a/.b/c.."),
        ("https://api.example/v1", "https://api.example/v1"),
        ("https://api.example/v1", "https://api.example/v1/"),
        ("https://api.example/v1", "https://api.example/v1?x"),
        ("https://api.example/v1", "https://api.example/v1/orders"),
        ("https://api.example/v1/", "https://api.example/v1/orders"),
        ("https://api.example/v1/", "https://api.example/v1/50%25%20off.pdf"),
        ("https://api.example/v1/", "https://api.example/v1/100%25/%E3%81%82%2520%25zz"),
    ] {
        assert!(allows(prefix, url), "{prefix} {url}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn whatever_is_elsewhere_or_could_be_read_in_two_ways_is_not() {
    for url in [
        "http://api.example/v1",
        "https://api.example:8443/v1",
        "https://api.example.evil.example/v1",
        "https://evil.example/https://api.example/v1",
        "https://evilapi.example/v1",
        "https://api.example./v1",
        "https://api.example@evil.example/v1",
        "https://user@api.example/v1",
        "https://user:password@api.example/v1",
        "https://evil.example#@api.example/v1",
        "https://evil.example?@api.example/v1",
        "https://evil.example\\@api.example/v1",
        "https://evil.example\\.api.example/v1",
        "https://api.example\\v1",
        "https:/api.example/v1",
        "https:api.example/v1",
        "//api.example/v1",
        "/v1",
        "v1",
        "",
        "javascript:alert(1)",
        "HTTPS://api.example/v1",
        " https://api.example/v1",
        "https://api.example/v1\n",
        "https://api.example/v1 x",
        "https://api.example:/v1x",
        "https://api.example",
        "https://api.example/",
        "https://api.example/V1",
        "https://api.example/v1x",
        "https://api.example/v10",
        "https://api.example/v",
        "https://api.example//v1",
        "https://api.example/v1//x",
        "https://api.example/v1/../admin",
        "https://api.example/v1/..",
        "https://api.example/v1/./x",
        "https://api.example/v1/%2e%2e/admin",
        "https://api.example/v1/.%2E/admin",
        "https://api.example/v1/..%2fadmin",
        "https://api.example/v1/%2Fadmin",
        "https://api.example/v1/%5c..%5cadmin",
        "https://api.example/v1/..%5Cadmin",
        "https://api.example/v1/%252e%252e/admin",
        "https://api.example/v1/%25252e./admin",
        "https://api.example/v1/%25%32%65./admin",
        "https://api.example/v1/..%252Fadmin",
        "https://api.example/v1/..%255cadmin",
        "https://api.example/v1/50%",
        "https://api.example/v1/%2%65./admin",
        "https://api.example/%76%31",
        "https://аpi.example/v1",
    ] {
        assert!(!allows("https://api.example/v1", url), "{url}");
    }
    assert!(!resource::allows(&[], "https://api.example"), "nothing is allowed unasked");
    assert!(!allows("https://api.example/v1/", "https://api.example/v1"));
    for url in ["https://api.example//x", "https://api.example/../x", "https://api.example/%2e%2e/x"] {
        assert!(!allows("https://api.example", url), "{url}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_prefix_is_a_plain_url() {
    for prefix in ["https://api.example", "http://localhost:1/x/", "https://api.example/a.b/c"] {
        assert!(resource::is_prefix(prefix), "{prefix}");
    }
    for prefix in [
        "",
        "*",
        "api.example",
        "https://",
        "https://*.example",
        "https://api.example?x",
        "https://api.example#x",
        "https://u@api.example",
        "https://api.example/../x",
        "https://api.example//x",
        "https://api.example/%2e%2e",
    ] {
        assert!(!resource::is_prefix(prefix), "{prefix}");
    }
}

fn token(token_type: &str) -> AccessToken {
    AccessToken::new(Secret::new("mF_9.B5f-4.1JqM"), token_type, Phase::Resource).unwrap()
}

fn relation() -> Relation {
    let mut client = client();
    client.api = vec!["https://rs.example/api".into(), "http://rs.example".into()];
    client.dpop = true;
    Relation::new(server(), client)
}

fn show(relation: &mut Relation, url: &str, token: &AccessToken) -> Result<Headers, Error> {
    let step = relation.show("PATCH", url, token, now());
    drive(relation, step, |_| Event::Failed(Code::Network)).0
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_1_a_bearer_token_stands_in_the_header() {
    let headers = show(&mut relation(), "https://rs.example/api/x", &token("bearer")).unwrap();
    assert_eq!((headers.len(), headers[0].0, headers[0].1.expose()), (1, "authorization", "Bearer mF_9.B5f-4.1JqM"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_is_not_shown_where_it_is_not_for() {
    for (url, code) in [
        ("https://op.example/", Code::OriginNotAllowed),
        ("https://rs.example/other", Code::OriginNotAllowed),
        ("http://rs.example/x", Code::InsecureUrl),
    ] {
        let error = show(&mut relation(), url, &token("Bearer")).unwrap_err();
        assert_eq!((error.code(), error.report().phase), (code, Phase::Resource));
    }
    let mut keyless = relation();
    keyless.client.dpop = false;
    assert_eq!(show(&mut keyless, "https://rs.example/api", &token("DPoP")).unwrap_err().code(), Code::InvalidArgument);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_token_is_refused() {
    for bad in ["", "a b", "a\r\nb", "é"] {
        let error = AccessToken::new(Secret::new(bad), "Bearer", Phase::Resource).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("access_token")));
    }
    let error = AccessToken::new(Secret::new("at"), "N_A", Phase::Resource).unwrap_err();
    assert_eq!(error.code(), Code::UnsupportedTokenType);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_7_1_a_bound_token_comes_with_a_proof_of_this_request() {
    let mut relation = relation();
    let url = "https://rs.example/api/x?y";
    assert!(!relation.learn(url, 200, None, Some("n1"), Some("")), "a success is learnt from, not repeated");
    let headers = show(&mut relation, url, &token("DPoP")).unwrap();
    assert_eq!(headers[0].1.expose(), "DPoP mF_9.B5f-4.1JqM");
    let proof: Value = serde_json::from_str(&Jws::parse(headers[1].1.expose()).unwrap().payload).unwrap();
    assert_eq!(
        (proof["htm"].as_str(), proof["htu"].as_str(), proof["nonce"].as_str()),
        (Some("PATCH"), Some("https://rs.example/api/x"), Some("n1"))
    );
    assert_eq!(proof["ath"].as_str().unwrap().len(), 43);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_9_it_is_sent_again_only_where_a_nonce_was_asked_for_and_is_news() {
    let asks = Some(r#"Bearer, DPoP error="use_dpop_nonce", error_description="…""#);
    let url = "https://rs.example/api";
    for (status, challenge, nonce, again, expected) in [
        (401, asks, Some("n1"), true, true),
        (401, asks, Some("n1"), false, false),
        (401, asks, None, true, false),
        (400, asks, Some("n1"), true, false),
        (200, asks, Some("n1"), true, false),
        (401, Some(r#"DPoP error="invalid_token""#), Some("n1"), true, false),
        (401, Some(r#"Bearer error="use_dpop_nonce""#), Some("n1"), true, false),
        (401, Some("DPoP error="), Some("n1"), true, false),
        (401, None, Some("n1"), true, false),
    ] {
        let mut relation = relation();
        let headers = show(&mut relation, url, &token("DPoP")).unwrap();
        let proof = headers.get(1).filter(|_| again).map(|(_, proof)| proof.expose());
        assert_eq!(relation.learn(url, status, challenge, nonce, proof), expected, "{status} {challenge:?} {nonce:?} {again}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_9_requests_under_way_together_are_each_sent_again_and_once() {
    let asks = Some(r#"DPoP error="use_dpop_nonce""#);
    let url = "https://rs.example/api";
    let mut relation = relation();
    let proof = |relation: &mut Relation| show(relation, url, &token("DPoP")).unwrap()[1].1.expose().to_string();
    let proofs = [proof(&mut relation), proof(&mut relation)];
    for without in &proofs {
        assert!(relation.learn(url, 401, asks, Some("n1"), Some(without)), "what another has learnt does not count");
    }
    let with = proof(&mut relation);
    assert!(!relation.learn(url, 401, asks, Some("n1"), Some(&with)), "the same nonce again helps nobody");
    assert!(relation.learn(url, 401, asks, Some("n2"), Some(&with)));
    assert!(!relation.learn(url, 401, asks, Some("n 3"), Some(&with)), "a nonce that cannot be sent");
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc3986_section_6_2_urls_that_are_the_same_are_normalised_alike() {
    for (url, expected) in [
        ("https://rs.example", Some("https://rs.example/")),
        ("HTTPS://RS.example:443/a?b#c", Some("https://rs.example/a")),
        ("http://rs.example:80/", Some("http://rs.example/")),
        ("http://rs.example:443/", Some("http://rs.example:443/")),
        ("https://[::1]:8443/x", Some("https://[::1]:8443/x")),
        ("https://[::1]/x", Some("https://[::1]/x")),
        ("https://rs.example/%7efoo/%c3%A9/%2f", Some("https://rs.example/~foo/%C3%A9/%2F")),
        ("https://rs.example/a/./b/../c/", Some("https://rs.example/a/c/")),
        ("https://rs.example/a/..", Some("https://rs.example/")),
        ("https://rs.example/../../a/.", Some("https://rs.example/a/")),
        ("https://rs.example//a//", Some("https://rs.example//a//")),
        ("https://rs.example/%2e%2e/a", Some("https://rs.example/a")),
        ("https://rs.example/%", None),
        ("https://rs.example/%zz", None),
        ("https://rs.example/%+1", None),
        ("https://u@rs.example/", None),
        ("rs.example", None),
    ] {
        assert_eq!(uri::normalised(url).as_deref(), expected, "{url}");
    }
}
