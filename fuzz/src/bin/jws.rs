//! RFC 7515 and RFC 8725: a token that `jsonwebtoken` takes and we refuse, or the other way round, has a reason that we name.
#![no_main]

use grantkit::{
    error::Code,
    jose::{jws, jws::Jws, jwt::Claims},
    text::json::Object,
    time::Leeway,
};
use grantkit_fuzz::{CLIENT_SECRET, ISSUER, NOW};
use jsonwebtoken::{DecodingKey, Validation};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(jws) = Jws::parse(text) {
        // Nobody signed it.
        assert!(!jws.verify_hmac(CLIENT_SECRET));
    }
    // A header and claims that somebody signed, with our secret.
    let Some((header, claims)) = text.split_once('\n') else { return };
    let input = jws::signing_input(header, claims);
    let signature = jws::hmac(CLIENT_SECRET, &input);
    let token = jws::compact(input, &signature);
    let ours = judge(token.expose());
    let theirs = theirs(token.expose());
    match (&ours, &theirs) {
        (Ok(()), None) => assert!(!is_plain_header(header) || !is_plain_claims(claims), "only we take {text}"),
        (Err(code), Some(_)) => assert!(is_our_reason(*code, header, claims), "only they take {text}: {code:?}"),
        (Ok(()), Some(_)) | (Err(_), None) => {}
    }
});

fn judge(token: &str) -> Result<(), Code> {
    let jws = Jws::parse(token)?;
    if !jws.verify_hmac(CLIENT_SECRET) {
        return Err(Code::SignatureInvalid);
    }
    let claims = Claims::parse(&jws.payload).ok_or(Code::MalformedJwt)?;
    if !claims.is("iss", ISSUER) {
        return Err(Code::IssuerMismatch);
    }
    if !claims.audience("app").0 {
        return Err(Code::AudienceMismatch);
    }
    claims.check_times(NOW, Leeway::default()).map_err(|(code, _)| code)
}

fn theirs(token: &str) -> Option<Map<String, Value>> {
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_audience(&["app"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["aud", "iss"]);
    // They look at the clock themselves.
    validation.validate_exp = false;
    jsonwebtoken::decode(token, &DecodingKey::from_secret(CLIENT_SECRET.as_bytes()), &validation).ok().map(|data| data.claims)
}

/// They read every member that is registered, and refuse the token where one is of another type.
fn is_plain_header(header: &str) -> bool {
    Object::parse(header).is_some_and(|header| header.iter().all(|(name, value)| name == "alg" || value.string().is_some()))
}

fn is_plain_claims(claims: &str) -> bool {
    Object::parse(claims).is_some_and(|claims| {
        let lists = |value: grantkit::text::json::Raw<'_>| {
            value.array().is_some_and(|list| list.iter().any(|one| one.string().is_none()))
        };
        claims.iter().all(|(name, value)| name != "aud" || !lists(value))
    })
}

/// What is stricter here: critical headers, repeated members, times, one issuer, depth.
fn is_our_reason(code: Code, header: &str, claims: &str) -> bool {
    matches!(code, Code::UnknownCriticalHeader | Code::TokenExpired | Code::IssuedInFuture | Code::InvalidMember)
        || (code == Code::MalformedJwt && (Object::parse(header).is_none() || Object::parse(claims).is_none()))
        || (code == Code::IssuerMismatch && claims.contains('['))
}
