//! The [policy] of sessions: when to refresh, and what a failed refresh means.
//!
//! The host keeps a session as the text that it gets here, beside its tokens and out of reach of the page. It asks what is due, does that, and
//! tells how it went. The time is the host's, in seconds since 1970, so that whoever keeps a session in several places compares one clock.

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    js::convert,
    oauth::resource,
    session::policy::{self, Due, Ended, Failed, Session, Terms, Trouble},
    text::{
        joined,
        json::{Object, Raw, Writer},
    },
    time::Timestamp,
};

/// A result as it crosses.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn session(verb: &str, input: &str) -> String {
    super::settle(answer(verb, input))
}

/// Answers one question. The input is an object with `now` (seconds), most often `session` (as it came from here), and:
///
/// | verb | further input | output |
/// |---|---|---|
/// | `begin` | `tokens`; where nobody was asked anew, also `session`, and `subject`: the user until now | `session` |
/// | `due` | `terms` (`idle`, `absolute`, `ahead`: seconds) | `due`: `use`, `refresh`, `wait`, `authorize`, `end`; `seconds` to wait, `ended`: why; `ends_at` |
/// | `in_doubt` | | `session`, to be stored before the refresh token is sent |
/// | `refreshed` | `tokens`; `sent`: the refresh token that was sent | `session` |
/// | `failed` | `error`, as it was thrown | `session`; `failed`: `later`, `doubtful`, `ended`; `seconds` to wait, `ended`: why |
/// | `unauthorized` | `error`, that a silent authorization ended in | as `failed`, and never `doubtful` |
/// | `touched` | | `session` |
/// | `woken` | | `session` |
/// | `refused` | `status` of an API's response, its `challenge`: `WWW-Authenticate` | `believed`, and if so `session` |
/// | `stale` | | `session`, to be refreshed before its token is used again |
/// | `allow` | `options` of the client, `url` | none, or it throws: whether a token may go there, asked before there is one at hand |
/// | `error` | `code`, `phase`, `about` | none: it is thrown |
///
/// # Errors
/// [`Code::InvalidArgument`], which names the member; [`Code::SubjectMismatch`] where `begin` finds another user, [`Code::OriginNotAllowed`].
pub fn answer(verb: &str, input: &str) -> Result<String, Error> {
    let object = convert::arguments(input)?;
    match verb {
        "error" => return Err(error(&object)),
        "allow" => return allow(&object),
        _ => {}
    }
    let now = integer(&object, "now").map(Timestamp::from_seconds).ok_or_else(|| invalid("now"))?;
    let mut json = Writer::default();
    let mut keep = |session: &Session| {
        json.raw("session", &session.to_json());
    };
    match verb {
        "begin" => keep(&begin(&object, now)?),
        "in_doubt" => keep(&held(&object)?.in_doubt()),
        "refreshed" => keep(&refreshed(&object, now)?),
        "touched" => keep(&held(&object)?.touched(now)),
        "woken" => keep(&held(&object)?.woken(now)),
        "stale" => keep(&held(&object)?.with_refused_token(now)),
        "failed" => {
            let report = object.get("error").and_then(Raw::object).ok_or_else(|| invalid("error"))?;
            let (session, failed) = held(&object)?.failed(&Trouble::parse(&report), now);
            keep(&session);
            write_failed(&mut json, failed);
        }
        "unauthorized" => {
            let report = object.get("error").and_then(Raw::object).ok_or_else(|| invalid("error"))?;
            let wait = integer(&report, "retryAfter").and_then(|seconds| u32::try_from(seconds).ok());
            let (session, failed) = held(&object)?.unauthorized(code(&report), wait, now);
            keep(&session);
            write_failed(&mut json, failed);
        }
        "refused" => {
            let session = held(&object)?;
            let status =
                integer(&object, "status").and_then(|status| u16::try_from(status).ok()).ok_or_else(|| invalid("status"))?;
            let believed = policy::refuses(status, object.string("challenge").as_deref()) && session.believes_refusal(now);
            if believed {
                keep(&session.with_refused_token(now));
            }
            json.boolean("believed", believed);
        }
        "due" => {
            let (session, terms) = (held(&object)?, terms(&object)?);
            write_due(&mut json, session.due(&terms, now));
            if let Some(ends_at) = session.ends_at(&terms) {
                json.integer("ends_at", ends_at.seconds());
            }
        }
        _ => return Err(invalid("verb")),
    }
    Ok(json.finish())
}

fn begin(object: &Object<'_>, now: Timestamp) -> Result<Session, Error> {
    let tokens = tokens(object)?;
    let claims = tokens.get("claims").and_then(Raw::object).unwrap_or_default();
    let before = object.string("subject");
    if before.is_some() && before != claims.string("sub") {
        return Err(Code::SubjectMismatch.at(Phase::IdToken).about("sub"));
    }
    let (expires_at, refreshable) = (expires_at(&tokens), tokens.get("refresh_token").is_some());
    Ok(match object.get("session") {
        Some(_) => held(object)?.renewed(expires_at, refreshable, now),
        None => Session::begin(expires_at, refreshable, now),
    })
}

fn refreshed(object: &Object<'_>, now: Timestamp) -> Result<Session, Error> {
    let (tokens, sent) = (tokens(object)?, object.string("sent").ok_or_else(|| invalid("sent"))?);
    let replaced = tokens.string("refresh_token").is_some_and(|token| token != sent);
    Ok(held(object)?.refreshed(expires_at(&tokens), replaced, now))
}

fn allow(object: &Object<'_>) -> Result<String, Error> {
    let (client, url) = (convert::client_of(object)?, convert::text(object, "url", Phase::Resource)?);
    if resource::allows(&client.api, &url) {
        return Ok("{}".into());
    }
    Err(Code::OriginNotAllowed.at(Phase::Resource).about("api"))
}

/// The error that a host of ours found by itself, in the words of the one table.
fn error(object: &Object<'_>) -> Error {
    let word = |name| object.string(name).unwrap_or_default();
    let code = code(object).unwrap_or(Code::InvalidArgument);
    let phase = Phase::ALL.into_iter().find(|phase| phase.as_str() == word("phase")).unwrap_or(Phase::Configuration);
    match object.string("about") {
        Some(about) => code.at(phase).about(&about),
        None => code.at(phase),
    }
}

fn code(object: &Object<'_>) -> Option<Code> {
    let word = object.string("code")?;
    Code::ALL.iter().find(|code| code.as_str() == word).copied()
}

fn held(object: &Object<'_>) -> Result<Session, Error> {
    let session = object.get("session").and_then(Raw::object).ok_or_else(|| invalid("session"))?;
    Session::parse(&session).map_err(|member| invalid(&joined(&["session.", member])))
}

/// The terms; none given are the default.
fn terms(object: &Object<'_>) -> Result<Terms, Error> {
    let given = object.get("terms").and_then(Raw::object).unwrap_or_default();
    let seconds = |name: &str| match given.get(name).filter(|value| !value.is_null()) {
        Some(value) => value
            .integer()
            .and_then(|seconds| u32::try_from(seconds).ok())
            .filter(|seconds| *seconds > 0)
            .map(Some)
            .ok_or_else(|| invalid(name)),
        None => Ok(None),
    };
    let ahead = seconds("ahead")?.unwrap_or(Terms::default().ahead);
    Ok(Terms { idle: seconds("idle")?, absolute: seconds("absolute")?, ahead })
}

fn tokens<'a>(object: &Object<'a>) -> Result<Object<'a>, Error> {
    object.get("tokens").and_then(Raw::object).ok_or_else(|| invalid("tokens"))
}

fn expires_at(tokens: &Object<'_>) -> Option<Timestamp> {
    integer(tokens, "expires_at").map(Timestamp::from_seconds)
}

fn integer(object: &Object<'_>, name: &str) -> Option<i64> {
    object.get(name).and_then(Raw::integer)
}

fn write_due(json: &mut Writer, due: Due) {
    let word = match due {
        Due::Use => "use",
        Due::Refresh => "refresh",
        Due::Wait(_) => "wait",
        Due::Authorize => "authorize",
        Due::End(_) => "end",
    };
    json.string("due", word);
    if let Due::Wait(seconds) = due {
        json.integer("seconds", seconds.into());
    }
    if let Due::End(ended) = due {
        write_ended(json, ended);
    }
}

fn write_failed(json: &mut Writer, failed: Failed) {
    match failed {
        Failed::Later(seconds) => {
            json.string("failed", "later").integer("seconds", seconds.into());
        }
        Failed::Doubtful => {
            json.string("failed", "doubtful");
        }
        Failed::Ended(ended) => {
            json.string("failed", "ended");
            write_ended(json, ended);
        }
    }
}

fn write_ended(json: &mut Writer, ended: Ended) {
    json.string("ended", ended.as_str());
}

fn invalid(about: &str) -> Error {
    Code::InvalidArgument.at(Phase::Configuration).about(about)
}
