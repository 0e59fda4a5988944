//! RFC 6749 §4.1.1–2, RFC 9207 and OpenID Connect Core §3.1.2: the authorization request, and the browser's way back.

use grantkit::{
    error::{Code, Error, Phase},
    limits,
    oauth::{
        authorization::{self, Pending},
        client::{Client, IdTokenSignature},
        metadata::Metadata,
        token::{Exchange, Grant},
    },
    text::{base64url, form, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ENTROPY, callback, client, nonce, server, server_with, state};

fn start_at(server: &Metadata, client: &Client, parameters: &[(&str, &str)]) -> Result<(String, Pending), Error> {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let begun = authorization::start(server, client, &parameters, &ENTROPY)?;
    Ok((begun.url(server, client)?, begun.pending))
}

fn start(parameters: &[(&str, &str)]) -> Result<(String, Pending), Error> {
    start_at(&server(), &client(), parameters)
}

fn pending() -> Pending {
    start(&[]).unwrap().1
}

fn receive(callback: &str) -> Result<Grant, Error> {
    pending().receive(callback, &server(), &client())
}

fn refused(callback: &str) -> Error {
    receive(callback).unwrap_err()
}

fn query(url: &str) -> Vec<(String, String)> {
    form::parse(url.split_once('?').unwrap().1)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_asks_for_a_code_with_pkce_state_and_nonce() {
    let (url, _) = start(&[("prompt", "consent"), ("resource", "https://api.example")]).unwrap();
    assert!(url.starts_with("https://op.example/authorize?"));
    let expected = [
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", "https://app.example/cb"),
        ("scope", "openid"),
        ("state", &state()),
        ("nonce", &nonce()),
        ("code_challenge", "TCNGAOR-wrIpr3etQdZgLg8Pk8cz8aCGDnxxvoiuGoM"),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
        ("resource", "https://api.example"),
    ];
    let sent = query(&url);
    let names: Vec<_> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, expected.map(|(name, _)| name));
    for ((name, value), (_, expected)) in sent.iter().zip(expected).filter(|((name, _), _)| name != "code_challenge") {
        assert_eq!(value, expected, "{name}");
    }
    let challenge = grantkit::oauth::pkce::Verifier::new(&ENTROPY[2]).challenge();
    assert_eq!(sent[6].1, challenge);
    assert!(!url.contains(&base64url::encode(&ENTROPY[2])), "the verifier stays");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_query_of_an_endpoint_is_kept() {
    for (endpoint, start_of_url) in [
        ("https://op.example/a?tenant=1", "https://op.example/a?tenant=1&response_type=code"),
        ("https://op.example/a?", "https://op.example/a?response_type=code"),
    ] {
        let server = server_with(json!({"authorization_endpoint": endpoint}));
        assert!(start_at(&server, &client(), &[]).unwrap().0.starts_with(start_of_url));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_request_that_cannot_work_is_refused_before_the_user_leaves() {
    let with = |change: fn(&mut Client)| {
        let mut client = client();
        change(&mut client);
        client
    };
    let cases: [(Metadata, Client, &[(&str, &str)], Code, &str); 14] = [
        (server(), client(), &[("state", "mine")], Code::ReservedParameter, "state"),
        (server(), client(), &[("nonce", "mine")], Code::ReservedParameter, "nonce"),
        (server(), client(), &[("response_type", "token")], Code::ReservedParameter, "response_type"),
        (server(), client(), &[("code_challenge_method", "plain")], Code::ReservedParameter, "code_challenge_method"),
        (server(), client(), &[("client_secret", "x")], Code::ReservedParameter, "client_secret"),
        (server(), with(|client| client.redirect_uri = None), &[], Code::MissingRedirectUri, "redirect_uri"),
        (server(), client(), &[("redirect_uri", "/cb")], Code::InvalidArgument, "redirect_uri"),
        (server(), client(), &[("redirect_uri", "https://app.example/#cb")], Code::InvalidArgument, "redirect_uri"),
        (server(), client(), &[("max_age", "soon")], Code::InvalidArgument, "max_age"),
        (server(), client(), &[("max_age", "-1")], Code::InvalidArgument, "max_age"),
        (
            server_with(json!({"authorization_endpoint": null})),
            client(),
            &[],
            Code::UnsupportedByServer,
            "authorization_endpoint",
        ),
        (
            server_with(json!({"code_challenge_methods_supported": ["plain"]})),
            client(),
            &[],
            Code::UnsupportedByServer,
            "code_challenge_methods_supported",
        ),
        (server_with(json!({"jwks_uri": null})), client(), &[], Code::UnsupportedByServer, "jwks_uri"),
        (server(), with(|client| client.host_verifies = false), &[], Code::CryptoUnavailable, "idTokenSignature"),
    ];
    for (server, client, parameters, code, about) in cases {
        let error = start_at(&server, &client, parameters).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (code, Some(about)));
        assert_eq!(error.report().phase, Phase::Authorization);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn without_a_host_that_verifies_tls_can_vouch_and_plain_oauth_needs_nobody() {
    let mut client = client();
    client.host_verifies = false;
    assert!(start_at(&server(), &client, &[("scope", "email")]).is_ok());
    client.id_token_signature = IdTokenSignature::Tls;
    assert!(start_at(&server(), &client, &[]).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn plain_pkce_is_sent_under_its_ugly_name_alone() {
    let mut client = client();
    client.dangerously_plain_pkce = true;
    let server = server_with(json!({"code_challenge_methods_supported": ["plain"]}));
    let (url, _) = start_at(&server, &client, &[]).unwrap();
    assert!(url.contains("code_challenge_method=plain") && url.contains(&base64url::encode(&ENTROPY[2])));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_nonce_is_sent_where_openid_is_asked_for() {
    assert!(start(&[("scope", "email openid")]).unwrap().0.contains("&nonce="));
    assert!(!start(&[("scope", "email openidx")]).unwrap().0.contains("&nonce="));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_becomes_the_grant_of_its_login() {
    let query = format!("code=abc&state={}&iss=https%3A%2F%2Fop.example", state());
    for callback in [
        callback(),
        format!("?{query}"),
        query.clone(),
        format!("https://app.example/cb?lang=en#{query}"),
        format!("/cb?{query}"),
        format!("https://app.example/cb?{query}#_=_"),
        format!("https://app.example/cb?tag=a&tag=b&{query}"),
    ] {
        let request = Exchange::new(&client(), receive(&callback).unwrap()).request(&server(), &client(), None).unwrap();
        let form = form::parse(request.body.as_ref().unwrap().expose());
        let verifier = base64url::encode(&ENTROPY[2]);
        let expected = [
            ("grant_type", "authorization_code"),
            ("code", "abc"),
            ("redirect_uri", "https://app.example/cb"),
            ("code_verifier", verifier.as_str()),
            ("client_id", "app"),
        ];
        assert_eq!(form, expected.map(|(name, value)| (name.to_string(), value.to_string())), "{callback}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_of_another_login_is_refused() {
    let forged = base64url::encode(&[9; 32]);
    for callback in [
        "https://app.example/cb?code=abc&iss=https%3A%2F%2Fop.example".to_string(),
        format!("https://app.example/cb?code=abc&state={forged}"),
        "https://app.example/cb?code=abc&state=".to_string(),
        format!("https://app.example/cb?error=access_denied&state={forged}"),
        "https://app.example/cb".to_string(),
        String::new(),
    ] {
        let error = refused(&callback);
        assert_eq!((error.code(), error.report().phase), (Code::StateMismatch, Phase::Callback), "{callback}");
        assert!(!error.retryable());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_parameter_is_refused() {
    for name in ["code", "state", "iss", "error"] {
        let error = refused(&format!("{}&{name}=x&{name}=x", callback()));
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::RepeatedParameter, Some(name)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_from_another_issuer_is_refused() {
    let error = refused(&callback().replace("op.example", "evil.example"));
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::IssuerMismatch, Some("iss")));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_without_issuer_is_refused_when_the_server_promised_one() {
    let callback = format!("https://app.example/cb?code=abc&state={}", state());
    assert_eq!(refused(&callback).code(), Code::MissingIssuer);
    let silent = server_with(json!({"authorization_response_iss_parameter_supported": null}));
    assert!(pending().receive(&callback, &silent, &client()).is_ok());
    let error = format!("https://app.example/cb?error=access_denied&state={}", state());
    assert_eq!(refused(&error).code(), Code::MissingIssuer, "for errors too");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_is_told_in_the_servers_words() {
    let with = |rest: &str| refused(&format!("?state={}&iss=https%3A%2F%2Fop.example&{rest}", state()));
    let error = with("error=access_denied&error_description=No+thanks&error_uri=https%3A%2F%2Fop.example%2Fe");
    assert_eq!(error.code(), Code::AccessDenied);
    let refusal = error.report().refusal.as_ref().unwrap();
    assert_eq!((refusal.error.as_str(), refusal.description.as_deref()), ("access_denied", Some("No thanks")));
    assert_eq!(with("error=login_required").code(), Code::LoginRequired);
    let unknown = with("error=quite_new");
    assert_eq!((unknown.code(), unknown.report().refusal.as_ref().unwrap().error.as_str()), (Code::OauthError, "quite_new"));
    assert_eq!(with("error=network").code(), Code::OauthError, "a server cannot name a code that is not a refusal");
    assert_eq!(with("x=1").code(), Code::MissingCode);
    assert_eq!(with("code=").code(), Code::MissingCode);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_description_shows_no_secret() {
    let verifier = base64url::encode(&ENTROPY[2]);
    let error = refused(&format!(
        "?state={0}&iss=https%3A%2F%2Fop.example&error=server_error&error_description=state+{0}+{verifier}",
        state()
    ));
    let shown = error.to_json();
    assert!(!shown.contains(&state()) && !shown.contains(&verifier), "{shown}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_that_is_too_long_is_refused_before_it_is_read() {
    let long = |length: usize| {
        let callback = callback();
        format!("{callback}{}", "&a=b".repeat(length)).get(..length).unwrap().to_string()
    };
    assert!(receive(&long(limits::MESSAGE_BYTES)).is_ok());
    for callback in [long(limits::MESSAGE_BYTES + 1), format!("#{}", long(limits::MESSAGE_BYTES)), "&".repeat(1 << 20)] {
        let error = refused(&callback);
        assert_eq!(
            (error.code(), error.report().phase, error.report().about.as_deref(), error.retryable()),
            (Code::ResponseTooLarge, Phase::Callback, Some("callback"), false)
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_is_finished_where_it_began() {
    let error = pending().receive(&callback(), &server_with(json!({"issuer": "https://other.example"})), &client()).unwrap_err();
    assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some("pending")));
    let mut other = client();
    other.id = "other".into();
    assert_eq!(pending().receive(&callback(), &server(), &other).unwrap_err().code(), Code::InvalidArgument);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_pending_login_survives_as_text() {
    let (_, pending) = start(&[("max_age", "60"), ("resource", "https://a.example"), ("resource", "https://b.example")]).unwrap();
    let text = pending.to_json();
    assert_eq!(Pending::parse(&Object::parse(&text).unwrap()), Ok(pending));
    let mut document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&document["max_age"], &document["resource"]), (&json!(60), &json!(["https://a.example", "https://b.example"])));
    for member in ["issuer", "client_id", "redirect_uri", "state", "code_verifier"] {
        let kept = document[member].take();
        assert_eq!(Pending::parse(&Object::parse(&document.to_string()).unwrap()), Err(member));
        document[member] = kept;
    }
    for bad in [json!("https://a.example"), json!([5]), json!({})] {
        let kept = core::mem::replace(&mut document["resource"], bad);
        assert_eq!(Pending::parse(&Object::parse(&document.to_string()).unwrap()), Err("resource"));
        document["resource"] = kept;
    }
    document["code_verifier"] = "short".into();
    assert_eq!(Pending::parse(&Object::parse(&document.to_string()).unwrap()), Err("code_verifier"));
}
