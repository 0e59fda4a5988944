//! The token handler: OAuth 2.0 for Browser-Based Applications §6.1, request by request.

use grantkit::session::{
    cookie::{Names, SameSite},
    csrf::Evidence,
    handler::{Asks, Config, Incoming, Route, Token, Wish, is_silent_no, request_headers, response_headers, state_of},
    policy::Terms,
    record::Keep,
    refusal::{Refusal, Why},
};
use wasm_bindgen_test::wasm_bindgen_test;

const OWN: &str = "https://app.example";

fn route(prefix: &str, target: &str) -> Result<Route, Refusal> {
    Route::new(prefix, target, Vec::new(), Token::Session, false)
}

fn config() -> Config {
    let some = |methods: &[&str], token| {
        let methods = methods.iter().map(|method| (*method).to_string()).collect();
        Route::new("/api/reports/", "https://reports.example/v2/", methods, token, false).unwrap()
    };
    Config {
        base: "/auth".into(),
        origin: None,
        names: Names::new("session").unwrap(),
        same_site: SameSite::Strict,
        terms: Terms::default(),
        keep: Keep::default(),
        routes: vec![
            route("/api/", "https://api.example/base/").unwrap(),
            some(&["get"], Token::Session),
            Route::new("/news/", "https://news.example/", Vec::new(), Token::None, false).unwrap(),
            Route::new("/one", "https://api.example/one/exactly", Vec::new(), Token::Session, false).unwrap(),
        ],
        form_post: false,
        asks: Asks::default(),
    }
}

fn own(method: &str) -> Evidence<'_> {
    Evidence { method, site: Some("same-origin"), header: Some("1"), ..Evidence::default() }
}

fn read<'a>(method: &'a str, path: &'a str, query: &'a str) -> Result<Wish, Why> {
    let incoming = Incoming { origin: OWN, path, query, evidence: own(method) };
    config().read(&incoming).map_err(|refusal| refusal.why)
}

fn url(path: &str, query: &str) -> Result<String, Why> {
    match read("GET", path, query)? {
        Wish::Proxy { url, .. } => Ok(url),
        other => panic!("{path} is {other:?}"),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_endpoint_is_found_under_its_method_and_nothing_else_is_there() {
    for (method, path, expected) in [
        ("GET", "/auth/callback", Ok(Wish::Callback)),
        ("POST", "/auth/callback", Ok(Wish::Callback)),
        ("GET", "/auth/session", Ok(Wish::Session)),
        ("POST", "/auth/refresh", Ok(Wish::Refresh)),
        ("POST", "/auth/logout", Ok(Wish::Logout)),
        ("POST", "/auth/backchannel-logout", Ok(Wish::Backchannel)),
        ("GET", "/auth/logout", Err(Why::MethodNotAllowed)),
        ("GET", "/auth/refresh", Err(Why::MethodNotAllowed)),
        ("POST", "/auth/login", Err(Why::MethodNotAllowed)),
        ("HEAD", "/auth/callback", Err(Why::MethodNotAllowed)),
        ("GET", "/auth/backchannel-logout", Err(Why::MethodNotAllowed)),
        ("GET", "/auth/", Err(Why::NotFound)),
        ("GET", "/auth/else", Err(Why::NotFound)),
        ("GET", "/auth", Ok(Wish::Asset)),
        ("GET", "/authors", Ok(Wish::Asset)),
        ("GET", "/", Ok(Wish::Asset)),
        ("GET", "/api", Ok(Wish::Asset)),
        ("GET", "/one/more", Ok(Wish::Asset)),
    ] {
        assert_eq!(read(method, path, ""), expected, "{method} {path}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_uses_or_changes_the_session_shows_where_it_comes_from() {
    for (method, path) in [
        ("GET", "/auth/session"),
        ("POST", "/auth/refresh"),
        ("POST", "/auth/logout"),
        ("GET", "/api/x"),
        ("OPTIONS", "/api/x"),
        ("GET", "/one"),
    ] {
        for (evidence, why) in [
            (Evidence { header: None, ..own(method) }, Why::HeaderMissing),
            (Evidence { site: Some("cross-site"), ..own(method) }, Why::CrossSite),
            (Evidence { site: Some("same-site"), ..own(method) }, Why::CrossSite),
        ] {
            let incoming = Incoming { origin: OWN, path, evidence, ..Incoming::default() };
            assert_eq!(config().read(&incoming).map_err(|refusal| refusal.why), Err(why), "{method} {path}");
        }
    }
    let incoming = Incoming {
        origin: OWN,
        path: "/news/today",
        evidence: Evidence { method: "GET", ..Evidence::default() },
        ..Incoming::default()
    };
    assert!(config().read(&incoming).is_ok(), "a route that takes nobody's token is nobody's to forge");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_takes_parameters_that_widen_nothing() {
    let query = "returnTo=%2Forders&prompt=none&login_hint=ada&scope=admin&redirect_uri=https%3A%2F%2Fevil.example&response_mode=query&acr_values=a&state=s";
    let login = || read("GET", "/auth/login", query);
    let incoming = |evidence| Incoming { origin: OWN, path: "/auth/login", query, evidence };
    assert_eq!(
        login(),
        Ok(Wish::Login {
            return_to: "/orders".into(),
            parameters: [("prompt", "none"), ("login_hint", "ada"), ("acr_values", "a")]
                .map(|(n, v)| (n.into(), v.into()))
                .to_vec()
        })
    );
    assert_eq!(read("GET", "/auth/login", "returnTo=//evil.example"), Err(Why::ReturnToRefused));
    let ahead = Evidence { method: "GET", purpose: Some("prefetch"), ..Evidence::default() };
    assert_eq!(config().read(&incoming(ahead)), Ok(Wish::Prefetch));
    let fetched = Evidence { method: "GET", mode: Some("cors"), destination: Some("empty"), ..Evidence::default() };
    assert_eq!(config().read(&incoming(fetched)), Err(Why::NotNavigation.into()));
}

/// What a link may say of these, beside what the operator says.
fn said(asks: &Asks, query: &str) -> Vec<String> {
    let evidence = Evidence { method: "GET", ..Evidence::default() };
    let incoming = Incoming { origin: OWN, path: "/auth/login", query, evidence };
    let Ok(Wish::Login { parameters, .. }) = Config { asks: asks.clone(), ..config() }.read(&incoming) else {
        panic!("no login")
    };
    parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_link_to_a_login_asks_for_no_less_than_the_operator_does() {
    let silent = "prompt=none";
    let strict = Asks { max_age: Some(300), acr_values: true, prompt: Some("login consent".into()) };
    assert_eq!(said(&strict, "max_age=2000000000&acr_values=0&prompt=&prompt=none&ui_locales=ja"), ["ui_locales=ja"]);
    assert_eq!(said(&strict, "max_age=60&max_age=300"), ["max_age=60"]);
    let consenting = Asks { prompt: Some("consent".into()), ..Asks::default() };
    assert_eq!(said(&consenting, "prompt=select_account"), [""; 0]);
    assert_eq!(said(&consenting, silent), [silent], "the silent login of a page takes nothing away");
    let free = Asks::default();
    assert_eq!(said(&free, "max_age=0&acr_values=a&prompt=login"), ["max_age=0", "acr_values=a", "prompt=login"]);
    assert_eq!(said(&free, "max_age=abc&max_age=-1&max_age=&acr_values=&prompt=&login_hint="), [""; 0], "nothing, and nonsense");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_letter_that_is_encoded_without_need_is_that_letter() {
    let led = |path: &str| match read("GET", path, "") {
        Ok(Wish::Proxy { route, url, .. }) => (route, url),
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!(led("/api/%72eports/%61"), (1, "https://reports.example/v2/a".into()));
    assert_eq!(led("/%6eews/x"), (2, "https://news.example/x".into()));
    assert_eq!(led("/api/a%2Eb/50%25%20off"), (0, "https://api.example/base/a.b/50%25%20off".into()));
    let spelt = [("/%7Euser/", "https://api.example/u/"), ("/caf%c3%a9/", "https://api.example/c/")];
    let spelt = Config { routes: spelt.map(|(prefix, target)| route(prefix, target).unwrap()).to_vec(), ..config() };
    for path in ["/%7Euser/x", "/~user/x", "/caf%c3%a9/x", "/caf%C3%A9/x"] {
        let incoming = Incoming { origin: OWN, path, query: "", evidence: own("GET") };
        assert!(matches!(spelt.read(&incoming), Ok(Wish::Proxy { .. })), "{path}: the operator's spelling is one of several");
    }
    assert_eq!(read("POST", "/api/%72eports/x", ""), Err(Why::MethodNotAllowed));
    assert_eq!(read("POST", "/auth/%6cogout", ""), Ok(Wish::Logout));
    for path in ["/api/%2e%2E/x", "/api/%252e%252e/x", "/api/%2%65/x", "/api/%"] {
        assert_eq!(read("GET", path, ""), Err(Why::PathRefused), "{path}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_6_1_3_4_a_path_leads_where_its_route_says() {
    for (path, query, expected) in [
        ("/api/x", "", "https://api.example/base/x"),
        ("/api/", "", "https://api.example/base/"),
        ("/api/a/b", "q=1&r=%2F..%2F", "https://api.example/base/a/b?q=1&r=%2F..%2F"),
        ("/api/x", "filter={\"a\":[1|2]}", "https://api.example/base/x?filter=%7B%22a%22:[1%7C2]%7D"),
        ("/api/caf%C3%A9/100%25", "", "https://api.example/base/caf%C3%A9/100%25"),
        ("/api/a:b@c", "", "https://api.example/base/a:b@c"),
        ("/api/reports/7", "", "https://reports.example/v2/7"),
        ("/one", "", "https://api.example/one/exactly"),
    ] {
        assert_eq!(url(path, query).as_deref(), Ok(expected), "{path}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_6_1_3_4_a_path_that_could_lead_elsewhere_is_refused() {
    for path in [
        "/api/../x",
        "/api/./x",
        "/api//x",
        "/api//evil.example/",
        "/api/%2e%2e/x",
        "/api/%2E%2E%2Fx",
        "/api/..%2fx",
        "/api/a%2fb",
        "/api/a%5cb",
        "/api/a\\b",
        "/api/%252e%252e/x",
        "/api/%25252e%25252e/x",
        "/api/..;/x",
        "/api/;/../x",
        "/api/..;a=b/x",
        "/api/%00",
        "/api/%0d%0a",
        "/api/%",
        "/api/%zz",
        "/api/%c0%ae%c0%ae/",
        "/api/a%252fb",
        // Nor does what ends a path in a URL hide what stands before it.
        "/api/..?/x",
        "/api/..%3f/x",
        "/api/%252e%252e%253Fx",
        "/api/..%23/x",
        "/api/a?b",
        "/api/a#b",
        // What is malformed once it is decoded does not end the decoding of what stands beside it.
        "/api/%252e%252e/%25:",
        "/api/%252e%252e/100%25",
        "/api/%252e%252e/%25ff",
        "/api/%25ff",
        "/one/..",
    ] {
        assert!(matches!(read("GET", path, ""), Err(Why::PathRefused) | Ok(Wish::Asset)), "{path}: {:?}", read("GET", path, ""));
        if path != "/one/.." {
            assert_eq!(read("GET", path, ""), Err(Why::PathRefused), "{path}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_route_takes_its_methods_and_no_trace() {
    assert_eq!(read("POST", "/api/reports/7", ""), Err(Why::MethodNotAllowed));
    for method in ["TRACE", "TRACK", "CONNECT"] {
        assert_eq!(read(method, "/api/x", ""), Err(Why::MethodNotAllowed), "{method}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_route_that_could_be_read_in_two_ways_is_no_route() {
    for (prefix, target) in [
        ("/api/", "https://api.example"),
        ("/api", "https://api.example/"),
        ("api/", "https://api.example/"),
        ("/", "https://api.example/"),
        ("/api/", "http://api.example/"),
        ("/api/", "https://user@api.example/"),
        ("/api/", "https://api.example/?q=/"),
        ("/api/", "https://api.example/../"),
        ("/a//b/", "https://api.example/"),
        ("/api/", "/relative/"),
    ] {
        assert_eq!(route(prefix, target).map_err(|refusal| refusal.about), Err(Some("routes")), "{prefix} {target}");
    }
    assert!(route("/api/", "http://127.0.0.1:8080/").is_ok(), "this machine");
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9110_7_6_1_what_ends_at_this_hop_and_what_is_ours_does_not_go_on() {
    let without = request_headers(Some("close, X-Hop"), false);
    for name in [
        "cookie",
        "authorization",
        "dpop",
        "x-csrf",
        "connection",
        "keep-alive",
        "te",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "x-hop",
    ] {
        assert!(without.iter().any(|one| one == name), "{name}");
    }
    assert!(!without.iter().any(|name| name == "accept" || name == "content-type"));
    let odd = request_headers(Some("X-Hop, a b, \u{e9}, x:y, , x\0"), false);
    assert_eq!(odd, request_headers(Some("x-hop"), false), "what could be no name is no name");
    assert!(request_headers(None, false).iter().all(|name| without.contains(name)));
    let without = request_headers(Some("Upgrade"), true);
    assert!(!without.iter().any(|name| name == "upgrade" || name == "connection"), "a WebSocket stays one");
    assert!(without.iter().any(|name| name == "cookie"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_that_is_to_become_a_websocket_says_so() {
    let incoming = Incoming { origin: OWN, path: "/api/x", query: "", evidence: own("GET") };
    assert!(matches!(config().read(&incoming), Ok(Wish::Proxy { websocket: false, .. })));
    let evidence = Evidence { method: "GET", origin: Some(OWN), websocket: true, ..Evidence::default() };
    let incoming = Incoming { origin: OWN, path: "/api/x", query: "", evidence };
    assert!(matches!(config().read(&incoming), Ok(Wish::Proxy { websocket: true, .. })));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_an_api_answers_is_for_one_browser_and_sets_nothing_here() {
    let names = ["content-type", "set-cookie", "access-control-allow-origin", "content-encoding", "content-length", "x-rate"];
    let (without, cache) = response_headers(&names, Some("x-rate"), Some("public, max-age=60"));
    for name in ["set-cookie", "access-control-allow-origin", "content-encoding", "content-length", "x-rate", "transfer-encoding"]
    {
        assert!(without.iter().any(|one| one == name), "{name}");
    }
    assert!(!without.iter().any(|name| name == "content-type"));
    assert_eq!(cache, Some("no-store"));
    for (given, expected) in [
        (None, Some("no-store")),
        (Some("private, max-age=60"), None),
        (Some("No-Store"), None),
        (Some("max-age=1"), Some("no-store")),
    ] {
        assert_eq!(response_headers(&[], None, given).1, expected, "{given:?}");
    }
    assert!(!response_headers(&["content-length"], None, None).0.contains(&"content-length".to_string()));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_an_api_tells_the_caches_and_servers_in_front_of_this_one_ends_here() {
    let names = [
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "surrogate-control",
        "surrogate-key",
        "edge-control",
        "x-accel-expires",
        "x-accel-redirect",
        "x-sendfile",
        "alt-svc",
        "strict-transport-security",
    ];
    let (without, _) = response_headers(&names, None, Some("private"));
    assert!(names.iter().all(|name| without.iter().any(|one| one == name)), "{without:?}");
    assert!(!without.contains(&"expires".to_string()), "the API knew that it is for one user");
    assert!(response_headers(&[], None, Some("max-age=1")).0.contains(&"expires".to_string()));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_redirect_of_the_api_stays_in_its_route_or_is_refused() {
    let route = route("/api/", "https://api.example/base/").unwrap();
    let asked = "https://api.example/base/x";
    for (location, expected) in [
        ("https://api.example/base/y?z=1", Some("/api/y?z=1")),
        ("/base/y", Some("/api/y")),
        ("https://api.example:443/base/y", Some("/api/y")),
        ("https://api.example/elsewhere", None),
        ("/elsewhere", None),
        ("//evil.example/base/", None),
        ("https://evil.example/base/y", None),
        ("https://api.example/base/../x", None),
        ("https://api.example/base//y", None),
        ("http://api.example/base/y", None),
        ("y", None),
        ("javascript:alert(1)", None),
    ] {
        assert_eq!(route.location(location, asked).as_deref(), expected, "{location}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn cookies_are_kept_over_https_or_on_this_machine() {
    for (origin, good) in [
        (OWN, true),
        ("http://127.0.0.1:8787", true),
        ("http://localhost:8787", true),
        ("http://app.example", false),
        ("http://192.168.0.7", false),
        ("null", false),
        ("https://app.example/", false),
    ] {
        let incoming = Incoming { origin, path: "/auth/session", query: "", evidence: own("GET") };
        assert_eq!(config().read(&incoming).is_ok(), good, "{origin}");
    }
    let behind = Config { origin: Some(OWN.into()), ..config() };
    let evidence = Evidence { origin: Some(OWN), site: None, ..own("POST") };
    let incoming = Incoming { origin: "http://10.0.0.7", path: "/auth/logout", evidence, ..Incoming::default() };
    assert_eq!(behind.read(&incoming), Ok(Wish::Logout), "behind a proxy the operator says what the origin is");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_response_is_found_by_its_state_wherever_that_stands() {
    assert_eq!(state_of("https://app.example/auth/callback?code=c&state=s%2B1").as_deref(), Some("s+1"));
    assert_eq!(state_of("state=s&code=c").as_deref(), Some("s"));
    // JARM: {"state":"s3"}
    assert_eq!(state_of("response=h.eyJzdGF0ZSI6InMzIn0.sig").as_deref(), Some("s3"));
    for none in ["", "code=c", "response=x", "response=h.!!.s", "response=h.e30.s"] {
        assert_eq!(state_of(none), None, "{none}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_silent_login_that_cannot_be_silent_is_no_error() {
    assert!(is_silent_no("login_required") && is_silent_no("interaction_required"));
    assert!(!is_silent_no("access_denied") && !is_silent_no("server_error"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_form_post_is_the_one_login_whose_cookie_goes_along_from_elsewhere() {
    assert_eq!(config().login_same_site(), SameSite::Lax);
    assert_eq!(Config { form_post: true, ..config() }.login_same_site(), SameSite::None);
}

#[wasm_bindgen_test(unsupported = test)]
fn every_refusal_has_a_word_of_its_own_a_status_and_a_sentence() {
    for (index, why) in Why::ALL.iter().enumerate() {
        assert!(Why::ALL[index + 1..].iter().all(|other| other.as_str() != why.as_str()), "{why:?} twice");
        assert!((400..600).contains(&why.status()) && why.message().ends_with('.'), "{why:?}");
    }
}
