//! Whose turn it is to refresh a session, and what those who come late are told.
//!
//! Many requests find the same access token expired, in many isolates. One of them may send the refresh token; the others wait, and get what it brought.
//! The host keeps one [`Entry`] for each session where all of them see it (a Durable Object, or an isolate's memory), hands it in with each question, and stores what comes
//! out before it answers: so the turn is written down before the token is sent, and whoever comes after a crash finds the token in doubt, not unsent.
//!
//! A session has generations: each refresh, also one that failed, makes the next. What a generation holds is sealed, and nothing of it is known here.
//!
//! Specification: [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14.2), on refresh tokens that come twice.

use alloc::string::String;

use crate::{
    limits,
    secret::opaque,
    text::json::{Object, Raw, Writer},
    time::Timestamp,
};

/// What is kept of a session.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The newest generation.
    pub generation: i64,
    /// It, sealed.
    sealed: Option<String>,
    /// When it came.
    since: i64,
    /// Until when somebody has the turn; 0 where nobody has.
    until: i64,
    /// Why the session is over.
    ended: Option<String>,
    /// When all of this can be forgotten.
    forget_at: i64,
}

/// What a host asks or tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// A session begins, in a store.
    Begin(&'a str),
    /// What is the newest generation?
    Read,
    /// This generation is to be refreshed: whose turn is it?
    Ask(i64),
    /// This generation has come.
    Tell(i64, &'a str),
    /// Is this generation the newest yet, of a session that goes on?
    Still(i64),
    /// The session is over.
    End(&'a str),
}

/// What the host is told.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is your turn: refresh, then tell.
    Lead,
    /// Somebody else has the turn until then: wait, and ask again.
    Wait(i64),
    /// Somebody had the turn and never came back: the refresh token is in doubt. Tell a generation that says so.
    Lost,
    /// A newer generation, sealed.
    Newer(i64, String),
    /// A newer generation has been there too long: this one is a copy, or its response was lost.
    Superseded,
    /// What was told came too late: this generation is the newest. Seal as the one after it, and tell again.
    Behind(i64),
    /// It is kept, or still the newest.
    Kept,
    /// The session is over.
    Ended(String),
    /// Nothing is known of it.
    Unknown,
}

// A sealed session is as good as its cookie.
opaque!(Entry, Message<'_>, Answer);

/// For how long things are kept, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// How long somebody has the turn.
    pub turn: u32,
    /// How long a replaced generation is answered with its successor.
    pub reuse: u32,
    /// How long a session may last from now on.
    pub keep: u32,
}

impl Default for Spans {
    fn default() -> Self {
        Self { turn: limits::TURN_SECONDS, reuse: limits::REUSE_SECONDS, keep: limits::SESSION_ABSOLUTE_SECONDS }
    }
}

impl Entry {
    /// What becomes of an entry, and what the host is told.
    pub fn take(entry: Option<Self>, message: Message<'_>, spans: &Spans, now: Timestamp) -> (Option<Self>, Answer) {
        let now = now.seconds();
        if let Some(why) = entry.as_ref().and_then(|entry| entry.ended.clone()) {
            return (entry, Answer::Ended(why));
        }
        let forget_at = now.saturating_add(spans.keep.into());
        match message {
            Message::Begin(sealed) => {
                let begun = Self { sealed: Some(sealed.into()), since: now, forget_at, ..Self::default() };
                (Some(begun), Answer::Kept)
            }
            Message::Read => {
                let answer = entry.as_ref().and_then(Self::newest).unwrap_or(Answer::Unknown);
                (entry, answer)
            }
            Message::Ask(generation) => {
                // An entry may be older than what is asked about: its store was new, or lost. The asker's seal proves the rest.
                let known = entry.filter(|entry| entry.generation >= generation);
                known.unwrap_or(Self { generation, since: now, forget_at, ..Self::default() }).ask(generation, spans, now)
            }
            Message::Tell(generation, sealed) => {
                if let Some(entry) = entry.filter(|entry| entry.generation >= generation) {
                    let newest = entry.generation;
                    return (Some(entry), Answer::Behind(newest));
                }
                let told = Self { generation, sealed: Some(sealed.into()), since: now, until: 0, ended: None, forget_at };
                (Some(told), Answer::Kept)
            }
            Message::Still(generation) => {
                let newer = entry.as_ref().is_some_and(|entry| entry.generation > generation);
                (entry, if newer { Answer::Superseded } else { Answer::Kept })
            }
            Message::End(why) => {
                let forget_at = forget_at.max(now.saturating_add(limits::TOMBSTONE_SECONDS.into()));
                (Some(Self { ended: Some(why.into()), forget_at, ..Self::default() }), Answer::Ended(why.into()))
            }
        }
    }

    fn ask(mut self, generation: i64, spans: &Spans, now: i64) -> (Option<Self>, Answer) {
        if self.generation > generation {
            let late = now.saturating_sub(self.since) > spans.reuse.into();
            let answer = self.newest().filter(|_| !late).unwrap_or(Answer::Superseded);
            return (Some(self), answer);
        }
        let until = self.until;
        if until > now {
            return (Some(self), Answer::Wait(until));
        }
        if until != 0 {
            return (Some(self), Answer::Lost);
        }
        self.until = now.saturating_add(spans.turn.into());
        (Some(self), Answer::Lead)
    }

    fn newest(&self) -> Option<Answer> {
        self.sealed.clone().map(|sealed| Answer::Newer(self.generation, sealed))
    }

    /// When it can be forgotten.
    pub fn forget_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.forget_at)
    }

    /// As one JSON object.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.integer("generation", self.generation).optional("sealed", self.sealed.as_deref());
        json.integer("since", self.since).integer("until", self.until).optional("ended", self.ended.as_deref());
        json.integer("forget_at", self.forget_at);
        json.finish()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let object = Object::parse(text)?;
        let number = |name| object.get(name).and_then(Raw::integer);
        let text = |name| object.string(name).map(String::from);
        Some(Self {
            generation: number("generation")?,
            sealed: text("sealed"),
            since: number("since")?,
            until: number("until")?,
            ended: text("ended"),
            forget_at: number("forget_at")?,
        })
    }
}

impl Answer {
    /// As one JSON object.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        match self {
            Self::Lead => json.string("answer", "lead"),
            Self::Wait(until) => json.string("answer", "wait").integer("until", *until),
            Self::Lost => json.string("answer", "lost"),
            Self::Newer(generation, sealed) => {
                json.string("answer", "newer").integer("generation", *generation).string("sealed", sealed)
            }
            Self::Superseded => json.string("answer", "superseded"),
            Self::Behind(generation) => json.string("answer", "behind").integer("generation", *generation),
            Self::Kept => json.string("answer", "kept"),
            Self::Ended(why) => json.string("answer", "ended").string("why", why),
            Self::Unknown => json.string("answer", "unknown"),
        };
        json.finish()
    }
}
