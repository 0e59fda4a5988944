//! Attacks on JWTs and logins that RFC 8725 and RFC 9700 describe and that are no single step of another specification: each tried as an attacker would.

use grantkit::{
    error::Code,
    flow::{Event, Relation},
    http::Request,
    limits,
    oauth::{authorization, client::Authentication, metadata::Metadata},
    secret::Secret,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ENTROPY, NOW, callback, claims, client, drive, drive_watched, hmac, json_response, jwk, jwks, key, merge, metadata, now,
    server, sign, sign_with,
};

/// Logs in with this ID token: how it ended, and where requests went.
fn log_in(token: &str, authentication: Authentication) -> (Result<(), Code>, Vec<String>) {
    let mut client = client();
    client.authentication = authentication;
    let mut relation = Relation::new(server(), client);
    let pending = authorization::start(&relation.server, &relation.client, &[], &ENTROPY).unwrap().pending;
    let step = relation.callback(&callback(), pending, now());
    let body = json!({"access_token": "at", "token_type": "Bearer", "id_token": token});
    let (result, sent) = drive(&mut relation, step, |request| {
        let keys = request.url.ends_with("/jwks");
        Event::Response(json_response(200, &if keys { jwks() } else { body.clone() }))
    });
    (result.map(|_| ()).map_err(|error| error.code()), sent.into_iter().map(|request| request.url).collect())
}

fn refused(token: &str) -> Code {
    log_in(token, Authentication::None).0.unwrap_err()
}

fn unsigned(header: &Value, signature: &str) -> String {
    let signed = sign_with(&key(), header, &claims());
    format!("{}.{signature}", signed.rsplit_once('.').unwrap().0)
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc8725_2_1_no_spelling_of_none_is_an_algorithm() {
    for none in ["none", "None", "NONE", "nOnE", "none ", ""] {
        for signature in ["", "AAAA"] {
            assert_eq!(refused(&unsigned(&json!({"alg": none}), signature)), Code::AlgorithmRefused, "{none}");
        }
    }
    assert_eq!(refused(&unsigned(&json!({}), "")), Code::MalformedJwt);
    assert_eq!(refused(&unsigned(&json!({"alg": ["none"]}), "")), Code::MalformedJwt);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc8725_2_1_a_public_key_is_no_hmac_secret() {
    let public = jwk(&key(), "k1");
    for secret in [public.to_string(), public["x"].as_str().unwrap().into(), String::new()] {
        let input = unsigned(&json!({"alg": "HS256", "kid": "k1"}), "");
        let input = input.trim_end_matches('.');
        let token = format!("{input}.{}", hmac(&secret, input));
        assert_eq!(refused(&token), Code::AlgorithmRefused);
        // Also where there is a secret, and it would even be the right one: nobody agreed on HMAC.
        let own = Authentication::SecretPost(Secret::new(format!("{secret}x")));
        assert_eq!(log_in(&token, own).0, Err(Code::AlgorithmRefused));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc8725_3_10_no_key_and_no_address_in_a_token_is_followed() {
    let evil = super::world::other_key();
    for header in [
        json!({"alg": "ES256", "kid": "k1", "jwk": jwk(&evil, "k1")}),
        json!({"alg": "ES256", "kid": "k1", "jku": "https://evil.example/jwks"}),
        json!({"alg": "ES256", "kid": "k1", "x5u": "https://evil.example/x5u", "x5c": ["AAAA"]}),
        json!({"alg": "ES256", "kid": "k1", "iss": "https://evil.example"}),
    ] {
        let (result, sent) = log_in(&sign_with(&evil, &header, &claims()), Authentication::None);
        assert_eq!(result, Err(Code::SignatureInvalid));
        assert_eq!(sent, ["https://op.example/jwks", "https://op.example/token"]);
    }
    for kid in ["../../etc/passwd", "k1' OR '1'='1", "https://evil.example/jwks"] {
        let token = sign_with(&evil, &json!({"alg": "ES256", "kid": kid}), &claims());
        assert_eq!(refused(&token), Code::KeyNotFound);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_server_with_many_keys_makes_us_verify_with_a_few() {
    let mut relation = Relation::new(server(), client());
    let pending = authorization::start(&relation.server, &relation.client, &[], &ENTROPY).unwrap().pending;
    let step = relation.callback(&callback(), pending, now());
    let many: Vec<_> = (0..50).map(|number| jwk(&super::world::other_key(), &format!("k{number}"))).collect();
    let body =
        json!({"access_token": "at", "token_type": "Bearer", "id_token": sign_with(&key(), &json!({"alg": "ES256"}), &claims())});
    let answer = |request: &Request| {
        let keys = request.url.ends_with("/jwks");
        Event::Response(json_response(200, &if keys { json!({"keys": many}) } else { body.clone() }))
    };
    let mut verified = 0;
    let mut witness = |what: &dyn core::fmt::Debug| verified += usize::from(format!("{what:?}").starts_with("Verify("));
    let (result, _) = drive_watched(&mut relation, step, answer, &mut witness);
    assert_eq!(result.unwrap_err().code(), Code::SignatureInvalid);
    assert_eq!(verified, limits::KEY_CANDIDATES);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc7515_4_1_11_what_is_critical_and_unknown_is_refused_before_anything_else_of_it_is_believed() {
    for critical in [json!(["b64"]), json!(["exp"]), json!([]), json!("b64"), json!(1)] {
        let token = sign_with(&key(), &json!({"alg": "ES256", "kid": "k1", "crit": critical, "b64": false}), &claims());
        assert_eq!(refused(&token), Code::UnknownCriticalHeader, "{critical}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc8725_2_8_a_token_of_one_kind_is_none_of_another() {
    let mut relation = Relation::new(server(), client());
    let mut judge = |token: &str| {
        let step = relation.validate_logout_token(token, now());
        drive(&mut relation, step, |_| Event::Response(json_response(200, &jwks()))).0.map(|_| ()).map_err(|error| error.code())
    };
    let mut logout = claims();
    merge(&mut logout, json!({"nonce": null, "jti": "1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}));
    assert_eq!(judge(&sign(&logout)), Ok(()), "the one that is one");
    assert_eq!(judge(&sign(&claims())), Err(Code::InvalidMember), "an ID token is no logout token");
    let access = sign_with(&key(), &json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"}), &logout);
    assert_eq!(judge(&access), Err(Code::TypeMismatch), "an access token is no logout token");
    assert_eq!(refused(&sign(&logout)), Code::NonceMismatch, "a logout token is no ID token of this login");
    let mut twice = sign_with(&key(), &json!({"alg": "ES256", "kid": "k1"}), &json!({"iat": NOW}));
    twice.push_str(".AAAA.AAAA");
    assert_eq!(refused(&twice), Code::EncryptedJwt, "five parts are no signed token");
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9700_4_8_a_server_that_says_nothing_of_pkce_gets_it_all_the_same() {
    for changes in
        [json!({"code_challenge_methods_supported": null}), json!({"code_challenge_methods_supported": ["plain", "S256"]})]
    {
        let mut document = metadata();
        merge(&mut document, changes);
        let mut relation = Relation::new(Metadata::parse(&document.to_string()).unwrap(), client());
        let step = relation.authorize(&[]);
        let (url, pending) = drive(&mut relation, step, |_| panic!("nothing is sent")).0.unwrap();
        assert!(url.contains("code_challenge=") && url.contains("code_challenge_method=S256"), "{url}");
        let step = relation.callback(&callback(), pending, now());
        let (_, sent) = drive(&mut relation, step, |request| {
            Event::Response(json_response(if request.url.ends_with("/jwks") { 200 } else { 400 }, &jwks()))
        });
        assert!(sent.iter().any(|request| request.body.as_ref().is_some_and(|body| body.expose().contains("code_verifier="))));
    }
}
