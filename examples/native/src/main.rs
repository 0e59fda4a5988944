//! A command line that logs in with code and PKCE by the browser of this machine (RFC 8252), and refreshes once.
//!
//! grantkit decides; this program is the host: it sends with reqwest, verifies with ring, draws random bytes and tells the time.
//!
//! ```sh
//! ISSUER=https://op.example CLIENT_ID=my-cli cargo run
//! ```

mod door;
mod host;

use grantkit::{
    error::Error,
    flow::{Relation, Tokens},
    oauth::client::Client,
    text::json::Object,
};
use host::{Failure, Host};

fn main() -> Result<(), Failure> {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let issuer = variable("ISSUER", "http://127.0.0.1:4000");
    let door = door::open()?;

    let mut client = Client::new(variable("CLIENT_ID", "native"));
    client.redirect_uri = Some(door.redirect_uri());
    client.scope = Some("openid profile offline_access".into());
    let mut relation = Relation::undiscovered(client);
    let host = Host::new()?;

    let step = relation.discover(&issuer)?;
    host.perform(&mut relation, step)?;

    let step = relation.authorize(&[("prompt".into(), "consent".into())])?;
    let (url, pending) = host.perform(&mut relation, step)?;
    println!("To log in, open\n{url}");

    let callback = door.wait()?;
    let step = relation.callback(&callback, pending, host::now())?;
    let tokens = host.perform(&mut relation, step)?;
    println!("You are {}.", name(&tokens));
    println!("Checked: {}", tokens.checks().iter().map(|check| check.as_str()).collect::<Vec<_>>().join(" "));

    if let Some(token) = tokens.response().refresh_token.clone() {
        let step = relation.refresh(token, subject(&tokens), &[], host::now())?;
        match host.perform(&mut relation, step) {
            Ok(fresh) => println!("Refreshed: still {}.", name(&fresh)),
            Err(error) => println!("{}", explain(&error)),
        }
    }
    Ok(())
}

/// A claim of the ID token that is text.
fn claim(tokens: &Tokens, name: &str) -> Option<String> {
    Object::parse(tokens.claims()?)?.string(name).map(Into::into)
}

fn subject(tokens: &Tokens) -> Option<String> {
    claim(tokens, "sub")
}

fn name(tokens: &Tokens) -> String {
    claim(tokens, "name").or_else(|| subject(tokens)).unwrap_or_else(|| "nobody".into())
}

/// What a user reads. A grant that may be spent is not sent again.
fn explain(error: &Error) -> String {
    let next = if error.retryable() { "Try again later." } else { "Log in again." };
    format!("{error} {next}")
}
