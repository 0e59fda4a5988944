//! FAPI 2.0 Security Profile: one option, and everything outside of it is refused before it is sent.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation, Signer, Step, Tokens},
    http::Request,
    jose::{
        jwk::OwnKey,
        jws::{Algorithm, Jws},
    },
    js::convert,
    oauth::{
        client::{Authentication, BasicEncoding, Client},
        pkce::Verifier,
    },
    secret::Secret,
    text::{form, json::Object},
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, callback, claims, client, drive, json_response, jwks, key, merge, now, server_with, sign, sign_with, state,
};

fn fapi() -> Client {
    let mut client = client();
    client.fapi2 = true;
    client.authentication = Authentication::PrivateKeyJwt(None);
    client.dpop = true;
    client
}

fn relation(client: Client) -> Relation {
    let server = json!({
        "pushed_authorization_request_endpoint": "https://op.example/par",
        "device_authorization_endpoint": "https://op.example/device",
        "backchannel_authentication_endpoint": "https://op.example/bc",
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "authorization_response_iss_parameter_supported": null,
    });
    Relation::new(server_with(server), client)
}

fn answer(request: &Request, tokens: &Value) -> Event {
    Event::Response(match request.url.as_str() {
        "https://op.example/par" => json_response(201, &json!({"request_uri": "urn:x", "expires_in": 60})),
        "https://op.example/jwks" => json_response(200, &jwks()),
        _ => json_response(200, tokens),
    })
}

fn good() -> Value {
    json!({"access_token": "at", "token_type": "DPoP", "expires_in": 60, "id_token": sign(&claims())})
}

fn login(callback: &str, tokens: &Value) -> (Result<Tokens, Error>, Vec<Request>) {
    let mut relation = relation(fapi());
    let step = relation.authorize(&[]);
    let (begun, mut sent) = drive(&mut relation, step, |request| answer(request, tokens));
    let (_, pending) = begun.unwrap();
    let step = relation.callback(callback, pending, now());
    let (result, others) = drive(&mut relation, step, |request| answer(request, tokens));
    sent.extend(others);
    (result, sent)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_login_within_the_profile_is_pushed_proven_and_bound() {
    let (result, sent) = login(&callback(), &good());
    let checks: Vec<_> = result.unwrap().checks().iter().map(|check| check.as_str()).collect();
    for check in ["issuer_parameter", "pkce", "dpop_binding", "id_token_signature"] {
        assert!(checks.contains(&check), "{check}");
    }
    let urls: Vec<_> = sent.iter().map(|request| request.url.replace("https://op.example", "")).collect();
    assert_eq!(urls, ["/par", "/jwks", "/token"]);
    let pushed = form::parse(sent[0].body.as_ref().unwrap().expose());
    let value = |name: &str| pushed.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value);
    assert_eq!((value("response_type"), value("code_challenge_method")), ("code", "S256"));
    assert_eq!(value("code_challenge"), Verifier::new(&ENTROPY[2]).challenge());
    assert!(Jws::parse(value("client_assertion")).is_ok());
}

type Change = fn(&mut Client);

const OUTSIDE: [(Change, &str); 10] = [
    (|client| client.authentication = Authentication::None, "clientAuth"),
    (|client| client.authentication = Authentication::SecretBasic(Secret::new("s"), BasicEncoding::Rfc6749), "clientAuth"),
    (|client| client.authentication = Authentication::SecretJwt(Secret::new("s")), "clientAuth"),
    (|client| client.dpop = false, "dpop"),
    (|client| client.id_token_algorithm = Some(Algorithm::Rs256), "idTokenSignedResponseAlg"),
    (|client| client.dangerously_plain_pkce = true, "dangerouslyPlainPkce"),
    (|client| client.provider.without_pkce = true, "provider"),
    (|client| client.provider.token_endpoint_audience = true, "provider"),
    (|client| client.dangerously_allow_http = true, "dangerouslyAllowHttp"),
    (|client| client.dangerously_skip_issuer_check = true, "dangerouslySkipIssuerCheck"),
];

#[wasm_bindgen_test(unsupported = test)]
fn an_option_outside_of_the_profile_is_named_and_nothing_is_sent() {
    for (change, option) in OUTSIDE {
        let mut client = fapi();
        change(&mut client);
        let mut relation = relation(client);
        let step = relation.authorize(&[]);
        let (result, sent) = drive(&mut relation, step, |_| Event::Failed(Code::Network));
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref(), sent.len()), (Code::ProfileViolation, Some(option), 0));
        let error = relation.client_credentials(&[], now()).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::ProfileViolation, Some(option)));
        relation.client.fapi2 = false;
        assert!(relation.client_credentials(&[], now()).is_ok(), "{option}: without the profile it is nobody's business");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn mutual_tls_is_authentication_and_binding_in_one() {
    let mut client = fapi();
    (client.authentication, client.dpop) = (Authentication::Tls, false);
    assert!(relation(client).client_credentials(&[], now()).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn other_grants_are_outside() {
    let violated = |error: Error| (error.code(), error.report().about.clone().unwrap_or_default());
    let mut relation = relation(fapi());
    let grant = "grant_type".to_string();
    let error = relation.grant("password", &[], now()).unwrap_err();
    assert_eq!(violated(error), (Code::ProfileViolation, grant.clone()));
    let token: Vec<_> = ["subject_token", "subject_token_type"].map(|name| (name.to_string(), "x".to_string())).into();
    let error = relation.exchange_token(&token, now()).unwrap_err();
    assert_eq!(violated(error), (Code::ProfileViolation, grant));
    let error = relation.device_authorization(&[], now()).unwrap_err();
    assert_eq!(violated(error).0, Code::ProfileViolation);
    let error = relation.backchannel_authentication(&[("login_hint".into(), "x".into())], now()).unwrap_err();
    assert_eq!(violated(error).0, Code::ProfileViolation);
    assert!(relation.refresh(Secret::new("rt"), None, &[], now()).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_of_ours_signs_by_an_algorithm_of_the_profile() {
    for (signer, option) in [(Signer::Client, "clientAuth"), (Signer::Dpop, "dpop")] {
        let mut relation = relation(fapi());
        let mut step = relation.client_credentials(&[], now());
        let error = loop {
            let (effect, next) = match step {
                Err(error) => break error,
                Ok(Step::Done(_)) => panic!("tokens by a weak key"),
                Ok(Step::Ask(effect, next)) => (effect, next),
            };
            let event = match effect {
                grantkit::flow::Effect::Key(asked) if asked == signer => {
                    Event::Key(OwnKey { algorithm: Algorithm::Rs256, public: None })
                }
                effect => super::world::perform(effect, &mut Vec::new(), &mut |_: &Request| panic!("it was sent")),
            };
            step = next.resume(&mut relation, event, now());
        };
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::ProfileViolation, Some(option)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_callback_without_issuer_is_refused_whatever_the_server_promised() {
    let (result, sent) = login(&format!("https://app.example/cb?code=abc&state={}", state()), &good());
    assert_eq!(result.unwrap_err().code(), Code::MissingIssuer);
    assert_eq!(sent.len(), 1, "the code was not sent");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_id_token_by_another_algorithm_is_refused_though_the_server_lists_it() {
    let mut tokens = good();
    tokens["id_token"] = json!(sign_with(&key(), &json!({"alg": "RS256", "kid": "k1"}), &claims()));
    assert_eq!(login(&callback(), &tokens).0.unwrap_err().code(), Code::AlgorithmRefused);
}

#[wasm_bindgen_test(unsupported = test)]
fn departures_are_refused_as_with_strict() {
    let mut tokens = good();
    merge(&mut tokens, json!({"expires_in": "60"}));
    assert_eq!(login(&callback(), &tokens).0.unwrap_err().code(), Code::DeviationRefused);
    merge(&mut tokens, json!({"expires_in": 60, "token_type": "Bearer"}));
    assert_eq!(login(&callback(), &tokens).0.unwrap_err().code(), Code::TokenNotBound);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_profile_asks_for_pushed_requests() {
    let mut relation = Relation::new(server_with(json!({})), fapi());
    let step = relation.authorize(&[]);
    let error = drive(&mut relation, step, |_| Event::Failed(Code::Network)).0.unwrap_err();
    assert_eq!(
        (error.code(), error.report().about.as_deref()),
        (Code::UnsupportedByServer, Some("pushed_authorization_request_endpoint"))
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn from_javascript_it_is_refused_when_the_client_is_made() {
    let read = |options: Value| convert::client(&Object::parse(&options.to_string()).unwrap());
    let key = json!({"method": "private_key_jwt"});
    assert!(read(json!({"clientId": "app", "fapi2": true, "clientAuth": key, "dpop": true})).unwrap().fapi2);
    let error = read(json!({"clientId": "app", "fapi2": true, "clientAuth": key})).unwrap_err();
    assert_eq!(
        (error.code(), error.report().about.as_deref(), error.report().phase),
        (Code::ProfileViolation, Some("dpop"), Phase::Configuration)
    );
    assert_eq!(read(json!({"clientId": "app", "fapi2": "yes"})).unwrap_err().code(), Code::InvalidArgument);
}
