//! A session through thousands of bad days: a server that rotates refresh tokens and ends the session when an old one comes back (RFC 9700 §4.14.2), a
//! network that loses requests and answers, proxies, and a host that dies in the middle. The server knows what it was sent: it is the judge.

use grantkit::{
    error::Code,
    flow::{Event, Relation, Tokens},
    http::{Request, Response},
    oauth::client::Client,
    secret::Secret,
    session::policy::{Due, Ended, Failed, Refreshing, Session, Terms, Trouble},
    text::form,
    time::Timestamp,
};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{drive, json_response, now, server, text_response};

/// Days that are tried; each is told by its number alone.
const DAYS: u64 = if cfg!(target_arch = "wasm32") { 500 } else { 10_000 };
/// What happens on one of them.
const EVENTS: u32 = 16;
/// Seconds that an access token lives.
const LIFE: i64 = 300;

/// Numbers that look random and are the same each time: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// The authorization server: one session at a time.
struct Server {
    rotates: bool,
    /// The refresh token that is good is this one of this login.
    login: u32,
    token: u32,
    alive: bool,
    /// An administrator ended it.
    revoked: bool,
    /// A spent token came back.
    replayed: bool,
    requests: u32,
}

impl Server {
    fn current(&self) -> String {
        format!("rt-{}-{}", self.login, self.token)
    }

    fn log_in(&mut self) -> String {
        self.login += 1;
        (self.token, self.alive, self.revoked) = (0, true, false);
        self.current()
    }

    fn answer(&mut self, request: &Request) -> Response {
        let sent = form::parse(request.body.as_ref().unwrap().expose());
        let sent = &sent.iter().find(|(name, _)| name == "refresh_token").unwrap().1;
        self.requests += 1;
        if !self.alive || *sent != self.current() {
            self.replayed |= self.alive;
            self.alive = false;
            return json_response(400, &json!({"error": "invalid_grant"}));
        }
        self.token += u32::from(self.rotates);
        let mut tokens = json!({"access_token": "at", "token_type": "Bearer", "expires_in": LIFE});
        if self.rotates {
            tokens["refresh_token"] = self.current().into();
        }
        json_response(200, &tokens)
    }
}

/// What stands between the client and the server. Some of it lets the request through, and nobody can tell from the answer.
fn pass(dice: &mut Dice, server: &mut Server, request: &Request, well: bool) -> Event {
    let wait = |mut response: Response| {
        response.retry_after = Some("7".into());
        Event::Response(response)
    };
    let fate = if well { 0 } else { dice.roll(21) };
    match fate {
        0..=5 => Event::Response(server.answer(request)),
        // The server had it.
        6..=13 => {
            let mut answer = server.answer(request);
            match fate {
                6 => return Event::Failed(Code::Network),
                7 => return Event::Failed(Code::Timeout),
                8 => return Event::Failed(Code::Aborted),
                9 => return Event::Failed(Code::ResponseTooLarge),
                10 => answer.body.truncate(12),
                11 => answer.body.clear(),
                12 => answer = text_response(502, "text/html", "<h1>Bad gateway</h1>"),
                _ => answer = json_response(500, &json!({"error": "server_error"})),
            }
            Event::Response(answer)
        }
        14 => Event::Failed(Code::Network),
        15 => Event::Unsent(Code::Aborted),
        16 => Event::Failed(Code::RedirectRefused),
        17 => Event::Response(text_response(200, "text/html", "<h1>Welcome to the hotel</h1>")),
        18 => wait(text_response(429, "text/plain", "busy")),
        19 => wait(text_response(503, "text/html", "back soon")),
        _ => Event::Response(json_response(401, &json!({"error": "invalid_client"}))),
    }
}

/// A page or a worker, as far as its session goes: what is stored outlives it.
struct Host {
    relation: Relation,
    session: Session,
    refresh_token: String,
    now: Timestamp,
}

impl Host {
    fn log_in(server_side: &mut Server, now: Timestamp) -> Self {
        let session = Session::begin(Some(now.plus(LIFE)), true, now);
        Self { relation: Relation::new(server(), Client::new("app")), session, refresh_token: server_side.log_in(), now }
    }

    /// One refresh. `dies`: the host is gone before the answer is, and only what it had stored is left.
    fn refresh(&mut self, dice: &mut Dice, server: &mut Server, dies: bool, well: bool) {
        let before = self.session.clone();
        self.session = before.in_doubt();
        let had = server.requests;
        let mut asked = 0;
        let step = self.relation.refresh(Secret::new(self.refresh_token.as_str()), None, &[], self.now);
        let (result, _) = drive(&mut self.relation, step, |request| {
            asked += 1;
            pass(dice, server, request, well)
        });
        assert_eq!(asked, 1, "a refresh is one request");
        if dies {
            return;
        }
        match result {
            Ok(tokens) => self.take(&before, &tokens),
            Err(error) => {
                assert!(error.report().grant_may_be_consumed || server.requests == had, "{error:?}: the server had the token");
                let (session, failed) = before.failed(&Trouble::from(&error), self.now);
                self.session = session;
                match failed {
                    Failed::Ended(ended) => assert!(ended == Ended::Refused && server.revoked, "{error:?}: nobody ended it"),
                    Failed::Later(seconds) => assert_eq!(self.due(), self.waits(seconds), "{error:?}"),
                    Failed::Doubtful => assert_eq!(self.session.refreshing, Refreshing::Doubtful),
                }
            }
        }
    }

    fn waits(&self, seconds: u32) -> Due {
        let good = self.session.expires_at.is_some_and(|end| self.now < end);
        if good { Due::Use } else { Due::Wait(seconds) }
    }

    fn take(&mut self, before: &Session, tokens: &Tokens) {
        let next = tokens.response().refresh_token.as_ref().expect("what is not replaced is kept").expose();
        let replaced = next != self.refresh_token;
        self.refresh_token = next.into();
        self.session = before.refreshed(Some(self.now.plus(LIFE)), replaced, self.now);
    }

    fn due(&self) -> Due {
        self.session.due(&Terms::default(), self.now)
    }
}

/// Lives through one day. Tells how the session stands at its end.
fn live(day: u64) -> Refreshing {
    let mut dice = Dice(day);
    let mut server =
        Server { rotates: dice.roll(3) > 0, login: 0, token: 0, alive: false, revoked: false, replayed: false, requests: 0 };
    let mut host = Host::log_in(&mut server, now());
    for _ in 0..EVENTS {
        host.now = host.now.plus([0, 1, 7, 60, LIFE, 3600][dice.roll(6) as usize]);
        if dice.roll(40) == 0 {
            (server.alive, server.revoked) = (false, true);
        }
        match host.due() {
            Due::Refresh => {
                let dies = dice.roll(10) == 0;
                host.refresh(&mut dice, &mut server, dies, false);
            }
            Due::Authorize => host = Host::log_in(&mut server, host.now),
            Due::Use | Due::Wait(_) => {}
            Due::End(_) => panic!("day {day}: no limit was set"),
        }
        assert!(!server.replayed, "day {day}: a refresh token was sent after it was spent");
        let known = matches!(host.session.refreshing, Refreshing::Once | Refreshing::Often);
        assert!(!known || host.refresh_token == server.current() || server.revoked, "day {day}: a refresh token was lost");
    }
    // Then all is well again: a session that need not end goes on by itself.
    let (left, revoked) = (host.session.refreshing, server.revoked);
    host.now = host.now.plus(3600);
    if matches!(left, Refreshing::Once | Refreshing::Often) {
        assert_eq!(host.due(), Due::Refresh, "day {day}");
        host.refresh(&mut dice, &mut server, false, true);
        assert!(revoked || host.due() == Due::Use, "day {day}: {:?}", host.due());
    } else {
        assert_eq!(host.due(), Due::Authorize, "day {day}");
    }
    assert!(!server.replayed, "day {day}");
    left
}

#[wasm_bindgen_test(unsupported = test)]
fn rfc9700_4_14_2_whatever_is_lost_no_refresh_token_is_sent_after_it_was_spent_and_no_session_ends_that_need_not() {
    let mut left = [0; 4];
    for day in 0..DAYS {
        left[live(day) as usize] += 1;
    }
    assert!(left.iter().all(|days| *days > 0), "every ending was seen: {left:?}");
}
