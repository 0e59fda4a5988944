//! A machine whose clock is wrong: the server's `Date` says by how much.

use grantkit::{
    error::Code,
    flow::{Event, Relation, Tokens},
    http::Response,
    limits,
    oauth::authorization,
    time::{Timestamp, parse_http_date},
};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ENTROPY, NOW, callback, claims, client, drive, json_response, jwks, merge, now, server, token_response};

/// NOW, and hours later.
const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

#[wasm_bindgen_test(unsupported = test)]
fn rfc9110_section_5_6_7_a_date_is_read_in_the_one_form_that_may_be_sent() {
    for (text, seconds) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        (DATE, Some(NOW)),
        ("Thu, 29 Feb 2024 23:59:60 GMT", Some(1_709_251_200)),
        ("Tue, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
        ("Fri, 31 Dec 2027 23:59:59 GMT", Some(1_830_297_599)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None),
        ("Sun Nov  6 08:49:37 1994", None),
        ("Sun, 06 Nov 1994 08:49:37 UTC", None),
        ("Sun, 06 nov 1994 08:49:37 GMT", None),
        ("Sun, +6 Nov 1994 08:49:37 GMT", None),
        ("Sun, 00 Nov 1994 08:49:37 GMT", None),
        ("Sun, 32 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:60:37 GMT", None),
        ("Sun, 06 Nov 1969 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT ", None),
        ("é, 06 Nov 1994 08:49:37 GMT  ", None),
        ("", None),
    ] {
        assert_eq!(parse_http_date(text).map(Timestamp::seconds), seconds, "{text}");
    }
}

/// Logs in where the server's clock is ahead of ours (or behind it) by so much.
fn login(ahead: i64, date: Option<&str>) -> (Result<Tokens, Code>, i64) {
    let mut claims = claims();
    merge(&mut claims, json!({"iat": NOW + ahead, "exp": NOW + ahead + 300}));
    let mut relation = Relation::new(server(), client());
    let pending = authorization::start(&relation.server, &relation.client, &[], &ENTROPY).unwrap().pending;
    let step = relation.callback(&callback(), pending, now());
    let (result, _) = drive(&mut relation, step, |request| {
        let response = if request.url.ends_with("/jwks") {
            // May have lain in a cache: not believed.
            Response { date: Some("Sun, 06 Nov 1994 08:49:37 GMT".into()), ..json_response(200, &jwks()) }
        } else {
            Response { date: date.map(Into::into), ..token_response(&claims) }
        };
        Event::Response(response)
    });
    (result.map_err(|error| error.code()), relation.clock_offset())
}

fn refused(ahead: i64, date: Option<&str>) -> (Option<Code>, i64) {
    let (result, offset) = login(ahead, date);
    (result.err(), offset)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_machine_whose_clock_is_wrong_logs_in() {
    for (ahead, date) in [
        (7_200, "Fri, 15 Jan 2027 10:00:00 GMT"),
        (-7_200, "Fri, 15 Jan 2027 06:00:00 GMT"),
        (86_400, "Sat, 16 Jan 2027 08:00:00 GMT"),
    ] {
        let (tokens, offset) = login(ahead, Some(date));
        assert_eq!(offset, ahead);
        let tokens = tokens.unwrap();
        assert!(tokens.checks().iter().any(|check| check.as_str() == "id_token_expiry"));
        assert_eq!(tokens.expires_at(), Some(now().plus(60)), "by this machine's clock");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn without_a_date_a_wrong_clock_is_a_wrong_time() {
    for date in [None, Some("yesterday")] {
        assert_eq!(refused(7_200, date), (Some(Code::IssuedInFuture), 0));
        assert_eq!(refused(-7_200, date), (Some(Code::TokenExpired), 0));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_server_whose_date_is_right_excuses_no_token() {
    assert_eq!(refused(-7_200, Some(DATE)), (Some(Code::TokenExpired), 0));
    assert_eq!(login(0, Some("Fri, 15 Jan 2027 10:00:00 GMT")).0.err(), Some(Code::TokenExpired), "nor does one that is wrong");
}

#[wasm_bindgen_test(unsupported = test)]
fn within_the_leeway_clocks_agree_and_beyond_a_day_none_is_believed() {
    // 20 seconds ahead, expired by ours but for the leeway: taken to agree.
    let (tokens, offset) = login(-320, Some("Fri, 15 Jan 2027 08:00:20 GMT"));
    assert_eq!((tokens.is_ok(), offset), (true, 20));
    let days = limits::CLOCK_OFFSET_SECONDS_MAX + 86_400;
    assert_eq!(refused(days, Some("Sun, 17 Jan 2027 08:00:00 GMT")), (Some(Code::IssuedInFuture), 0));
}
