//! A login, and what its tokens are good for: all that a session in a page and a token handler do.

use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    error::{Code, Error, Phase},
    flow::{Run, Stop},
    js::{client::Core, convert, settle},
    oauth::{client_credentials, resource::AccessToken},
    oidc::logout,
    secret::Secret,
    text::json::{Object, Writer},
};

#[wasm_bindgen]
impl Core {
    /// `{parameters}` to a URL.
    pub fn logout(&self, input: &str) -> String {
        settle(convert::arguments(input).and_then(|object| {
            let parameters = convert::parameters(&object, "parameters", Phase::Authorization)?;
            self.client.with(|relation| logout::url(&relation.server, &relation.client, &parameters))
        }))
    }

    /// Seconds by which the server's clock is ahead of ours.
    pub fn clock_offset(&self) -> f64 {
        convert::seconds(self.client.with(|relation| relation.clock_offset()))
    }

    /// What a resource answered with a nonce to a request that showed a token; tells whether to send it again. `proof`: its own, where it can be, and was not yet.
    pub fn learn(
        &self,
        url: &str,
        status: u16,
        www_authenticate: Option<String>,
        dpop_nonce: &str,
        proof: Option<String>,
    ) -> bool {
        self.client.with(|relation| relation.learn(url, status, www_authenticate.as_deref(), Some(dpop_nonce), proof.as_deref()))
    }
}

pub(super) fn perform(run: &mut Run<'_>, flow: &str, object: &Object<'_>) -> Result<Option<String>, Stop> {
    let parameters = convert::parameters(object, "parameters", Phase::Token)?;
    Ok(Some(match flow {
        "authorize" => convert::authorization(&run.authorize(&parameters)?),
        "callback" => run.callback(&convert::callback(object)?, convert::pending(object)?)?.to_json(),
        "refresh" => {
            let token = object.string("refresh_token").filter(|token| !token.is_empty());
            let token = token.ok_or_else(|| Code::MissingRefreshToken.at(Phase::Token).about("refresh_token"))?;
            run.refresh(&token, convert::subject(object)?.as_deref(), &parameters)?.to_json()
        }
        "client_credentials" => run.spend(client_credentials::grant(), &parameters)?.to_json(),
        "revoke" => {
            run.revoke(&convert::text(object, "token", Phase::Revocation)?, &parameters)?;
            String::new()
        }
        "show" => {
            let (phase, token) = (Phase::Resource, access_token(object, Phase::Resource)?);
            let headers = run.show(&convert::text(object, "method", phase)?, &convert::text(object, "url", phase)?, &token)?;
            let mut json = Writer::default();
            for (name, value) in headers {
                json.string(name, value.expose());
            }
            json.finish()
        }
        // A session in a page is told of a logout by the browser, not by the server.
        #[cfg(any(feature = "grants", feature = "edge"))]
        "validate_logout_token" => run.validate_logout_token(&convert::text(object, "token", Phase::LogoutToken)?)?,
        _ => return Ok(None),
    }))
}

pub(super) fn access_token(object: &Object<'_>, phase: Phase) -> Result<AccessToken, Error> {
    let token = Secret::new(convert::text(object, "access_token", phase)?);
    AccessToken::new(token, &convert::text(object, "token_type", phase)?, phase)
}
