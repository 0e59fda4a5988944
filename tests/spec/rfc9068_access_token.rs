//! RFC 9068 §4 and RFC 9449 §4.3, §7: what a resource server does with a request.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    jose::{jwk::Jwk, jws::Algorithm},
    oauth::access_token::{Expected, Received},
    text::{base64url, json::Object},
};
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{
    ISSUER, NOW, client, drive, json_response, jwk, jwks, key, merge, now, other_key, own_key, server, sign_with,
};

const RESOURCE: &str = "https://rs.example/";

fn head() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"})
}

/// Much as the example of RFC 9068 §2.2.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "5ba552d67", "aud": RESOURCE, "exp": NOW + 300, "iat": NOW, "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
        "client_id": "s6BhdRkqt3", "scope": "openid profile reademail"
    })
}

fn thumbprint(key: &SigningKey) -> String {
    Jwk::parse(&Object::parse(&jwk(key, "k").to_string()).unwrap()).unwrap().thumbprint()
}

fn bound_claims() -> Value {
    let mut claims = claims();
    merge(&mut claims, json!({"cnf": {"jkt": thumbprint(&own_key())}}));
    claims
}

fn expected() -> Expected {
    Expected { audience: RESOURCE.into(), ..Expected::default() }
}

fn bearer(token: &str) -> Received {
    Received {
        method: "GET".into(),
        url: "https://rs.example/orders?page=2".into(),
        authorization: Some(format!("Bearer {token}")),
        dpop: None,
    }
}

fn validate(received: &Received, expected: &Expected) -> Result<Value, Error> {
    let mut relation = Relation::new(server(), client());
    let step = relation.validate_access_token(received, expected, now());
    let (result, _) = drive(&mut relation, step, |_| Event::Response(json_response(200, &jwks())));
    result.map(|json| serde_json::from_str(&json).unwrap())
}

fn about(error: &Error) -> (Code, Option<&str>) {
    assert_eq!(error.report().phase, Phase::AccessToken);
    (error.code(), error.report().about.as_deref())
}

#[wasm_bindgen_test(unsupported = test)]
fn an_access_token_for_this_resource_is_taken() {
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        let mut head = head();
        merge(&mut head, json!({"typ": typ}));
        let judged = validate(&bearer(&sign_with(&key(), &head, &claims())), &expected()).unwrap();
        assert_eq!(judged, json!({"claims": claims()}));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9068_section_4_each_rule_refuses_what_breaks_it() {
    for (changes, code, name) in [
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"aud": "app"}), Code::AudienceMismatch, "aud"),
        (json!({"aud": ["https://other.example"]}), Code::AudienceMismatch, "aud"),
        (json!({"exp": NOW - 60}), Code::TokenExpired, "exp"),
        (json!({"iat": NOW + 60}), Code::IssuedInFuture, "iat"),
        (json!({"iss": null}), Code::InvalidMember, "iss"),
        (json!({"aud": null}), Code::InvalidMember, "aud"),
        (json!({"exp": null}), Code::InvalidMember, "exp"),
        (json!({"iat": null}), Code::InvalidMember, "iat"),
        (json!({"sub": null}), Code::InvalidMember, "sub"),
        (json!({"client_id": null}), Code::InvalidMember, "client_id"),
        (json!({"jti": null}), Code::InvalidMember, "jti"),
        // What says that the token is bound, and cannot be read, makes no Bearer token of it.
        (json!({"cnf": "jkt"}), Code::InvalidMember, "cnf"),
        (json!({"cnf": {"jkt": 1}}), Code::InvalidMember, "cnf"),
    ] {
        let mut claims = claims();
        merge(&mut claims, changes);
        let error = validate(&bearer(&sign_with(&key(), &head(), &claims)), &expected()).unwrap_err();
        assert_eq!(about(&error), (code, Some(name)));
    }
    for (key, changes, code) in [
        (key(), json!({"typ": null}), Code::TypeMismatch),
        (key(), json!({"typ": "JWT"}), Code::TypeMismatch),
        (key(), json!({"alg": "none"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "HS256"}), Code::AlgorithmRefused),
        (key(), json!({"alg": "ES384"}), Code::AlgorithmRefused),
        (key(), json!({"kid": "k2"}), Code::KeyNotFound),
        (other_key(), json!({}), Code::SignatureInvalid),
    ] {
        let mut head = head();
        merge(&mut head, changes);
        let error = validate(&bearer(&sign_with(&key, &head, &claims())), &expected()).unwrap_err();
        assert_eq!(error.code(), code, "{head}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn algorithms_that_the_caller_names_are_the_only_ones() {
    let token = bearer(&sign_with(&key(), &head(), &claims()));
    let with = |algorithm| Expected { algorithms: vec![algorithm], ..expected() };
    assert!(validate(&token, &with(Algorithm::Es256)).is_ok());
    assert_eq!(validate(&token, &with(Algorithm::Rs256)).unwrap_err().code(), Code::AlgorithmRefused);
}

#[wasm_bindgen_test(unsupported = test)]
fn scope_is_compared_where_it_is_asked_for() {
    let token = bearer(&sign_with(&key(), &head(), &claims()));
    for (scope, taken) in [("", true), ("profile", true), ("reademail openid", true), ("read", false), ("profile admin", false)] {
        let result = validate(&token, &Expected { scope: scope.into(), ..expected() });
        assert_eq!(result.map_err(|error| error.code()).err(), (!taken).then_some(Code::InsufficientScope), "{scope}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc6750_section_2_1_there_is_one_token_in_one_header() {
    for authorization in
        [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic YTpi"), Some("Bearer a, Bearer b"), Some("Bearer a b")]
    {
        let received = Received { authorization: authorization.map(Into::into), ..bearer("") };
        let error = validate(&received, &expected()).unwrap_err();
        assert_eq!(about(&error), (Code::MissingAccessToken, Some("authorization")), "{authorization:?}");
    }
}

fn proof_head(key: &SigningKey) -> Value {
    let mut public = jwk(key, "k");
    merge(&mut public, json!({"kid": null, "use": null, "alg": null}));
    json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": public})
}

fn proof_claims(token: &str) -> Value {
    json!({
        "jti": "e1j3V_bKic8-LAEB", "htm": "GET", "htu": "https://rs.example/orders", "iat": NOW,
        "ath": base64url::encode(&Sha256::digest(token)), "nonce": "n1"
    })
}

fn bound(token: &str, proof: &str) -> Received {
    Received { authorization: Some(format!("DPoP {token}")), dpop: Some(proof.into()), ..bearer("") }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_4_3_a_bound_token_is_taken_with_its_proof() {
    let token = sign_with(&key(), &head(), &bound_claims());
    for changes in [
        json!({}),
        json!({"htu": "HTTPS://RS.EXAMPLE:443/./orders"}),
        json!({"htu": "https://rs.example/%6frders?page=1#x"}),
        json!({"iat": NOW - 60}),
        json!({"iat": NOW + 20}),
    ] {
        let mut claims = proof_claims(&token);
        merge(&mut claims, changes);
        let received = bound(&token, &sign_with(&own_key(), &proof_head(&own_key()), &claims));
        let judged = validate(&received, &Expected { nonce: Some("n1".into()), dpop: true, ..expected() }).unwrap();
        assert_eq!(
            judged["dpop"],
            json!({"jti": "e1j3V_bKic8-LAEB", "iat": claims["iat"], "jkt": thumbprint(&own_key())}),
            "whether jti was seen before is the caller's to know"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_4_3_each_step_refuses_what_breaks_it() {
    let token = sign_with(&key(), &head(), &bound_claims());
    let with_nonce = Expected { nonce: Some("n1".into()), ..expected() };
    let refused = |header: &Value, claims: &Value, signer: &SigningKey| {
        let error = validate(&bound(&token, &sign_with(signer, header, claims)), &with_nonce).unwrap_err();
        assert_eq!(error.code(), Code::DpopProofRefused);
        about(&error).1.unwrap().to_string()
    };
    for (changes, name) in [
        (json!({"jti": null}), "jti"),
        (json!({"htm": null}), "htm"),
        (json!({"htm": "POST"}), "htm"),
        (json!({"htm": "get"}), "htm"),
        (json!({"htu": null}), "htu"),
        (json!({"htu": "https://rs.example/order"}), "htu"),
        (json!({"htu": "http://rs.example/orders"}), "htu"),
        (json!({"htu": "https://rs.example:8443/orders"}), "htu"),
        (json!({"htu": "/orders"}), "htu"),
        (json!({"iat": null}), "iat"),
        (json!({"iat": "now"}), "iat"),
        (json!({"iat": NOW - 91}), "iat"),
        (json!({"iat": NOW + 31}), "iat"),
        (json!({"nonce": null}), "nonce"),
        (json!({"nonce": "n0"}), "nonce"),
        (json!({"ath": null}), "ath"),
        (json!({"ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}), "ath"),
    ] {
        let mut claims = proof_claims(&token);
        merge(&mut claims, changes.clone());
        assert_eq!(refused(&proof_head(&own_key()), &claims, &own_key()), name, "{changes}");
    }
    let private = base64url::encode(&own_key().to_bytes());
    let mut with_private = proof_head(&own_key());
    with_private["jwk"]["d"] = json!(private);
    for (header, signer, name) in [
        (json!({"typ": "JWT"}), own_key(), "typ"),
        (json!({"typ": null}), own_key(), "typ"),
        (json!({"alg": "none"}), own_key(), "dpop"),
        (json!({"alg": "HS256"}), own_key(), "alg"),
        (json!({"alg": "RS256"}), own_key(), "jwk"),
        (json!({"jwk": null}), own_key(), "jwk"),
        (json!({"jwk": {"kty": "oct", "k": "AAAA"}}), own_key(), "jwk"),
        (json!({"jwk": with_private["jwk"]}), own_key(), "jwk"),
        (json!({"crit": ["x"]}), own_key(), "dpop"),
        (json!({}), other_key(), "signature"),
        (proof_head(&other_key()), other_key(), "jkt"),
    ] {
        let mut head = proof_head(&own_key());
        merge(&mut head, header);
        assert_eq!(refused(&head, &proof_claims(&token), &signer), name, "{head}");
    }
    let proof = sign_with(&own_key(), &proof_head(&own_key()), &proof_claims(&token));
    for header in [None, Some(""), Some("x")] {
        let received = Received { dpop: header.map(Into::into), ..bound(&token, "") };
        assert_eq!(about(&validate(&received, &with_nonce).unwrap_err()), (Code::DpopProofRefused, Some("dpop")));
    }
    let two = bound(&token, &format!("{proof}, {proof}"));
    assert_eq!(about(&validate(&two, &with_nonce).unwrap_err()), (Code::DpopProofRefused, Some("dpop")), "two headers");
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9449_section_7_2_a_bound_token_is_no_bearer_token_and_the_other_way_round() {
    let bound_token = sign_with(&key(), &head(), &bound_claims());
    assert_eq!(validate(&bearer(&bound_token), &expected()).unwrap_err().code(), Code::TokenNotBound);
    let token = sign_with(&key(), &head(), &claims());
    let proof = sign_with(&own_key(), &proof_head(&own_key()), &proof_claims(&token));
    assert_eq!(validate(&bound(&token, &proof), &expected()).unwrap_err().code(), Code::TokenNotBound);
    let insisting = Expected { dpop: true, ..expected() };
    assert_eq!(validate(&bearer(&token), &insisting).unwrap_err().code(), Code::TokenNotBound);
}
