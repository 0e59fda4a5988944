//! When a session refreshes, and what it makes of a refresh that failed: RFC 9700 §4.14.

use grantkit::{
    error::{Code, Phase},
    session::policy::{Due, Ended, Failed, Refreshing, Session, Terms, Trouble},
    text::json::Object,
    time::Timestamp,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::now;

/// A token for five minutes, and a refresh token.
fn session() -> Session {
    Session::begin(Some(after(300)), true, now())
}

fn after(seconds: i64) -> Timestamp {
    now().plus(seconds)
}

fn due(session: &Session, seconds: i64) -> Due {
    session.due(&Terms::default(), after(seconds))
}

/// The answer was lost on the way.
const LOST: Trouble = Trouble { refused: false, spent: true, retry_after: None };
/// Nothing was sent, or the server did not look at the grant.
const UNSENT: Trouble = Trouble { refused: false, spent: false, retry_after: None };

#[wasm_bindgen_test(unsupported = test)]
fn a_token_is_used_until_shortly_before_it_expires_and_refreshed_from_then_on() {
    for (seconds, expected) in
        [(0, Due::Use), (269, Due::Use), (270, Due::Refresh), (299, Due::Refresh), (300, Due::Refresh), (999, Due::Refresh)]
    {
        assert_eq!(due(&session(), seconds), expected, "after {seconds} s");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_short_lived_token_is_not_refreshed_at_each_use() {
    let session = Session::begin(Some(after(20)), true, now());
    assert_eq!((due(&session, 14), due(&session, 15)), (Due::Use, Due::Refresh));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_without_a_lifetime_is_used_until_an_api_refuses_it() {
    let session = Session::begin(None, true, now());
    assert_eq!(due(&session, 1_000_000), Due::Use);
    assert!(session.believes_refusal(after(61)));
    assert_eq!(due(&session.with_refused_token(after(61)), 61), Due::Refresh);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_api_that_refuses_a_token_as_good_as_new_is_no_reason_to_refresh() {
    assert!(!session().believes_refusal(now()));
    assert!(!session().believes_refusal(after(59)));
    assert!(session().believes_refusal(after(60)));
}

#[wasm_bindgen_test(unsupported = test)]
fn without_a_refresh_token_the_access_token_is_used_to_its_end_and_then_the_user_is_asked() {
    let session = Session::begin(Some(after(300)), false, now());
    assert_eq!((due(&session, 299), due(&session, 300)), (Due::Use, Due::Authorize));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_clock_that_was_set_back_makes_no_token_live_longer() {
    assert_eq!(due(&session(), -30), Due::Use);
    assert_eq!(due(&session(), -31), Due::Refresh);
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9700_4_14_2_a_refresh_token_whose_answer_was_lost_is_kept_and_not_sent_again() {
    let (session, failed) = session().failed(&LOST, after(280));
    assert_eq!((session.refreshing, failed), (Refreshing::Doubtful, Failed::Doubtful));
    assert_eq!(due(&session, 281), Due::Use, "the access token is good yet");
    assert_eq!(due(&session, 300), Due::Authorize);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_stored_during_a_refresh_tells_whoever_finds_it_not_to_send_the_token_again() {
    assert_eq!(due(&session().in_doubt(), 300), Due::Authorize);
    let kept = session().refreshed(Some(after(600)), false, after(300));
    assert_eq!(due(&kept.in_doubt(), 600), Due::Refresh, "the server does not replace this one");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refresh_token_that_the_server_was_seen_to_keep_is_sent_again_after_a_lost_answer() {
    let kept = session().refreshed(Some(after(600)), false, after(300));
    assert_eq!(kept.refreshing, Refreshing::Often);
    let (session, failed) = kept.failed(&LOST, after(600));
    assert_eq!(failed, Failed::Later(1));
    assert_eq!((due(&session, 600), due(&session, 601)), (Due::Wait(1), Due::Refresh));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_replaced_refresh_token_may_be_sent_once_again() {
    let kept = session().refreshed(Some(after(600)), false, after(300));
    assert_eq!(kept.refreshed(Some(after(900)), true, after(600)).refreshing, Refreshing::Once);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_network_failure_is_no_logout_and_tries_grow_rarer_up_to_a_minute() {
    let mut session = session();
    let mut time = 300;
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
        let (next, failed) = session.failed(&UNSENT, after(time));
        assert_eq!(failed, Failed::Later(expected));
        session = next;
        assert_eq!(due(&session, time), Due::Wait(expected));
        time += i64::from(expected);
        assert_eq!(due(&session, time), Due::Refresh);
    }
    assert_eq!(session.refreshed(Some(after(time + 300)), true, after(time)).failures, 0);
    session.failures = u32::MAX;
    assert_eq!(session.failed(&UNSENT, now()).1, Failed::Later(60), "however often");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_server_that_asks_to_wait_is_heard() {
    let busy = Trouble { retry_after: Some(90), ..UNSENT };
    let (session, failed) = session().failed(&busy, after(280));
    assert_eq!(failed, Failed::Later(90));
    assert_eq!((due(&session, 299), due(&session, 300), due(&session, 370)), (Due::Use, Due::Wait(70), Due::Refresh));
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc6749_5_2_invalid_grant_ends_the_session_and_nothing_else_does() {
    for code in Code::ALL {
        for consumed in [false, true] {
            let error = code.at(Phase::Token).with(|report| report.grant_may_be_consumed = consumed);
            let (_, failed) = session().failed(&Trouble::from(&error), now());
            let ended = failed == Failed::Ended(Ended::Refused);
            assert_eq!(ended, *code == Code::InvalidGrant, "{}", code.as_str());
            let read = Trouble::parse(&Object::parse(&error.to_json()).unwrap());
            assert_eq!(read, Trouble::from(&error), "{} as JSON", code.as_str());
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_that_cannot_be_read_counts_as_a_spent_token() {
    assert_eq!(Trouble::parse(&Object::parse("{}").unwrap()), LOST);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_ends_when_it_is_not_used_and_in_any_case_some_day() {
    let terms = Terms { idle: Some(100), absolute: Some(250), ..Terms::default() };
    let look = |session: &Session, seconds| session.due(&terms, after(seconds));
    assert_eq!((look(&session(), 99), look(&session(), 100)), (Due::Use, Due::End(Ended::Idle)));
    let used = session().touched(after(99)).touched(after(198));
    assert_eq!((look(&used, 249), look(&used, 250)), (Due::Use, Due::End(Ended::Absolute)));
    assert_eq!((session().ends_at(&terms), used.ends_at(&terms)), (Some(after(100)), Some(after(250))));
    assert_eq!(used.touched(after(5)).used, after(198), "a clock that was set back takes no use away");
    assert_eq!(session().ends_at(&Terms::default()), None);
    let refreshed = used.refreshed(Some(after(500)), true, after(200));
    assert_eq!((refreshed.began, refreshed.used), (now(), after(198)), "a refresh is no use and no login");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_survives_being_written_down() {
    let sessions = [session(), session().in_doubt(), Session::begin(None, false, now()), session().failed(&UNSENT, now()).0];
    for session in sessions {
        let json = session.to_json();
        assert_eq!(Session::parse(&Object::parse(&json).unwrap()), Ok(session));
    }
    for (member, json) in [
        ("began", r#"{"used":1,"obtained":1,"refreshing":"once","failures":0,"not_before":1}"#),
        (
            "expires_at",
            r#"{"began":1,"used":1,"obtained":1,"expires_at":"soon","refreshing":"once","failures":0,"not_before":1}"#,
        ),
        ("refreshing", r#"{"began":1,"used":1,"obtained":1,"refreshing":"twice","failures":0,"not_before":1}"#),
        ("failures", r#"{"began":1,"used":1,"obtained":1,"refreshing":"once","failures":-1,"not_before":1}"#),
    ] {
        assert_eq!(Session::parse(&Object::parse(json).unwrap()), Err(member));
    }
}
