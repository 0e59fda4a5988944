//! Sealed cookies. What they are called, how they are cut and what is sealed with them is grantkit's; the cipher is RustCrypto's.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use grantkit::{
    limits,
    session::{
        cookie::{self, Jar, Names, SameSite},
        refusal::Why,
        seal::{self, KeyId, Purpose, Sealed},
    },
    text::base64url,
    web::clock,
};
use serde::{Deserialize, Serialize};
use worker::{Env, Request};

use crate::{LOGIN, SESSION, failure::Failure, login::setting};

/// Who is logged in, and the token to ask with.
#[derive(Serialize, Deserialize)]
pub struct Session {
    pub name: String,
    pub subject: String,
    pub access_token: String,
    pub expires_at: Option<i64>,
}

impl Session {
    /// As long as the access token is good: this example does not refresh it.
    pub fn seconds_left(&self) -> u32 {
        let left = self.expires_at.map_or(i64::from(limits::SESSION_IDLE_SECONDS), |end| end - clock::now().seconds());
        u32::try_from(left).unwrap_or(0)
    }
}

/// The cookies of one request, and what opens them.
pub struct Cookies {
    header: String,
    origin: String,
    names: Names,
    keys: Vec<(KeyId, Aes256Gcm)>,
}

impl Cookies {
    pub fn of(request: &Request, env: &Env) -> Result<Self, Failure> {
        let keys = setting(env, "SESSION_KEYS")?.split_whitespace().map(read_key).collect::<Result<Vec<_>, Failure>>()?;
        Ok(Self {
            header: request.headers().get("cookie")?.unwrap_or_default(),
            origin: request.url()?.origin().ascii_serialization(),
            names: Names::new("session").ok_or(Why::Internal)?,
            keys,
        })
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn jar(&self) -> Jar<'_> {
        Jar::parse(&self.header)
    }

    /// Nothing where nobody is logged in, where the token has run out, and where the cookie is none of ours.
    pub fn session(&self) -> Result<Option<Session>, Failure> {
        let Some(text) = self.names.read_session(&self.jar()).unwrap_or_default() else { return Ok(None) };
        let session: Option<Session> =
            self.open(SESSION, &self.names.session, &text).ok().and_then(|text| serde_json::from_str(&text).ok());
        Ok(session.filter(|session| session.seconds_left() > 0))
    }

    pub fn write_session(&self, text: &str, seconds: u32) -> Result<Vec<String>, Failure> {
        let sealed = self.seal(SESSION, &self.names.session, text)?;
        Ok(self.names.write_session(&sealed, SameSite::Lax, seconds, &self.jar())?)
    }

    pub fn end_session(&self) -> Vec<String> {
        self.names.delete_session(SameSite::Lax, &self.jar())
    }

    /// One cookie for each `state`, so that logins in two tabs do not end each other.
    pub fn write_login(&self, state: Option<String>, text: &str) -> Result<Vec<String>, Failure> {
        let state = state.ok_or(Why::Internal)?;
        let name = self.names.login(&state).ok_or(Why::Internal)?;
        let sealed = self.seal(LOGIN, &name, text)?;
        Ok(self.names.write_login(&state, &sealed, SameSite::Lax, &self.jar())?)
    }

    /// The login that an answer belongs to: the cookie's name, and what was kept.
    pub fn login(&self, state: Option<String>) -> Result<(String, String), Failure> {
        let name = state.and_then(|state| self.names.login(&state)).ok_or(Why::CallbackUnknown)?;
        let sealed = self.jar().get(&name)?.ok_or(Why::CallbackUnknown)?.to_owned();
        let kept = self.open(LOGIN, &name, &sealed)?;
        Ok((name, kept))
    }

    pub fn forget(&self, name: &str) -> String {
        cookie::delete(name, SameSite::Lax)
    }

    fn seal(&self, purpose: Purpose, name: &str, text: &str) -> Result<String, Failure> {
        let (key, cipher) = self.keys.first().ok_or(Why::Misconfigured)?;
        let mut iv = [0; 12];
        getrandom::fill(&mut iv).map_err(|_| Why::Internal)?;
        let bound = seal::associated_data(purpose, name, &self.origin);
        let sealed = cipher.encrypt(&Nonce::from(iv), Payload { msg: text.as_bytes(), aad: bound.as_bytes() });
        Ok(Sealed { key: *key, iv, ciphertext: sealed.map_err(|_| Why::Internal)? }.to_text())
    }

    fn open(&self, purpose: Purpose, name: &str, text: &str) -> Result<String, Failure> {
        let sealed = Sealed::parse(text)?;
        let (_, cipher) = self.keys.iter().find(|(key, _)| *key == sealed.key).ok_or(Why::SessionDamaged)?;
        let bound = seal::associated_data(purpose, name, &self.origin);
        let opened = cipher.decrypt(&Nonce::from(sealed.iv), Payload { msg: &sealed.ciphertext, aad: bound.as_bytes() });
        Ok(String::from_utf8(opened.map_err(|_| Why::SessionDamaged)?).map_err(|_| Why::SessionDamaged)?)
    }
}

fn read_key(text: &str) -> Result<(KeyId, Aes256Gcm), Failure> {
    let id = seal::key_id(text).map_err(Failure::Key)?;
    let bytes = base64url::decode(text).ok_or(Why::Misconfigured)?;
    Ok((id, Aes256Gcm::new_from_slice(&bytes).map_err(|_| Why::Misconfigured)?))
}
