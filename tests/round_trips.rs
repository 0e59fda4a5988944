//! What is written is read again, whatever it is: round trips by the hundred, shrunk to the smallest that fails.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test stops where something is not as it should be")]

use grantkit::{
    http::Response,
    jose::jws::{self, Jws},
    oauth::token::TokenResponse,
    session::policy::{Refreshing, Session},
    text::{
        base64url,
        challenge::{self, Challenge},
        form,
        json::{Object, Raw, Writer},
        uri::{self, Uri},
    },
    time::{Timestamp, parse_http_date},
};
use proptest::prelude::*;
use serde_json::Value;

/// Parameters with what hurts: nothing, quotes, signs that encodings mean something by, and everything else that is text.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,20}", "[+&=%\"\\\\;,/]{0,8}"]
}

proptest! {
    #[test]
    fn bytes_are_read_from_base64url(bytes: Vec<u8>) {
        prop_assert_eq!(base64url::decode(&base64url::encode(&bytes)), Some(bytes));
    }

    #[test]
    fn pairs_are_read_from_a_form(pairs in prop::collection::vec((text(), text()), 1..6)) {
        let mut written = String::new();
        pairs.iter().for_each(|(name, value)| form::append(&mut written, name, value));
        prop_assert!(written.is_ascii() && !written.contains([' ', '"', '<']));
        prop_assert_eq!(form::parse(&written), pairs);
    }

    #[test]
    fn members_are_read_from_json(members in prop::collection::btree_map(text(), (text(), any::<i64>(), any::<bool>()), 0..6)) {
        let mut json = Writer::default();
        for (name, (text, number, flag)) in &members {
            let mut inner = Writer::default();
            inner.string("text", text).integer("number", *number).boolean("flag", *flag).list("list", [text.as_str(), ""].into_iter());
            json.raw(name, &inner.finish());
        }
        let json = json.finish();
        let theirs: Value = serde_json::from_str(&json).unwrap();
        let ours = Object::parse(&json).unwrap();
        for (name, (text, number, flag)) in &members {
            let inner = ours.get(name).and_then(Raw::object).unwrap();
            prop_assert!(inner.string("text").is_some_and(|read| read == *text));
            prop_assert_eq!(inner.get("number").and_then(Raw::integer), Some(*number));
            prop_assert_eq!(inner.get("flag").and_then(Raw::boolean), Some(*flag));
            prop_assert_eq!(theirs[name]["text"].as_str(), Some(text.as_str()));
            prop_assert_eq!(theirs[name]["list"][0].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn challenges_are_read_from_a_header(
        scheme in "[a-z]{1,10}",
        parameters in prop::collection::btree_map("[a-z_]{1,10}", "[\t -~]{0,20}", 1..5),
    ) {
        let quote = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
        let written: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quote(value))).collect();
        let expected = Challenge { scheme: scheme.clone(), token68: None, parameters: parameters.into_iter().collect() };
        let header = format!("{scheme} {}", written.join(", "));
        prop_assert_eq!(challenge::parse(&[header.as_str(), header.as_str()].join(", ")), Some(vec![expected.clone(), expected]));
    }

    #[test]
    fn a_token_that_was_signed_verifies_and_a_changed_one_does_not(payload in text(), secret in text(), at: prop::sample::Index) {
        let input = jws::signing_input(r#"{"alg":"HS256"}"#, &payload);
        let signature = jws::hmac(&secret, &input);
        let token = jws::compact(input, &signature);
        let jws = Jws::parse(token.expose()).unwrap();
        prop_assert_eq!(&jws.payload, &payload);
        let other = [&secret, "x"].concat();
        prop_assert!(jws.verify_hmac(&secret) && !jws.verify_hmac(&other));
        let mut changed = token.expose().as_bytes().to_vec();
        let at = at.index(changed.len());
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        prop_assert!(!Jws::parse(core::str::from_utf8(&changed).unwrap()).is_ok_and(|jws| jws.verify_hmac(&secret)));
    }

    #[test]
    fn tokens_are_read_from_what_they_were_written_as(
        access in "[!-~]{1,40}", refresh in prop::option::of("[!-~]{1,40}"), seconds in prop::option::of(0i64..1_000_000), extra in text(),
    ) {
        let mut json = Writer::default();
        json.string("access_token", &access).string("token_type", "Bearer").optional("refresh_token", refresh.as_deref());
        if let Some(seconds) = seconds {
            json.integer("expires_in", seconds);
        }
        json.string("extra", &extra);
        let response = |body: String| Response { status: 200, content_type: Some("application/json".into()), body: body.into(), ..Response::default() };
        let tokens = TokenResponse::parse(&response(json.finish()), true).unwrap();
        prop_assert_eq!((tokens.access_token.expose(), tokens.expires_in), (access.as_str(), seconds));
        let mut again = TokenResponse::parse(&response(tokens.json(&[]).finish()), true).unwrap();
        again.extra.retain(|(name, _)| name != "deviations");
        prop_assert_eq!(again, tokens);
    }

    #[test]
    fn a_session_is_read_from_what_it_was_written_as(times: [i64; 4], expires in any::<Option<i64>>(), failures: u32, which in 0..4usize) {
        let [began, used, obtained, not_before] = times.map(Timestamp::from_seconds);
        let refreshing = [Refreshing::Impossible, Refreshing::Once, Refreshing::Often, Refreshing::Doubtful][which];
        let session = Session { began, used, obtained, expires_at: expires.map(Timestamp::from_seconds), refreshing, failures, not_before };
        let json = session.to_json();
        prop_assert_eq!(Session::parse(&Object::parse(&json).unwrap()), Ok(session));
    }

    #[test]
    fn a_date_of_http_is_the_second_it_names(seconds in 0i64..253_402_300_800) {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(u64::try_from(seconds).unwrap());
        prop_assert_eq!(parse_http_date(&httpdate::fmt_http_date(time)), Some(Timestamp::from_seconds(seconds)));
    }

    #[test]
    fn a_normal_url_stays_as_it_is(host in "[a-zA-Z][a-z0-9.-]{0,10}", path in "(/([a-z~.]|%[0-9a-fA-F]{2}){0,5}){0,4}", port in 1u32..65_536) {
        let url = format!("HTTPS://{host}:{port}{path}");
        let normal = uri::normalised(&url).unwrap();
        prop_assert_eq!(uri::normalised(&normal), Some(normal.clone()));
        prop_assert!(Uri::parse(&normal).is_some_and(|uri| uri.secure && uri.path.starts_with('/')));
        prop_assert!(!normal.split('/').any(|part| part == ".." || part == "."));
    }

    #[test]
    fn nothing_that_a_parser_is_given_makes_it_stop(text: String, bytes: Vec<u8>) {
        let _ = (Raw::parse(&text), challenge::parse(&text), Uri::parse(&text), uri::normalised(&text), parse_http_date(&text), Jws::parse(&text));
        let response = Response { status: 200, body: bytes, ..Response::default() };
        let _ = TokenResponse::parse(&response, false);
    }
}
