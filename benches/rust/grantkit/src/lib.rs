//! A login in a page: where to send the browser, and the access token when it comes back.

use grantkit::{
    error::Error,
    flow::Relation,
    oauth::{authorization::Pending, client::Client, metadata::Metadata},
    text::json::Object,
    web::{
        client, clock,
        host::{Call, Host},
    },
};
use wasm_bindgen::prelude::*;

const SERVER: &str = r#"{"issuer":"https://op.example","authorization_endpoint":"https://op.example/authorize","token_endpoint":"https://op.example/token"}"#;

fn connect() -> Result<client::Client, Error> {
    let mut client = Client::new("app");
    client.redirect_uri = Some("https://app.example/callback".into());
    client.scope = Some("orders".into());
    Ok(client::Client::new(Relation::new(Metadata::parse(SERVER)?, client), Host::default()))
}

fn call() -> Call {
    Call { timeout: 10_000, ..Call::default() }
}

/// The URL to go to, and what to keep until the browser comes back.
#[wasm_bindgen]
pub async fn begin() -> Result<Vec<String>, String> {
    begin_login().await.map_err(|error| error.to_string())
}

async fn begin_login() -> Result<Vec<String>, Error> {
    let client = connect()?;
    let step = client.with(|relation| relation.authorize(&[]))?;
    let (url, pending) = client.run(step, &call()).await?;
    Ok(vec![url, pending.to_json()])
}

/// The access token, for the URL that the browser came back to.
#[wasm_bindgen]
pub async fn finish(url: String, kept: String) -> Result<String, String> {
    finish_login(&url, &kept).await.map_err(|error| error.to_string())
}

async fn finish_login(url: &str, kept: &str) -> Result<String, Error> {
    let client = connect()?;
    let pending = Object::parse(kept).and_then(|kept| Pending::parse(&kept).ok());
    let pending = pending.ok_or_else(|| grantkit::error::Code::InvalidArgument.at(grantkit::error::Phase::Callback))?;
    let step = client.with(|relation| relation.callback(url, pending, clock::now()))?;
    let tokens = client.run(step, &call()).await?;
    Ok(tokens.response().access_token.expose().into())
}
