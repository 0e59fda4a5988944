//! Logging out at the server too.
//!
//! Specification: [OpenID Connect RP-Initiated Logout 1.0 §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    oauth::{authorization::join_query, client::Client, metadata::Metadata},
    text::form,
};

/// Where to send the browser to end the session at the server.
///
/// # Errors
/// [`Code::UnsupportedByServer`] where the server has no such endpoint, [`Code::ReservedParameter`] for a `client_id` in the parameters.
pub fn url(server: &Metadata, client: &Client, parameters: &[(String, String)]) -> Result<String, Error> {
    let endpoint = server.endpoint("end_session_endpoint", client, Phase::Authorization)?;
    let mut query = String::new();
    form::append(&mut query, "client_id", &client.id);
    for (name, value) in parameters {
        if name == "client_id" {
            return Err(Code::ReservedParameter.at(Phase::Authorization).about(name));
        }
        form::append(&mut query, name, value);
    }
    Ok(join_query(endpoint, &query))
}
