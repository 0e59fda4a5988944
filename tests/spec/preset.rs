//! Presets: what is known of a provider beforehand, and what they must not weaken.

use grantkit::{
    error::{Code, Error},
    flow::{Event, Relation, Tokens},
    http::Request,
    js::convert,
    oauth::{
        authorization::{self, Pending},
        client::Client,
    },
    quirk::preset::Preset,
    text::{form, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, callback, claims, client, drive, json_response, jwks, merge, metadata, now, server, server_with, token_response,
};

fn with(provider: Value) -> Client {
    let options =
        json!({"clientId": "app", "redirectUri": "https://app.example/cb", "scope": "openid a b", "provider": provider});
    convert::client(&Object::parse(&options.to_string()).unwrap()).unwrap()
}

fn query(client: &Client) -> Vec<(String, String)> {
    let begun = authorization::start(&server(), client, &[], &ENTROPY).unwrap();
    form::parse(begun.url(&server(), client).unwrap().split_once('?').unwrap().1)
}

fn has(pairs: &[(String, String)], name: &str, value: &str) -> bool {
    pairs.contains(&(name.into(), value.into()))
}

#[wasm_bindgen_test(unsupported = test)]
fn names_separators_and_parameters_are_the_providers_in_both_requests() {
    let client = with(json!({
        "scopeSeparator": ",", "parameterNames": {"client_id": "client_key"}, "authorizationParameters": {"access_type": "offline"},
        "tokenParameters": {"action": "requesttoken"}, "name": "TikTok", "issuer": "https://ignored.example",
    }));
    let sent = query(&client);
    assert!(has(&sent, "client_key", "app") && has(&sent, "scope", "openid,a,b") && has(&sent, "access_type", "offline"));
    assert!(!sent.iter().any(|(name, _)| name == "client_id"));
    let mut relation = Relation::new(server(), client);
    let step = relation.client_credentials(&[], now());
    let answer = |_: &Request| Event::Response(json_response(200, &json!({"access_token": "at", "token_type": "Bearer"})));
    let (_, sent) = drive(&mut relation, step, answer);
    let sent = form::parse(sent[0].body.as_ref().unwrap().expose());
    assert!(has(&sent, "client_key", "app") && has(&sent, "scope", "openid,a,b") && has(&sent, "action", "requesttoken"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_parameter_of_the_call_wins_over_the_providers() {
    let client = with(json!({"authorizationParameters": {"prompt": "consent"}}));
    let begun = authorization::start(&server(), &client, &[("prompt".into(), "none".into())], &ENTROPY).unwrap();
    let prompts: Vec<_> = begun.parameters.iter().filter(|(name, _)| name == "prompt").collect();
    assert_eq!(prompts, [&("prompt".to_string(), "none".to_string())]);
}

#[wasm_bindgen_test(unsupported = test)]
fn pkce_is_left_out_for_servers_that_refuse_it_alone() {
    let names = |client: &Client| {
        query(client).into_iter().map(|(name, _)| name).filter(|name| name.starts_with("code_challenge")).count()
    };
    assert_eq!(names(&with(json!({}))), 2);
    assert_eq!(names(&with(json!({"pkce": "unsupported"}))), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9700_4_8_2_a_code_that_was_asked_for_without_pkce_is_redeemed_without_it() {
    for (provider, pkce) in [(json!({}), true), (json!({"pkce": "unsupported"}), false)] {
        let mut client = with(provider);
        client.scope = None;
        let mut relation = Relation::new(server(), client);
        let step = relation.authorize(&[]);
        let (begun, _) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
        let kept = begun.unwrap().1.to_json();
        assert_eq!((kept.contains("code_verifier"), kept.contains(r#""pkce":false"#)), (pkce, !pkce));
        // What counts is what was sent, whatever the client says when the browser is back.
        relation.client.provider.without_pkce = pkce;
        let pending = Pending::parse(&Object::parse(&kept).unwrap()).unwrap();
        let step = relation.callback(&callback(), pending, now());
        let answer = json_response(200, &json!({"access_token": "at", "token_type": "Bearer"}));
        let (result, sent) = drive(&mut relation, step, |_| Event::Response(answer.clone()));
        assert_eq!(sent[0].body.as_ref().unwrap().expose().contains("code_verifier="), pkce);
        assert_eq!(result.unwrap().checks().iter().any(|check| check.as_str() == "pkce"), pkce);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_envelope_is_where_the_preset_says() {
    let mut relation = Relation::new(server(), with(json!({"envelope": "data"})));
    let step = relation.client_credentials(&[], now());
    let answer = |_: &Request| {
        Event::Response(json_response(200, &json!({"data": {"access_token": "at", "token_type": "Bearer"}, "x": 1})))
    };
    let (result, _) = drive(&mut relation, step, answer);
    assert_eq!(result.unwrap().response().access_token.expose(), "at");
}

fn login(provider: Value, issuer: &str, changes: Value) -> Result<Tokens, Error> {
    let mut relation = Relation::new(
        server_with(json!({"issuer": issuer, "authorization_response_iss_parameter_supported": null})),
        with(provider),
    );
    let pending = authorization::start(&relation.server, &relation.client, &[], &ENTROPY).unwrap().pending;
    let callback = callback().replace("&iss=https%3A%2F%2Fop.example", "");
    let step = relation.callback(&callback, pending, now());
    let mut claims = claims();
    merge(&mut claims, changes);
    drive(&mut relation, step, |request| {
        Event::Response(if request.url.ends_with("/jwks") { json_response(200, &jwks()) } else { token_response(&claims) })
    })
    .0
}

#[wasm_bindgen_test(unsupported = test)]
fn a_named_issuer_is_accepted_and_no_other() {
    let google = json!({"issuers": ["accounts.google.example"]});
    assert!(login(google.clone(), "https://op.example", json!({"iss": "accounts.google.example"})).is_ok());
    let error = login(google, "https://op.example", json!({"iss": "https://evil.example"})).unwrap_err();
    assert_eq!(error.code(), Code::IssuerMismatch);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_tenant_is_filled_in_from_the_token_and_brings_nothing_along() {
    let entra = json!({"issuers": ["https://login.example/{tenantid}/v2.0"]});
    let common = "https://login.example/{tenantid}/v2.0";
    let with = |iss: &str, tid: Value| login(entra.clone(), common, json!({"iss": iss, "tid": tid}));
    assert!(
        with("https://login.example/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0", json!("8eaef023-2b34-4da1-9baa-8bc8c9d6a490"))
            .is_ok()
    );
    for (iss, tid) in [
        ("https://login.example/one/v2.0", json!("other")),
        ("https://login.example/one/v2.0", Value::Null),
        ("https://login.example/{tenantid}/v2.0", json!("{tenantid}")),
        ("https://login.example//v2.0", json!("")),
        ("https://login.example/a/b/v2.0", json!("a/b")),
        ("https://evil.example/one/v2.0", json!("one")),
    ] {
        assert_eq!(with(iss, tid.clone()).unwrap_err().code(), Code::IssuerMismatch, "{iss} {tid}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_document_for_all_tenants_is_found_only_with_its_preset() {
    let mut document = metadata();
    merge(&mut document, json!({"issuer": "https://login.example/{tenantid}/v2.0"}));
    for (provider, accepted) in [(json!({"issuers": ["https://login.example/{tenantid}/v2.0"]}), true), (json!({}), false)] {
        let mut relation = Relation::undiscovered(with(provider));
        let step = relation.discover("https://login.example/common/v2.0");
        let (result, _) = drive(&mut relation, step, |_| Event::Response(json_response(200, &document)));
        assert_eq!(result.is_ok(), accepted);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_preset_changes_nothing() {
    assert_eq!(client().provider, Preset::default());
    assert!(Preset::default().accepts_issuer("https://a.example", "https://a.example", None));
    assert!(!Preset::default().accepts_issuer("https://b.example", "https://a.example", Some("x")));
}
