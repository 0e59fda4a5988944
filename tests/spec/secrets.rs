//! What goes into a log holds no secret: debug output, errors as text and as JSON, in every flow and for every answer.
//!
//! `cargo xtask test house` asks for each public type that derives `Debug` and holds text to be named here. In the `Relation` that the flows show are
//! `Client`, `Authentication`, `Preset`, `Metadata`, `Nonces` and `Jwk`; in their steps and results `Grant`, `Exchange`, `TokenResponse`, `Pending`, `Rules` and `Judged`; in
//! their errors `Report` and `Refusal`. The others are looked at one by one.

use core::{cell::Cell, fmt::Debug};
use std::sync::OnceLock;

use grantkit::{
    error::Error,
    flow::{Event, Relation, Step},
    http::{Request, Response},
    js::edge::{Ask, Handler},
    limits,
    oauth::{
        access_token::{Expected, Received},
        assertion,
        client::{Authentication, BasicEncoding},
        device::DeviceAuthorization,
        dpop::Proof,
        metadata::Metadata,
        resource::AccessToken,
    },
    oidc::ciba::Backchannel,
    quirk::interop,
    secret::Secret,
    session::{
        cookie::{Jar, Names, SameSite},
        csrf::Evidence,
        handler::{Asks, Config, Incoming, Route, Token},
        policy::Terms,
        record::{Keep, Record},
        seal::Sealed,
        turn::{Answer, Entry, Message, Spans},
    },
    text::{base64url, challenge, excerpt::excerpt, form, json::Object, uri::Uri},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, ISSUER, NOW, callback, claims, client, drive_watched, json_response, jwks, now, server_with, sign, state,
    text_response, token_response,
};

/// As short as a word, and with characters that a form encodes.
const CLIENT_SECRET: &str = "p+ss w/rd";
const REFRESH_TOKEN: &str = "tGzv3JOkF0XG5Qx2TlKWIA";
const ACCESS_TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";
const DEVICE_CODE: &str = "GmRhmhcxhwAzkoEqiMEg";
const NOTIFICATION: &str = "8d67dc78";

fn server() -> Metadata {
    let endpoint = |name: &str| format!("{ISSUER}/{name}");
    server_with(json!({
        "pushed_authorization_request_endpoint": endpoint("par"),
        "device_authorization_endpoint": endpoint("device"),
        "backchannel_authentication_endpoint": endpoint("ciba"),
        "userinfo_endpoint": endpoint("userinfo"),
        "revocation_endpoint": endpoint("revoke"),
        "introspection_endpoint": endpoint("introspect"),
        "registration_endpoint": endpoint("register"),
        "authorization_signing_alg_values_supported": ["ES256"],
    }))
}

/// One that proves everything that can be proven.
fn relation(authentication: Authentication) -> Relation {
    let mut client = client();
    client.authentication = authentication;
    client.par = true;
    client.api = vec!["https://api.example".into()];
    Relation::new(server(), client)
}

fn confidential() -> Relation {
    relation(Authentication::SecretPost(Secret::new(CLIENT_SECRET)))
}

/// Signed once: that takes its time.
fn id_token() -> String {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| sign(&claims())).clone()
}

/// What must be seen nowhere, in any form in which it travels.
fn secrets() -> Vec<String> {
    let plain = [CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN, DEVICE_CODE, NOTIFICATION];
    let drawn = ENTROPY.iter().map(|bytes| base64url::encode(bytes));
    let raw = ENTROPY.iter().map(|bytes| format!("{:?}", &bytes[..8]).replace(['[', ']'], ""));
    let token = id_token();
    let parts: Vec<_> = token.split('.').map(String::from).collect();
    plain.iter().flat_map(|one| [String::from(*one), form::encode(one)]).chain(drawn).chain(raw).chain(parts).collect()
}

/// Everything that was seen, and that nothing in it is secret.
#[derive(Default)]
struct Log(String);

impl Log {
    fn see(&mut self, what: &dyn Debug) {
        self.0.push_str(&format!("{what:?}\n{what:#?}\n"));
    }

    fn see_error(&mut self, error: &Error) {
        self.see(error);
        self.0.push_str(&format!("{error}\n{}\n", error.to_json()));
    }

    fn assert_discreet(&self) {
        for secret in secrets() {
            assert!(!self.0.contains(&secret), "{secret} stands in {}", self.0);
        }
    }
}

/// Runs a flow, sees all of it, and tells how it ended.
fn watch<T: Debug>(
    log: &mut Log,
    relation: Relation,
    start: impl FnOnce(&mut Relation) -> Result<Step<T>, Error>,
    answer: impl FnMut(&Request) -> Event,
) {
    if let Ok(value) = run(log, relation, start, answer) {
        log.see(&value);
    }
}

/// The same, but for what comes of it: a URL and JSON are for the caller, who knows what is in them.
fn run<T>(
    log: &mut Log,
    mut relation: Relation,
    start: impl FnOnce(&mut Relation) -> Result<Step<T>, Error>,
    answer: impl FnMut(&Request) -> Event,
) -> Result<T, Error> {
    let step = start(&mut relation);
    let (result, sent) = drive_watched(&mut relation, step, answer, &mut |what| log.see(what));
    log.see(&sent);
    log.see(&relation);
    if let Err(error) = &result {
        log.see_error(error);
    }
    result
}

fn device() -> DeviceAuthorization {
    let kept = json!({"device_code": DEVICE_CODE, "user_code": "WDJB", "verification_uri": ISSUER, "expires_in": 60, "expires_at": NOW + 60});
    DeviceAuthorization::parse(&Object::parse(&kept.to_string()).unwrap()).unwrap()
}

fn backchannel() -> Backchannel {
    let kept =
        json!({"auth_req_id": DEVICE_CODE, "client_notification_token": NOTIFICATION, "expires_in": 60, "expires_at": NOW + 60});
    Backchannel::parse(&Object::parse(&kept.to_string()).unwrap()).unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// Every flow there is, each with an answer to all that it asks but the keys.
fn each_flow(log: &mut Log, relation: impl Fn() -> Relation, answer: impl Fn(&Request) -> Event) {
    // Time stands still here, so that what is asked again and again is to be ended by the server.
    let asked = Cell::new(0);
    let answer = |request: &Request| match request.url.as_str() {
        "https://op.example/jwks" => Event::Response(json_response(200, &jwks())),
        _ if asked.replace(asked.get() + 1) % 5 == 4 => Event::Response(json_response(400, &json!({"error": "access_denied"}))),
        _ => answer(request),
    };
    let begin = |log: &mut Log, mode: &'static str| {
        let reference = |_: &Request| Event::Response(json_response(201, &json!({"request_uri": "urn:x", "expires_in": 5})));
        run(log, relation(), |one| one.authorize(&pairs(&[("response_mode", mode)])), reference).ok().map(|(_, pending)| pending)
    };
    // What goes to the browser is for its address bar, not for a log: the URL is looked at elsewhere.
    let _ = run(log, relation(), |one| one.authorize(&[]), &answer);
    if let Some(pending) = begin(log, "query") {
        for arrived in [callback(), format!("?error={}&state={}&iss={ISSUER}", state(), state()), "?code=x&state=y".into()] {
            watch(log, relation(), |one| one.callback(&arrived, pending.clone(), now()), &answer);
        }
    }
    if let Some(pending) = begin(log, "query.jwt") {
        watch(log, relation(), |one| one.callback(&format!("?response={}", id_token()), pending, now()), &answer);
    }
    let refresh = |one: &mut Relation| one.refresh(Secret::new(REFRESH_TOKEN), Some("alice".into()), &[], now());
    watch(log, relation(), refresh, &answer);
    watch(log, relation(), |one| one.client_credentials(&[], now()), &answer);
    watch(log, relation(), |one| one.grant("urn:x", &pairs(&[("assertion", REFRESH_TOKEN)]), now()), &answer);
    let exchange =
        pairs(&[("subject_token", ACCESS_TOKEN), ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")]);
    watch(log, relation(), |one| one.exchange_token(&exchange, now()), &answer);
    watch(log, relation(), |one| one.assertion(assertion::Kind::Jwt, Secret::new(id_token()), &[], now()), &answer);
    watch(log, relation(), |one| one.device_authorization(&[], now()), &answer);
    watch(log, relation(), |one| one.poll_device(&device(), now()), &answer);
    let hint = pairs(&[("login_hint", "alice"), ("client_notification_token", NOTIFICATION)]);
    watch(log, relation(), |one| one.backchannel_authentication(&hint, now()), &answer);
    watch(log, relation(), |one| one.poll_backchannel(&backchannel(), now()), &answer);
    let ping = json!({"auth_req_id": DEVICE_CODE}).to_string();
    watch(log, relation(), |one| one.ping(&backchannel(), &format!("Bearer {NOTIFICATION}"), &ping, now()), &answer);
    let token = || AccessToken { token: Secret::new(ACCESS_TOKEN), dpop: relation().client.dpop };
    watch(log, relation(), |one| one.userinfo(token(), Some("alice".into()), now()), &answer);
    watch(log, relation(), |one| one.show("GET", "https://api.example/a", &token(), now()), &answer);
    watch(log, relation(), |one| one.revoke(Secret::new(REFRESH_TOKEN), &[], now()), &answer);
    let _ = run(log, relation(), |one| one.introspect(Secret::new(ACCESS_TOKEN), &[], now()), &answer);
    let _ = run(log, relation(), |one| one.register("{}", Some(Secret::new(REFRESH_TOKEN))), &answer);
    let received = Received {
        method: "GET".into(),
        url: "https://api.example/a".into(),
        authorization: Some(format!("Bearer {ACCESS_TOKEN}")),
        dpop: Some(id_token()),
    };
    log.see(&received);
    let expected = Expected { audience: "a".into(), ..Expected::default() };
    watch(log, relation(), |one| one.validate_access_token(&received, &expected, now()), &answer);
    watch(log, relation(), |one| one.validate_logout_token(&id_token(), now()), &answer);
}

fn authentications() -> [Authentication; 5] {
    let secret = || Secret::new(CLIENT_SECRET);
    [
        Authentication::SecretPost(secret()),
        Authentication::SecretBasic(secret(), BasicEncoding::Rfc6749),
        Authentication::SecretBasic(secret(), BasicEncoding::Raw),
        Authentication::SecretJwt(secret()),
        Authentication::PrivateKeyJwt(Some("own".into())),
    ]
}

/// What a server could answer to quote all that it was sent.
fn quoting(request: &Request) -> Vec<Response> {
    let body = request.body.as_ref().map_or("", Secret::expose);
    let plain: String = form::parse(body).into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {}\n", value.expose())).collect();
    let all = format!("{body}\n{plain}{headers}");
    let refusal = json!({"error": all, "error_description": all, "error_uri": all});
    vec![
        text_response(200, "text/html", &all),
        text_response(502, "text/html", &all),
        text_response(200, "application/json", &format!("{{\"broken\": {}", Value::from(all.as_str()))),
        json_response(400, &refusal),
        json_response(200, &json!({"error": {"type": all, "message": all}})),
        json_response(400, &json!({"error_code": all, "msg": all})),
        Response {
            www_authenticate: Some(format!(
                "Bearer error=\"invalid_token\", error_description={}",
                Value::from(all.replace('\n', " "))
            )),
            ..text_response(401, "text/plain", &all)
        },
    ]
}

#[wasm_bindgen_test(unsupported = test)]
fn no_log_of_a_flow_that_goes_well_holds_a_secret() {
    for authentication in authentications() {
        for dpop in [false, true] {
            let mut log = Log::default();
            let relation = || {
                let mut relation = relation(authentication.clone());
                relation.client.dpop = dpop;
                relation
            };
            each_flow(&mut log, relation, |request| {
                let kind = if dpop { "DPoP" } else { "Bearer" };
                let tokens = json!({"access_token": ACCESS_TOKEN, "token_type": kind, "refresh_token": REFRESH_TOKEN, "id_token": id_token(), "extra": DEVICE_CODE});
                Event::Response(match request.url.rsplit('/').next().unwrap() {
                    "token" => json_response(200, &tokens),
                    "device" => json_response(
                        200,
                        &json!({"device_code": DEVICE_CODE, "user_code": "W", "verification_uri": ISSUER, "expires_in": 5}),
                    ),
                    "ciba" => json_response(200, &json!({"auth_req_id": DEVICE_CODE, "expires_in": 5})),
                    "par" => json_response(201, &json!({"request_uri": "urn:x", "expires_in": 5})),
                    "register" => json_response(
                        201,
                        &json!({"client_id": "x", "client_secret": DEVICE_CODE, "client_secret_expires_at": 0}),
                    ),
                    "userinfo" => json_response(200, &json!({"sub": "alice"})),
                    _ => json_response(200, &json!({"active": true})),
                })
            });
            log.assert_discreet();
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_log_of_a_flow_whose_server_quotes_all_it_was_sent_holds_a_secret() {
    let ways = quoting(&Request::get(ISSUER)).len();
    for (way, authentication) in (0..ways).zip(authentications().into_iter().cycle()) {
        let mut log = Log::default();
        let relation = || relation(authentication.clone());
        each_flow(&mut log, relation, |request| Event::Response(quoting(request).swap_remove(way)));
        log.assert_discreet();
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_short_secret_that_any_endpoint_quotes_is_blotted_out_plain_and_encoded() {
    // In a page, each on a line of its own: nothing else keeps them from being shown.
    let page = format!("{CLIENT_SECRET}\n{}\nend", form::encode(CLIENT_SECRET));
    let mut log = Log::default();
    let answer = |_: &Request| Event::Response(text_response(502, "text/html", &page));
    let device = run(&mut log, confidential(), |one| one.device_authorization(&[], now()), answer).unwrap_err();
    let pushed = run(&mut log, confidential(), |one| one.authorize(&[]), answer).unwrap_err();
    let revoked = run(&mut log, confidential(), |one| one.revoke(Secret::new("x"), &[], now()), answer).unwrap_err();
    let told = run(&mut log, confidential(), |one| one.introspect(Secret::new("x"), &[], now()), answer).unwrap_err();
    for error in [device, pushed, revoked, told] {
        assert_eq!(error.report().body.as_deref(), Some("[redacted]\n[redacted]\nend"));
    }
    log.assert_discreet();
}

#[wasm_bindgen_test(unsupported = test)]
fn a_secret_is_blotted_out_however_it_is_spelt() {
    let secret = r#"K7&"x<p>L/'\ +ä😀%26"#;
    for spelt in [
        secret,
        "K7%26%22x%3Cp%3EL%2F%27%5C+%2B%C3%A4%F0%9F%98%80%2526",
        "K7%26%22x%3cp%3eL/'%5c%20%2b%c3%a4%f0%9f%98%80%2526",
        r#"K7&amp;&quot;x&lt;p&gt;L/&#39;\ +ä😀%26"#,
        r#"K7&#38;&#34;x&#60;p&#62;L/&apos;\ +&#228;&#128512;%26"#,
        r#"K7&#x26;&#x22;x&#x3c;p&#x3E;L&#x2F;&#X27;\ &#x2B;&#xe4;&#x1f600;%26"#,
        r#"K7&\"x<p>L/'\\ +ä😀%26"#,
        r#"K7\u0026\"x\u003cp\u003EL\/\u0027\\ \u002b\u00e4\ud83d\ude00%26"#,
    ] {
        assert_eq!(excerpt(format!("<b>{spelt}</b> & %").as_bytes(), &[secret]), "<b>[redacted]</b> & %", "{spelt}");
    }
    for other in ["K7&amp", "&#;&#x;&#x110000;&#-38;&;", r"\u12 \u \", "%2 %zz %", "+ä"] {
        assert_eq!(excerpt(other.as_bytes(), &[secret, "&amp;", "26 26"]), other);
    }
    // What looks like a spelling may be the secret itself.
    for secret in ["a&amp;b", r"a\u0026b", "a%26b", "a+b+", r"ab\\"] {
        assert_eq!(excerpt(secret.as_bytes(), &[secret]), "[redacted]");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_secret_or_a_token_is_not_begun_where_the_text_is_cut() {
    for shown in 1..CLIENT_SECRET.len() {
        let body = format!("{}{CLIENT_SECRET} and more", " ".repeat(limits::EXCERPT_BYTES - shown));
        let shown = excerpt(body.as_bytes(), &[CLIENT_SECRET]);
        assert!("[redacted] ".starts_with(shown.trim()), "{shown}");
    }
    let body = format!("{}{ACCESS_TOKEN}", " ".repeat(limits::EXCERPT_BYTES - 8));
    assert_eq!(excerpt(body.as_bytes(), &[]).trim(), "");
    let body = format!("{}{}", "a b ".repeat(limits::EXCERPT_BYTES / 4), "x");
    assert_eq!(excerpt(body.as_bytes(), &[]).len(), limits::EXCERPT_BYTES, "nothing else is taken off");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_flow_keeps_and_hands_over_is_not_shown_by_debug() {
    let mut log = Log::default();
    let begun = grantkit::oauth::authorization::start(&server(), &client(), &[], &ENTROPY).unwrap();
    log.see(&begun);
    log.see(&Event::Drawn(ENTROPY));
    log.see(&Event::Signed(ENTROPY[0].to_vec()));
    log.see(&Event::Response(token_response(&claims())));
    let jws = grantkit::jose::jws::Jws::parse(&id_token()).unwrap();
    log.see(&jws);
    let text = json!({"access_token": ACCESS_TOKEN}).to_string();
    log.see(&Object::parse(&text).unwrap());
    log.see(&device());
    log.see(&backchannel());
    log.assert_discreet();
    assert!(log.0.contains("Drawn"), "something was seen");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_read_and_written_on_the_way_is_not_shown_by_debug() {
    let mut log = Log::default();
    let proof = Proof { method: "GET", url: "https://api.example/a", nonce: None, access_token: Some(ACCESS_TOKEN) };
    log.see(&proof);
    log.see(&interop::Refusal { error: REFRESH_TOKEN.into(), description: Some(format!("no: {CLIENT_SECRET}")) });
    let address = format!("https://app.example/cb?code={DEVICE_CODE}#access_token={ACCESS_TOKEN}");
    log.see(&Uri::parse(&address).unwrap());
    // What a server asks for: a type `Challenge` that holds what everybody may read.
    log.see(&challenge::parse("Bearer realm=\"api\", scope=\"read\"").unwrap());
    log.assert_discreet();
    assert!(log.0.contains("Proof") && log.0.contains("realm"), "something was seen");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_token_handler_keeps_and_hands_over_is_not_shown_by_debug() {
    let mut log = Log::default();
    let names = Names::new("session").unwrap();
    let cookies = format!("{}=1.{ACCESS_TOKEN}; __Host-Http-session-login.abc={REFRESH_TOKEN}", names.session);
    log.see(&Jar::parse(&cookies));
    let id_token = id_token();
    let tokens =
        json!({"access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "id_token": id_token, "claims": {"sub": "alice"}})
            .to_string();
    let tokens = Object::parse(&tokens).unwrap();
    let keep = Keep { claims: None, id_token: true };
    let key = json!({"kty": "EC", "d": NOTIFICATION}).to_string();
    let record = Record::begin("id", &tokens, Some(&key), &keep, now());
    let report = json!({"code": "network", "message": CLIENT_SECRET}).to_string();
    log.see(&record);
    log.see(&record.refreshed(&tokens, &keep, now()));
    log.see(&record.failed(&Object::parse(&report).unwrap(), now()));
    log.see(&Sealed { key: [0; 8], iv: [0; 12], ciphertext: ENTROPY[0].to_vec() });
    for message in [Message::Begin(REFRESH_TOKEN), Message::Tell(1, REFRESH_TOKEN)] {
        log.see(&message);
        let (entry, _) = Entry::take(None, message, &Spans::default(), now());
        log.see(&entry);
        let (_, newest) = Entry::take(entry, Message::Read, &Spans::default(), now());
        assert!(matches!(newest, Answer::Newer(_, _)));
        log.see(&newest);
    }
    let route = Route::new("/api/", "https://api.example/", Vec::new(), Token::Session, false).unwrap();
    let config = Config {
        base: "/auth".into(),
        origin: None,
        names,
        same_site: SameSite::Strict,
        terms: Terms::default(),
        keep,
        routes: vec![route],
        form_post: false,
        asks: Asks::default(),
    };
    let query = format!("code={DEVICE_CODE}&state={}", state());
    let evidence = Evidence { method: "GET", site: Some("same-origin"), header: Some("1"), ..Evidence::default() };
    for path in ["/auth/callback", "/auth/session", "/"] {
        let incoming = Incoming { origin: "https://app.example", path, query: &query, evidence };
        log.see(&incoming);
        // A type `Wish`, which holds a callback's code as little.
        log.see(&config.read(&incoming));
    }
    let asked = json!({"cookies": cookies, "code": DEVICE_CODE}).to_string();
    log.see(&Ask(&Object::parse(&asked).unwrap()));
    let key = base64url::encode(&(0..32).map(|byte: u8| byte.wrapping_mul(199)).collect::<Vec<_>>());
    log.see(&Handler::new(&json!({"sessionKeys": [key]}).to_string()).unwrap());
    log.see(&Handler::new(&json!({"sessionKeys": [format!("{key}A")]}).to_string()).unwrap_err());
    log.assert_discreet();
    assert!(!log.0.contains(&key[..20]) && log.0.contains("Record"), "no key, and something was seen");
}
