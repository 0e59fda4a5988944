//! OpenID Connect Core §3.1.3.7: the ID token, step by step. Each step has a token that breaks it, and the code that says so.

use grantkit::{
    error::{Code, Error, Phase},
    jose::jws::Algorithm,
    oauth::{
        client::{Authentication, Client, IdTokenSignature},
        token::Expected,
    },
    oidc::id_token::{self, Judged},
    secret::Secret,
    text::base64url,
    time::Leeway,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{NOW, claims, client, hmac, key, merge, nonce, now, server, sign, sign_with};

fn expected() -> Expected {
    Expected { nonce: Some(Secret::new(nonce())), ..Expected::default() }
}

fn judge_as(token: &str, expected: &Expected, client: &Client) -> Result<Judged, Error> {
    id_token::judge(&Secret::new(token), &Secret::new("at"), expected, &server(), client, now())
}

fn judge(changes: Value) -> Result<Judged, Error> {
    let mut claims = claims();
    merge(&mut claims, changes);
    judge_as(&sign(&claims), &expected(), &client())
}

fn refused(changes: Value) -> (Code, Option<String>) {
    let error = judge(changes).unwrap_err();
    assert_eq!(error.report().phase, Phase::IdToken);
    (error.code(), error.report().about.clone())
}

fn checks(judged: &Judged) -> Vec<&'static str> {
    judged.checks.iter().map(|check| check.as_str()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_good_token_passes_and_names_its_checks() {
    let judged = judge(json!({})).unwrap();
    assert_eq!(
        checks(&judged),
        ["id_token_issuer", "id_token_audience", "id_token_algorithm", "id_token_expiry", "id_token_issued_at", "id_token_nonce",]
    );
    assert!(judged.signature.is_some(), "its signature is still to be verified");
    assert_eq!(serde_json::from_str::<Value>(&judged.claims).unwrap(), claims());
}

#[wasm_bindgen_test(unsupported = test)]
fn each_step_refuses_what_breaks_it() {
    let about = |name: &str| Some(name.to_string());
    for (changes, code, claim) in [
        // The claims that §2 requires.
        (json!({"iss": null}), Code::InvalidMember, "iss"),
        (json!({"sub": null}), Code::InvalidMember, "sub"),
        (json!({"sub": ""}), Code::InvalidMember, "sub"),
        (json!({"sub": 123}), Code::InvalidMember, "sub"),
        (json!({"sub": ["alice"]}), Code::InvalidMember, "sub"),
        (json!({"aud": null}), Code::InvalidMember, "aud"),
        (json!({"exp": null}), Code::InvalidMember, "exp"),
        (json!({"iat": null}), Code::InvalidMember, "iat"),
        // 2
        (json!({"iss": "https://evil.example"}), Code::IssuerMismatch, "iss"),
        (json!({"iss": "https://op.example/"}), Code::IssuerMismatch, "iss"),
        (json!({"iss": ["https://op.example"]}), Code::IssuerMismatch, "iss"),
        // 3
        (json!({"aud": "other"}), Code::AudienceMismatch, "aud"),
        (json!({"aud": []}), Code::AudienceMismatch, "aud"),
        (json!({"aud": ["other"]}), Code::AudienceMismatch, "aud"),
        (json!({"aud": {"app": 1}}), Code::AudienceMismatch, "aud"),
        // 4, 5
        (json!({"aud": ["app", "other"]}), Code::AuthorizedPartyMismatch, "azp"),
        (json!({"azp": "other"}), Code::AuthorizedPartyMismatch, "azp"),
        // 9
        (json!({"exp": NOW - 30}), Code::TokenExpired, "exp"),
        (json!({"exp": "later"}), Code::InvalidMember, "exp"),
        (json!({"nbf": NOW + 31}), Code::IssuedInFuture, "nbf"),
        // 10
        (json!({"iat": NOW + 31}), Code::IssuedInFuture, "iat"),
        (json!({"iat": "now"}), Code::InvalidMember, "iat"),
        // 11
        (json!({"nonce": null}), Code::NonceMismatch, "nonce"),
        (json!({"nonce": "other"}), Code::NonceMismatch, "nonce"),
        (json!({"nonce": 1}), Code::NonceMismatch, "nonce"),
        // §3.1.3.8
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), Code::AccessTokenHashMismatch, "at_hash"),
        (json!({"at_hash": 1}), Code::AccessTokenHashMismatch, "at_hash"),
    ] {
        assert_eq!(refused(changes.clone()), (code, about(claim)), "{changes}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_step_passes_at_its_edge() {
    for changes in [
        json!({"aud": ["app"]}),
        json!({"aud": ["app", "other"], "azp": "app"}),
        json!({"azp": "app"}),
        json!({"exp": NOW - 29}),
        json!({"iat": NOW + 30}),
        json!({"nbf": NOW + 30}),
        json!({"iat": 1_800_000_000.5}),
    ] {
        assert!(judge(changes.clone()).is_ok(), "{changes}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn leeway_widens_times_and_is_bounded() {
    let mut patient = client();
    patient.leeway = Leeway::from_seconds(300).unwrap();
    let mut claims = claims();
    claims["exp"] = (NOW - 299).into();
    assert!(judge_as(&sign(&claims), &expected(), &patient).is_ok());
    assert!(Leeway::from_seconds(301).is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn step_7_an_algorithm_that_was_not_agreed_on_is_refused() {
    let with_alg = |alg: &str| sign_with(&key(), &json!({"alg": alg, "kid": "k1"}), &claims());
    for alg in ["ES384", "PS256", "HS256", "EdDSA"] {
        let error = judge_as(&with_alg(alg), &expected(), &client()).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::AlgorithmRefused, Some("alg")), "{alg}");
    }
    let mut registered = client();
    registered.id_token_algorithm = Some(Algorithm::Es384);
    assert!(judge_as(&with_alg("ES384"), &expected(), &registered).is_ok());
    assert_eq!(judge_as(&with_alg("ES256"), &expected(), &registered).unwrap_err().code(), Code::AlgorithmRefused);
}

#[wasm_bindgen_test(unsupported = test)]
fn step_8_hmac_is_verified_here_with_the_client_secret_and_only_on_request() {
    let signed = format!("{}.{}", base64url::encode(br#"{"alg":"HS256"}"#), base64url::encode(claims().to_string().as_bytes()));
    let token = format!("{signed}.{}", hmac("secret", &signed));
    let mut registered = client();
    registered.id_token_algorithm = Some(Algorithm::Hs256);
    assert_eq!(judge_as(&token, &expected(), &registered).unwrap_err().code(), Code::AlgorithmRefused, "without a secret");
    registered.authentication = Authentication::SecretPost(Secret::new("secret"));
    let judged = judge_as(&token, &expected(), &registered).unwrap();
    assert!(judged.signature.is_none() && checks(&judged).contains(&"id_token_signature"));
    registered.authentication = Authentication::SecretPost(Secret::new("other"));
    assert_eq!(judge_as(&token, &expected(), &registered).unwrap_err().code(), Code::SignatureInvalid);
    // The public key as an HMAC secret: RFC 8725 §2.1.
    let mut unregistered = client();
    unregistered.authentication = Authentication::SecretPost(Secret::new("secret"));
    assert_eq!(judge_as(&token, &expected(), &unregistered).unwrap_err().code(), Code::AlgorithmRefused);
}

#[wasm_bindgen_test(unsupported = test)]
fn step_6_tls_vouches_on_request_and_says_so() {
    let mut client = client();
    client.id_token_signature = IdTokenSignature::Tls;
    let judged = judge_as(&sign(&claims()), &expected(), &client).unwrap();
    assert!(judged.signature.is_none());
    assert!(checks(&judged).contains(&"id_token_tls") && !checks(&judged).contains(&"id_token_signature"));
    let none = format!("{}.{}.", base64url::encode(br#"{"alg":"none"}"#), base64url::encode(claims().to_string().as_bytes()));
    assert_eq!(
        judge_as(&none, &expected(), &client).unwrap_err().code(),
        Code::AlgorithmRefused,
        "alg none is refused all the same"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn step_13_the_time_of_authentication_is_judged_where_max_age_was_asked_for() {
    let within = |auth_time: Value| {
        let mut claims = claims();
        merge(&mut claims, json!({"auth_time": auth_time}));
        judge_as(&sign(&claims), &Expected { max_age: Some(60), ..expected() }, &client())
            .map(|judged| checks(&judged).contains(&"id_token_auth_time"))
    };
    assert_eq!(within((NOW - 90).into()), Ok(true));
    assert_eq!(within((NOW - 91).into()).unwrap_err().code(), Code::AuthenticationTooOld);
    assert_eq!(within(Value::Null).unwrap_err().code(), Code::InvalidMember);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_access_token_hash_is_half_a_hash_of_the_algorithm() {
    for (alg, hash) in [
        ("ES256", half_hash::<sha2::Sha256>()),
        ("ES384", half_hash::<sha2::Sha384>()),
        ("ES512", half_hash::<sha2::Sha512>()),
        ("EdDSA", half_hash::<sha2::Sha512>()),
    ] {
        let mut claims = claims();
        claims["at_hash"] = hash.into();
        let mut registered = client();
        registered.id_token_algorithm = Algorithm::parse(alg);
        let token = sign_with(&key(), &json!({"alg": alg}), &claims);
        let judged = judge_as(&token, &expected(), &registered).unwrap();
        assert!(checks(&judged).contains(&"id_token_access_token_hash"), "{alg}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_a_3_and_a_4_hash_the_access_token_and_the_code_so() {
    let vector: Value = serde_json::from_str(include_str!("../vectors/oidc_core.json")).unwrap();
    for (part, value, hash) in [("A.3", "access_token", "at_hash"), ("A.4", "code", "c_hash")] {
        let digest = Algorithm::Rs256.hash(vector[part][value].as_str().unwrap());
        assert_eq!(base64url::encode(&digest[..digest.len() / 2]), vector[part][hash].as_str().unwrap());
    }
    let token = vector["A.3"]["access_token"].as_str().unwrap();
    let mut claims = claims();
    claims["at_hash"] = vector["A.3"]["at_hash"].clone();
    let judge =
        |token: &str| id_token::judge(&Secret::new(sign(&claims)), &Secret::new(token), &expected(), &server(), &client(), now());
    assert!(judge(token).is_ok());
    assert_eq!(judge("another").unwrap_err().code(), Code::AccessTokenHashMismatch);
}

fn half_hash<D: sha2::Digest>() -> String {
    let digest = D::digest("at");
    base64url::encode(&digest[..digest.len() / 2])
}

#[wasm_bindgen_test(unsupported = test)]
fn section_12_2_a_refreshed_token_speaks_of_the_same_user() {
    let after = |subject: &str| {
        let expected = Expected { subject: Some(subject.into()), ..Expected::default() };
        judge_as(&sign(&claims()), &expected, &client()).map(|judged| checks(&judged).contains(&"id_token_subject"))
    };
    assert_eq!(after("alice"), Ok(true));
    assert_eq!(after("mallory").unwrap_err().code(), Code::SubjectMismatch);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_id_token_is_refused() {
    for (token, code) in [
        ("", Code::MalformedJwt),
        ("a.b.c", Code::MalformedJwt),
        ("a.b.c.d.e", Code::EncryptedJwt),
        ("eyJhbGciOiJFUzI1NiJ9.W10.AAAA", Code::MalformedJwt),
    ] {
        assert_eq!(judge_as(token, &expected(), &client()).unwrap_err().code(), code, "{token}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_issuer_check_can_be_given_up_under_its_ugly_name_alone() {
    let mut careless = client();
    careless.dangerously_skip_issuer_check = true;
    let mut claims = claims();
    claims["iss"] = "https://other.example".into();
    let judged = judge_as(&sign(&claims), &expected(), &careless).unwrap();
    assert!(!checks(&judged).contains(&"id_token_issuer"));
}
