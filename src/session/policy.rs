//! How long a session lasts, when its tokens are refreshed, and what a failed refresh means.
//!
//! Two mistakes log users out who need not be: a failure of the network taken for the server's no, and a refresh token that is sent twice.
//! Many servers replace it at each use, and end the whole session when an old one comes back (RFC 9700 §4.14.2). So a refresh
//! token is taken to be good once until the server has shown otherwise, and where nobody knows whether the server saw it, it is in doubt: it is
//! not sent again on our own account. A new authorization (often a silent one, `prompt=none`) or the user settles it.
//!
//! The host stores [`Session::in_doubt`] before it refreshes: a tab or an isolate that dies on the way then leaves the truth behind. What
//! keeps two of them from refreshing at the same time (a Web Lock, a Durable Object) is the host's.
//!
//! Specifications: [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6),
//! [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14).

use alloc::string::String;

use crate::{
    error::{Code, Error, Fault},
    limits,
    text::{
        challenge,
        json::{Object, Raw, Writer},
    },
    time::Timestamp,
};

/// What the operator of a session allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Seconds without use after which it ends.
    pub idle: Option<u32>,
    /// Seconds after the login at which it ends.
    pub absolute: Option<u32>,
    /// Seconds before the access token expires from which on it is refreshed.
    pub ahead: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { idle: None, absolute: None, ahead: limits::REFRESH_AHEAD_SECONDS }
    }
}

/// What the refresh token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// There is none.
    Impossible,
    /// It may be sent once: the server replaces it, or has not shown yet that it does not.
    Once,
    /// It may be sent often: the server was seen to keep it.
    Often,
    /// It was sent, and nobody knows what became of it.
    Doubtful,
}

impl Refreshing {
    const ALL: [Self; 4] = [Self::Impossible, Self::Once, Self::Often, Self::Doubtful];

    /// The word in what is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Impossible => "impossible",
            Self::Once => "once",
            Self::Often => "often",
            Self::Doubtful => "doubtful",
        }
    }
}

/// What is known of a session, beside its tokens. Plain data, and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// When the user logged in.
    pub began: Timestamp,
    /// When it was last used.
    pub used: Timestamp,
    /// When the access token came.
    pub obtained: Timestamp,
    /// When the access token expires; `None` where the server did not say.
    pub expires_at: Option<Timestamp>,
    /// What the refresh token is good for.
    pub refreshing: Refreshing,
    /// How often in a row refreshing has failed.
    pub failures: u32,
    /// When to try again.
    pub not_before: Timestamp,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was not used for too long.
    Idle,
    /// The login is too long ago.
    Absolute,
    /// The server said no to the refresh token: [`Code::InvalidGrant`].
    Refused,
}

impl Ended {
    /// The word that callers see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Refused => "refused",
        }
    }
}

/// What is due before a token is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing: use the access token.
    Use,
    /// A refresh.
    Refresh,
    /// Nothing for so many seconds: the server was out of reach, and no token is good.
    Wait(u32),
    /// A new authorization, silent where the server allows it: there is no refresh token, or it is in doubt.
    Authorize,
    /// The end.
    End(Ended),
}

/// What a session needs to know of the error that a refresh ended in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The server said no to the refresh token itself.
    pub refused: bool,
    /// The refresh token may be spent.
    pub spent: bool,
    /// Seconds that the server asked to wait.
    pub retry_after: Option<u32>,
}

impl From<&Error> for Trouble {
    fn from(error: &Error) -> Self {
        let report = error.report();
        Self { refused: report.code == Code::InvalidGrant, spent: report.grant_may_be_consumed, retry_after: report.retry_after }
    }
}

impl Trouble {
    /// Reads an error as [`Error::to_json`] wrote it. What cannot be read counts as a refresh token that may be spent.
    pub fn parse(report: &Object<'_>) -> Self {
        Self {
            refused: report.string("code").is_some_and(|code| code == Code::InvalidGrant.as_str()),
            spent: report.get("grantMayBeConsumed").and_then(Raw::boolean).unwrap_or(true),
            retry_after: report.get("retryAfter").and_then(Raw::integer).and_then(|seconds| u32::try_from(seconds).ok()),
        }
    }
}

/// What a failed refresh means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Try again in so many seconds; the refresh token was not spent.
    Later(u32),
    /// The refresh token may be spent. It is kept, and not sent again.
    Doubtful,
    /// The session is over.
    Ended(Ended),
}

impl Session {
    /// The session that begins with tokens that expire then, and can be refreshed or not.
    pub fn begin(expires_at: Option<Timestamp>, refreshable: bool, now: Timestamp) -> Self {
        let refreshing = if refreshable { Refreshing::Once } else { Refreshing::Impossible };
        Self { began: now, used: now, obtained: now, expires_at, refreshing, failures: 0, not_before: now }
    }

    /// The same session with the tokens that a refresh brought; `replaced`: the refresh token is another now.
    #[must_use]
    pub fn refreshed(&self, expires_at: Option<Timestamp>, replaced: bool, now: Timestamp) -> Self {
        let refreshing = if replaced { Refreshing::Once } else { Refreshing::Often };
        Self { began: self.began, used: self.used, refreshing, ..Self::begin(expires_at, true, now) }
    }

    /// The same session with the tokens of another authorization, which asked the user nothing: that is no new login, so it lasts no longer.
    #[must_use]
    pub fn renewed(&self, expires_at: Option<Timestamp>, refreshable: bool, now: Timestamp) -> Self {
        Self { began: self.began, used: self.used, ..Self::begin(expires_at, refreshable, now) }
    }

    /// The same session where the network is back: what was out of reach may be tried at once.
    #[must_use]
    pub fn woken(&self, now: Timestamp) -> Self {
        Self { not_before: self.not_before.min(now), ..self.clone() }
    }

    /// Whether its use is to be written down: late enough to be rare, and soon enough that nobody is thought idle who is not.
    pub fn needs_touch(&self, terms: &Terms, now: Timestamp) -> bool {
        terms.idle.is_some_and(|idle| now.since(self.used) >= i64::from(idle / 8).max(1))
    }

    /// Seconds that a cookie or an entry of the session is good for.
    pub fn seconds_left(&self, terms: &Terms, now: Timestamp) -> u32 {
        let absolute = self.ends_at(terms).map(|end| end.since(now));
        u32::try_from(absolute.unwrap_or(0)).unwrap_or(0)
    }

    /// The same session, used now.
    #[must_use]
    pub fn touched(&self, now: Timestamp) -> Self {
        Self { used: self.used.max(now), ..self.clone() }
    }

    /// What is to be stored while a refresh is under way.
    #[must_use]
    pub fn in_doubt(&self) -> Self {
        let refreshing = if self.refreshing == Refreshing::Once { Refreshing::Doubtful } else { self.refreshing };
        Self { refreshing, ..self.clone() }
    }

    /// What is due before the access token is used.
    pub fn due(&self, terms: &Terms, now: Timestamp) -> Due {
        if let Some(ended) = self.ended(terms, now) {
            return Due::End(ended);
        }
        let good = self.is_good(now, 0);
        if good && self.is_good(now, self.ahead(terms)) {
            return Due::Use;
        }
        let waited = now >= self.not_before || self.is_set_back(now);
        let refreshable = matches!(self.refreshing, Refreshing::Once | Refreshing::Often);
        match (refreshable, waited) {
            (true, true) => Due::Refresh,
            _ if good => Due::Use,
            (false, true) => Due::Authorize,
            (_, false) => Due::Wait(seconds(self.not_before.since(now))),
        }
    }

    /// Whether an API that [refused](refuses) the access token is a reason to get a new one: not where the token is as good as new, or an API that
    /// refuses every token would have us refresh for each request.
    pub fn believes_refusal(&self, now: Timestamp) -> bool {
        !(0..limits::REFUSAL_SECONDS).contains(&now.since(self.obtained))
    }

    /// The same session, its access token refused by an API.
    #[must_use]
    pub fn with_refused_token(&self, now: Timestamp) -> Self {
        Self { expires_at: Some(now), ..self.clone() }
    }

    /// The same session after a refresh that failed, and what that means. [`Session::in_doubt`] is not what it is asked of, but what was before.
    pub fn failed(&self, trouble: &Trouble, now: Timestamp) -> (Self, Failed) {
        if trouble.refused {
            return (Self { refreshing: Refreshing::Impossible, ..self.clone() }, Failed::Ended(Ended::Refused));
        }
        if trouble.spent && self.refreshing == Refreshing::Once {
            return (self.in_doubt(), Failed::Doubtful);
        }
        self.later(trouble.retry_after, now)
    }

    /// The same session after a silent authorization that failed, and what that means. The server's no ends it, and so do another user and a mistake of our
    /// own; a server that is out of reach or out of order does not.
    pub fn unauthorized(&self, code: Option<Code>, retry_after: Option<u32>, now: Timestamp) -> (Self, Failed) {
        if code.is_some_and(settles) {
            return (self.clone(), Failed::Ended(Ended::Refused));
        }
        self.later(retry_after, now)
    }

    fn later(&self, retry_after: Option<u32>, now: Timestamp) -> (Self, Failed) {
        let wait = backoff(self.failures).max(retry_after.unwrap_or(0));
        let failures = self.failures.saturating_add(1);
        (Self { failures, not_before: now.plus(wait.into()), ..self.clone() }, Failed::Later(wait))
    }

    /// When the session ends if nobody uses it, so that a host can tell in time.
    pub fn ends_at(&self, terms: &Terms) -> Option<Timestamp> {
        let after = |start: Timestamp, seconds: Option<u32>| seconds.map(|seconds| start.plus(seconds.into()));
        let (idle, absolute) = (after(self.used, terms.idle), after(self.began, terms.absolute));
        idle.into_iter().chain(absolute).min()
    }

    /// As one JSON object.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.integer("began", self.began.seconds()).integer("used", self.used.seconds());
        json.integer("obtained", self.obtained.seconds());
        if let Some(expires_at) = self.expires_at {
            json.integer("expires_at", expires_at.seconds());
        }
        json.string("refreshing", self.refreshing.as_str()).integer("failures", self.failures.into());
        json.integer("not_before", self.not_before.seconds());
        json.finish()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// The name of the member that is missing or wrong.
    pub fn parse(object: &Object<'_>) -> Result<Self, &'static str> {
        let time = |name: &'static str| object.get(name).and_then(Raw::integer).map(Timestamp::from_seconds).ok_or(name);
        let refreshing = object.string("refreshing");
        let refreshing = Refreshing::ALL.into_iter().find(|one| refreshing.as_deref() == Some(one.as_str()));
        Ok(Self {
            began: time("began")?,
            used: time("used")?,
            obtained: time("obtained")?,
            expires_at: if object.get("expires_at").is_some() { Some(time("expires_at")?) } else { None },
            refreshing: refreshing.ok_or("refreshing")?,
            failures: object.get("failures").and_then(Raw::integer).and_then(|n| u32::try_from(n).ok()).ok_or("failures")?,
            not_before: time("not_before")?,
        })
    }

    fn ended(&self, terms: &Terms, now: Timestamp) -> Option<Ended> {
        let over = |start: Timestamp, seconds: Option<u32>| seconds.is_some_and(|most| now.since(start) >= i64::from(most));
        if over(self.began, terms.absolute) {
            return Some(Ended::Absolute);
        }
        over(self.used, terms.idle).then_some(Ended::Idle)
    }

    /// Whether the access token is good for so many seconds. A clock that was set back says nothing of a token from its future.
    fn is_good(&self, now: Timestamp, seconds: i64) -> bool {
        self.expires_at.is_none_or(|expires_at| !self.is_set_back(now) && now.plus(seconds) < expires_at)
    }

    fn is_set_back(&self, now: Timestamp) -> bool {
        self.obtained.since(now) > i64::from(limits::LEEWAY_SECONDS)
    }

    /// Seconds before expiry to refresh at: no more than a quarter of the token's life, or a short-lived one would be refreshed at each use.
    fn ahead(&self, terms: &Terms) -> i64 {
        let life = self.expires_at.map_or(0, |expires_at| expires_at.since(self.obtained));
        i64::from(terms.ahead).min(life / 4)
    }
}

/// Whether an API refuses the access token: status 401 that gives `invalid_token` as its reason, or none. A page that asks another origin
/// often cannot see the reason, because CORS shows `WWW-Authenticate` only where the API exposes it.
pub fn refuses(status: u16, www_authenticate: Option<&str>) -> bool {
    let challenges = www_authenticate.and_then(challenge::parse).unwrap_or_default();
    let mut reasons = challenges.iter().filter_map(|challenge| challenge.get("error"));
    status == 401 && reasons.all(|reason| reason == Code::InvalidToken.as_str())
}

/// Whether an authorization that ended like this would end like this again. A disk that is full has room again some time.
fn settles(code: Code) -> bool {
    #[cfg(feature = "session")]
    if code == Code::StorageUnavailable {
        return false;
    }
    match code.fault() {
        Fault::Caller => true,
        Fault::Refusal => !matches!(code, Code::ServerError | Code::TemporarilyUnavailable),
        Fault::Server => code == Code::SubjectMismatch,
        Fault::Transport => false,
    }
}

/// Seconds to wait after so many failures in a row: doubled each time, up to a limit.
fn backoff(failures: u32) -> u32 {
    1u32.checked_shl(failures).unwrap_or(u32::MAX).min(limits::REFRESH_BACKOFF_SECONDS_MAX)
}

fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(0)
}
