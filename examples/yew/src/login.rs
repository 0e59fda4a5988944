//! The login, with grantkit's host for pages: it fetches, verifies, draws random bytes and tells the time.

use gloo::{
    storage::{SessionStorage, Storage},
    utils::{body, document, window},
};
use grantkit::{
    error::{Code, Error, Phase},
    flow::{Relation, Tokens},
    limits,
    oauth::{authorization::Pending, client::Client as Registration},
    web::{
        client::Client,
        clock,
        host::{Call, Host},
    },
};
use wasm_bindgen::JsValue;

const KEPT: &str = "pending";

pub struct Login {
    client: Client,
    call: Call,
}

/// The address of this page, where it is the callback. The code leaves the address bar at once.
pub fn callback() -> Option<String> {
    let location = window().location();
    let (path, address) = (location.pathname().ok()?, location.href().ok()?);
    if path != "/callback" {
        return None;
    }
    let _ = window().history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some("/")));
    Some(address)
}

impl Login {
    /// Asks the issuer for its metadata.
    pub async fn open() -> Result<Self, Error> {
        let (issuer, id) = (setting("issuer"), setting("clientId"));
        let mut registration = Registration::new(id);
        registration.redirect_uri =
            document().location().and_then(|location| location.origin().ok()).map(|origin| origin + "/callback");
        registration.scope = Some("openid profile".into());
        let client = Client::new(Relation::undiscovered(registration), Host::default());
        let call = Call { timeout: limits::TIMEOUT_MILLISECONDS, ..Call::default() };
        let step = client.with(|relation| relation.discover(&issuer))?;
        client.run(step, &call).await?;
        Ok(Self { client, call })
    }

    /// Where to send the browser. What is needed when it is back waits in the storage of this tab.
    pub async fn leave(&self) -> Result<String, Error> {
        let step = self.client.with(|relation| relation.authorize(&[]))?;
        let (url, pending) = self.client.run(step, &self.call).await?;
        SessionStorage::set(KEPT, &pending).map_err(|_| Code::InvalidArgument.at(Phase::Authorization).about(KEPT))?;
        Ok(url)
    }

    /// Judges the callback, redeems the code once, judges the tokens.
    pub async fn come_back(&self, callback: &str) -> Result<Tokens, Error> {
        let pending: Pending = SessionStorage::get(KEPT).map_err(|_| Code::StateMismatch.at(Phase::Callback))?;
        SessionStorage::delete(KEPT); // it is good for one callback
        let step = self.client.with(|relation| relation.callback(callback, pending, clock::now()))?;
        self.client.run(step, &self.call).await
    }
}

fn setting(name: &str) -> String {
    body().dataset().get(name).unwrap_or_default()
}
