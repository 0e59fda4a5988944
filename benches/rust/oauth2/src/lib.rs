//! The same login with the `oauth2` crate and `reqwest`.

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    TokenUrl, basic::BasicClient, reqwest,
};
use wasm_bindgen::prelude::*;

/// The URL to go to, and what to keep until the browser comes back: the state and the code verifier.
#[wasm_bindgen]
pub async fn begin() -> Result<Vec<String>, String> {
    let client = BasicClient::new(ClientId::new("app".into()))
        .set_auth_uri(AuthUrl::new("https://op.example/authorize".into()).map_err(|error| error.to_string())?)
        .set_redirect_uri(RedirectUrl::new("https://app.example/callback".into()).map_err(|error| error.to_string())?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) =
        client.authorize_url(CsrfToken::new_random).add_scope(Scope::new("orders".into())).set_pkce_challenge(challenge).url();
    Ok(vec![url.to_string(), state.secret().clone(), verifier.secret().clone()])
}

/// The access token, for the URL that the browser came back to.
#[wasm_bindgen]
pub async fn finish(url: String, state: String, verifier: String) -> Result<String, String> {
    let url = reqwest::Url::parse(&url).map_err(|error| error.to_string())?;
    let find = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if find("state").as_deref() != Some(&state) {
        return Err("another state".into());
    }
    let code = find("code").ok_or("no code")?;
    let client = BasicClient::new(ClientId::new("app".into()))
        .set_token_uri(TokenUrl::new("https://op.example/token".into()).map_err(|error| error.to_string())?)
        .set_redirect_uri(RedirectUrl::new("https://app.example/callback".into()).map_err(|error| error.to_string())?);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&reqwest::Client::new())
        .await
        .map_err(|error| error.to_string())?;
    Ok(tokens.access_token().secret().clone())
}
