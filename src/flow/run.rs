//! How a flow runs: the journal of what happened, what was learnt on the way, and what a flow may ask for.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    error::{Code, Error, Phase, Report},
    flow::{Effect, Event, Relation, Signer, keys::Keys, poll::Turn},
    http::{Request, Response},
    jose::jwk::OwnKey,
    limits,
    oauth::{authorization::Entropy, client::Client, dpop::Nonces, metadata::Metadata},
    secret::opaque,
    time::{self, Timestamp},
};

/// A flow, from its first line to its last.
pub(super) type Flow<T> = dyn Fn(&mut Run<'_>) -> Result<T, Stop>;

/// Why a flow left before its end.
pub(crate) enum Stop {
    /// It waits for what it asked for.
    Asked,
    /// It cannot go on.
    Failed(Error),
}

impl Stop {
    /// Adds to what is known of a failure.
    pub(super) fn with(self, add: impl FnOnce(&mut Report)) -> Self {
        match self {
            Self::Asked => Self::Asked,
            Self::Failed(error) => Self::Failed(error.with(add)),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a relation learns from answers. Each flow has what was known when it began: keys are shared, not copied.
#[derive(Clone, Debug, Default)]
pub(super) struct Learnt {
    pub(super) keys: Option<Arc<Keys>>,
    client_key: Option<Arc<OwnKey>>,
    dpop_key: Option<Arc<OwnKey>>,
    pub(super) nonces: Nonces,
    pub(super) clock_offset: i64,
}

/// One thing that was learnt.
#[derive(Clone)]
pub(super) enum Lesson {
    /// The server's keys.
    Keys(Arc<Keys>),
    /// A key of our own.
    Own(Signer, Arc<OwnKey>),
    /// A nonce, and the URL that it came from.
    Nonce(String, String),
    /// By how many seconds the server's clock is ahead.
    Clock(i64),
}

impl Learnt {
    pub(super) fn take(&mut self, lesson: Lesson) {
        match lesson {
            Lesson::Keys(keys) => self.keys = Some(keys),
            Lesson::Own(Signer::Client, key) => self.client_key = Some(key),
            Lesson::Own(Signer::Dpop, key) => self.dpop_key = Some(key),
            Lesson::Nonce(url, nonce) => {
                self.nonces.learn(&url, Some(&nonce));
            }
            Lesson::Clock(offset) => self.clock_offset = offset,
        }
    }

    pub(super) fn own_key(&self, signer: Signer) -> Option<&Arc<OwnKey>> {
        match signer {
            Signer::Client => self.client_key.as_ref(),
            Signer::Dpop => self.dpop_key.as_ref(),
        }
    }
}

/// What happened since a flow began.
pub(super) struct Journal {
    /// What was known then.
    learnt: Learnt,
    begun: Timestamp,
    /// Whose turn it was, in a flow that asks again and again.
    turn: Option<Turn>,
    entries: Vec<Entry>,
    /// What was asked last.
    asked: Option<Effect>,
}

/// What was asked for, what came of it, and when.
struct Entry {
    asked: Option<Effect>,
    event: Event,
    at: Timestamp,
}

impl Journal {
    pub(super) fn new(learnt: Learnt, begun: Timestamp) -> Self {
        Self { learnt, begun, turn: None, entries: Vec::new(), asked: None }
    }

    pub(super) fn note(&mut self, event: Event, at: Timestamp) {
        let asked = self.asked.take();
        self.entries.push(Entry { asked, event, at });
    }

    /// What the host is to do next.
    pub(super) fn asked(&self) -> Result<Effect, Error> {
        self.asked.clone().ok_or_else(|| Code::InvalidArgument.at(Phase::Configuration).about("flow"))
    }
}

/// A flow while it runs. What it reads here does not change behind its back: it can be run again and goes the same way.
pub struct Run<'a> {
    pub(crate) server: &'a Metadata,
    pub(crate) client: &'a Client,
    pub(super) learnt: Learnt,
    pub(super) now: Timestamp,
    pub(super) turn: Option<Turn>,
    /// What happened before and was not come to yet.
    entries: core::slice::Iter<'a, Entry>,
    news: News,
}

/// What a run leaves behind.
#[derive(Default)]
pub(super) struct News {
    /// What it learnt that the relation does not know yet.
    lessons: Vec<Lesson>,
    found: Option<Metadata>,
    asked: Option<Effect>,
    /// Where the next run begins, if not where this one did.
    journal: Option<Journal>,
}

opaque!(Run<'_>);

impl<'a> Run<'a> {
    pub(super) fn new(relation: &'a Relation, journal: &'a Journal) -> Self {
        Self {
            server: &relation.server,
            client: &relation.client,
            learnt: journal.learnt.clone(),
            now: journal.begun,
            turn: journal.turn,
            entries: journal.entries.iter(),
            news: News::default(),
        }
    }

    /// What came of this, once it has happened.
    pub(super) fn ask(&mut self, effect: Effect) -> Result<&'a Event, Stop> {
        match self.entries.next() {
            None => {
                self.news.asked = Some(effect);
                Err(Stop::Asked)
            }
            Some(entry) if entry.asked.as_ref() == Some(&effect) => {
                self.now = entry.at;
                Ok(&entry.event)
            }
            // Somebody changed the relation in the meantime. Whether what was sent before had come to something, nobody looks at any more.
            Some(_) => {
                let error = Code::InvalidArgument.at(Phase::Configuration).about("relation");
                Err(error.with(|report| report.grant_may_be_consumed = true).into())
            }
        }
    }

    /// Sends a request: the response, or why there is none.
    pub(super) fn send(&mut self, request: Request, phase: Phase) -> Result<&'a Response, Stop> {
        let event = self.ask(Effect::Send(request))?;
        if let Event::Response(response) = event { Ok(response) } else { Err(failed(event, phase)) }
    }

    /// Fresh random bytes.
    pub(super) fn draw(&mut self, phase: Phase) -> Result<&'a Entropy, Stop> {
        let event = self.ask(Effect::Draw)?;
        if let Event::Drawn(entropy) = event { Ok(entropy) } else { Err(failed(event, phase)) }
    }

    /// Takes a lesson in; the relation hears of it when the run is over, and once.
    pub(super) fn learn(&mut self, lesson: Lesson) {
        if self.entries.len() == 0 {
            self.news.lessons.push(lesson.clone());
        }
        self.learnt.take(lesson);
    }

    /// The metadata that the relation is to go by from now on.
    pub(super) fn find(&mut self, server: Metadata) {
        self.news.found = Some(server);
    }

    /// What time it is for the server. Clocks that differ by no more than the leeway are taken to agree.
    pub(super) fn server_time(&self) -> Timestamp {
        let agree = self.learnt.clock_offset.saturating_abs() <= self.client.leeway.seconds();
        if agree { self.now } else { self.now.plus(self.learnt.clock_offset) }
    }

    /// Learns what time it is for the server. From answers to forms alone: any other may have lain in a cache since its `Date`.
    pub(super) fn measure_clock(&mut self, response: &Response) {
        if let Some(date) = response.date.as_deref().and_then(time::parse_http_date) {
            let offset = date.since(self.now);
            self.learn(Lesson::Clock(if offset.saturating_abs() > limits::CLOCK_OFFSET_SECONDS_MAX { 0 } else { offset }));
        }
    }

    /// Learns a nonce. Tells whether it is news.
    pub(super) fn learn_nonce(&mut self, url: &str, nonce: Option<&str>) -> bool {
        let Some(nonce) = nonce.filter(|nonce| self.learnt.nonces.is_news(url, nonce)) else { return false };
        self.learn(Lesson::Nonce(url.into(), nonce.into()));
        true
    }

    /// Begins anew with this turn: nothing that happened before is asked about any more.
    pub(super) fn begin_anew(&mut self, turn: Turn) {
        self.turn = Some(turn);
        self.entries = [].iter();
        self.news.journal = Some(Journal { turn: Some(turn), ..Journal::new(self.learnt.clone(), self.now) });
    }

    pub(super) fn leave(self) -> News {
        self.news
    }
}

impl News {
    /// Tells the relation what was learnt, and the journal what is asked.
    pub(super) fn teach(self, relation: &mut Relation, journal: &mut Journal) {
        self.lessons.into_iter().for_each(|lesson| relation.learnt.take(lesson));
        if let Some(server) = self.found {
            relation.server = server;
        }
        if let Some(anew) = self.journal {
            *journal = anew;
        }
        journal.asked = self.asked;
    }
}

/// Why an effect did not happen.
pub(super) fn failed(event: &Event, phase: Phase) -> Stop {
    let error = if let Event::Failed(code) | Event::Unsent(code) = event {
        code.at(phase)
    } else {
        Code::InvalidArgument.at(phase).about("event")
    };
    Stop::Failed(error)
}
