//! The login, with grantkit's host for Workers: it fetches, verifies, draws random bytes and tells the time.

use std::cell::RefCell;

use grantkit::{
    error::Phase,
    flow::{Relation, Tokens},
    limits,
    oauth::{
        authorization::Pending,
        client::{Authentication, BasicEncoding, Client as Registration},
        resource::AccessToken,
    },
    secret::Secret,
    text::json::Object,
    web::{
        client::Client,
        clock,
        host::{Call, Host},
    },
};
use worker::Env;

use crate::{cookies::Session, failure::Failure};

thread_local! {
    /// For the life of the isolate: metadata and keys, nobody's tokens.
    static OPENED: RefCell<Option<Client>> = const { RefCell::new(None) };
}

/// A variable or secret of the Worker.
pub fn setting(env: &Env, name: &str) -> worker::Result<String> {
    env.var(name).map(|value| value.to_string())
}

/// Opened when the first request is there: nothing may be sent while a Worker loads. A failure is not kept.
async fn open(env: &Env) -> Result<Client, Failure> {
    if let Some(client) = OPENED.with_borrow(Clone::clone) {
        return Ok(client);
    }
    let mut registration = Registration::new(setting(env, "CLIENT_ID")?);
    registration.authentication =
        Authentication::SecretBasic(Secret::new(setting(env, "CLIENT_SECRET")?), BasicEncoding::default());
    registration.scope = Some("openid profile".into());
    let client = Client::new(Relation::undiscovered(registration), Host::default());
    let issuer = setting(env, "ISSUER")?;
    let step = client.with(|relation| relation.discover(&issuer))?;
    client.run(step, &call()).await?;
    OPENED.set(Some(client.clone()));
    Ok(client)
}

fn call() -> Call {
    Call { timeout: limits::TIMEOUT_MILLISECONDS, ..Call::default() }
}

/// Where to send the browser, and what is needed when it is back.
pub async fn leave(env: &Env, origin: &str) -> Result<(String, Pending), Failure> {
    let client = open(env).await?;
    let step = client.with(|relation| relation.authorize(&[("redirect_uri".into(), format!("{origin}/callback"))]))?;
    Ok(client.run(step, &call()).await?)
}

/// Judges the callback, redeems the code once, judges the tokens.
pub async fn arrive(env: &Env, callback: &str, pending: Pending) -> Result<Session, Failure> {
    let client = open(env).await?;
    let step = client.with(|relation| relation.callback(callback, pending, clock::now()))?;
    Ok(session_of(&client.run(step, &call()).await?))
}

/// Asks the API whose token it is: here the server's own, userinfo.
pub async fn userinfo(env: &Env, session: Session) -> Result<String, Failure> {
    let client = open(env).await?;
    let token = AccessToken::new(Secret::new(session.access_token), "Bearer", Phase::Userinfo)?;
    let step = client.with(|relation| relation.userinfo(token, Some(session.subject), clock::now()))?;
    Ok(client.run(step, &call()).await?)
}

fn session_of(tokens: &Tokens) -> Session {
    let claims = tokens.claims().and_then(Object::parse);
    let claim = |name: &str| claims.as_ref().and_then(|claims| claims.string(name)).map(String::from);
    let subject = claim("sub").unwrap_or_default();
    Session {
        name: claim("name").unwrap_or_else(|| subject.clone()),
        subject,
        access_token: tokens.response().access_token.expose().to_owned(),
        expires_at: tokens.expires_at().map(|time| time.seconds()),
    }
}
