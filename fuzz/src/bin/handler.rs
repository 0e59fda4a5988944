//! OAuth 2.0 for Browser-Based Applications §6.1.3.4: whatever path, query and headers reach a token handler. A token goes under its route's target, says the
//! parser of browsers (`url`), and nothing of this hop goes along.
#![no_main]

use grantkit::session::{
    cookie::{Names, SameSite},
    csrf::Evidence,
    handler::{Asks, Config, Incoming, Route, Token, Wish, request_headers, response_headers, state_of},
    policy::Terms,
    record::Keep,
};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use url::Url;

const TARGETS: [&str; 3] = ["https://api.example/base/", "https://news.example/", "https://api.example/one/exactly"];

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or("");
    let (method, path, query, connection, rest) = (line(), line(), line(), line(), line());
    let evidence = Evidence { method, site: Some("same-origin"), header: Some("1"), ..Evidence::default() };
    let incoming = Incoming { origin: "https://app.example", path, query, evidence };
    match config().read(&incoming) {
        Ok(Wish::Proxy { route, url, .. }) => {
            check(&url, TARGETS[route], path);
            if let Some(location) = config().routes[route].location(rest, &url) {
                let there = Url::parse("https://app.example").and_then(|own| own.join(&location)).expect("a path is one");
                assert!(there.origin().ascii_serialization() == "https://app.example", "{rest} leads to {there}");
                assert!(there.path().starts_with(["/api/", "/news/", "/one"][route]), "{rest} leads to {there}");
            }
        }
        Ok(Wish::Login { return_to, parameters }) => {
            assert!(return_to.starts_with('/') && !return_to.starts_with("//"));
            for (name, _) in parameters {
                assert!(
                    ["prompt", "login_hint", "max_age", "acr_values", "ui_locales"].contains(&name.as_str()),
                    "{name} is set by a link"
                );
            }
        }
        Ok(_) | Err(_) => {}
    }
    let without = request_headers(Some(connection), false);
    for name in ["cookie", "authorization", "dpop", "x-csrf", "host", "connection", "transfer-encoding", "upgrade"] {
        assert!(without.iter().any(|one| one == name), "{name} goes along");
    }
    for name in connection.split(',').map(|name| name.trim_ascii().to_ascii_lowercase()) {
        assert_eq!(without.contains(&name), is_name(&name), "{name}");
    }
    let names: Vec<_> = rest.split(',').collect();
    let (without, cache) = response_headers(&names, Some(connection), Some(query));
    assert!(without.iter().any(|name| name == "set-cookie"));
    assert!(names.iter().all(|name| !name.starts_with("access-control-") || without.iter().any(|one| one == name)));
    assert!(cache.is_some() || query.to_ascii_lowercase().contains("private") || query.to_ascii_lowercase().contains("no-store"));
    let _ = state_of(query);
});

/// RFC 9110 §5.1: a host takes nothing else for a name.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn config() -> &'static Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(|| {
        let prefixes = ["/api/", "/news/", "/one"];
        let route = |(prefix, target)| Route::new(prefix, target, Vec::new(), Token::Session, false).expect("a route");
        Config {
            base: "/auth".into(),
            origin: None,
            names: Names::new("session").expect("a label"),
            same_site: SameSite::Strict,
            terms: Terms::default(),
            keep: Keep::default(),
            routes: prefixes.into_iter().zip(TARGETS).map(route).collect(),
            form_post: false,
            asks: Asks::default(),
        }
    })
}

fn check(url: &str, target: &str, asked: &str) {
    let (reached, target) = (Url::parse(url).expect("a URL"), Url::parse(target).expect("a URL"));
    assert_eq!(reached.origin(), target.origin(), "{asked} leads to {reached}");
    assert!(reached.path().starts_with(target.path()), "{asked} leads to {reached}");
    assert!(reached.fragment().is_none() && reached.username().is_empty() && reached.password().is_none(), "{reached}");
    // However often the API decodes what it gets, it stays below.
    let mut path = reached.path().to_owned();
    for _ in 0..8 {
        assert!(!path.split('/').any(|segment| segment == ".." || segment.starts_with("..;")), "{asked} leads to {path}");
        path = percent_encoding::percent_decode_str(&path).decode_utf8_lossy().into_owned();
    }
}
