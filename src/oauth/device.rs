//! Logging in on a device that has no browser.
//!
//! The device shows a short code; the user types it in elsewhere and decides there; the device asks until the decision is made. What is said here is what
//! the two of them show and keep; how often to ask is [`flow`](crate::flow)'s.
//!
//! Left out: making the QR code of §3.3.1. `verification_uri` is an http(s) URL or the response is refused: it is made to be shown as a link.
//!
//! Specification: [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html)

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    http::Response,
    limits,
    oauth::{client::Client, endpoint, token::Grant},
    secret::Secret,
    text::{
        json::{Object, Writer},
        uri::Uri,
    },
    time::Timestamp,
};

/// How often to ask for a decision, and until when: the same here and in CIBA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// `expires_in`, in seconds.
    pub expires_in: i64,
    /// When that is over, by this machine's clock.
    pub expires_at: Timestamp,
    /// `interval`: seconds between two tries.
    pub interval: u32,
}

impl Pace {
    /// Of a response that came `now`; the name of the member that is not right otherwise.
    pub(crate) fn receive(object: &Object<'_>, now: Timestamp) -> Result<Self, &'static str> {
        let expires_in = object.get("expires_in").and_then(|value| value.integer()).filter(|seconds| *seconds > 0);
        let expires_in = expires_in.ok_or("expires_in")?.min(limits::LIFETIME_SECONDS_MAX);
        let interval = match object.get("interval") {
            None => limits::POLL_SECONDS,
            Some(value) => value.integer().and_then(|seconds| u32::try_from(seconds).ok()).ok_or("interval")?.max(1),
        };
        Ok(Self { expires_in, expires_at: now.plus(expires_in), interval })
    }

    /// Of what [`Pace::write`] wrote.
    pub(crate) fn parse(object: &Object<'_>) -> Result<Self, &'static str> {
        let expires_at = object.get("expires_at").and_then(|value| value.integer()).ok_or("expires_at")?;
        Ok(Self { expires_at: Timestamp::from_seconds(expires_at), ..Self::receive(object, Timestamp::from_seconds(0))? })
    }

    pub(crate) fn write(self, json: &mut Writer) {
        json.integer("expires_in", self.expires_in).integer("expires_at", self.expires_at.seconds());
        json.integer("interval", self.interval.into());
    }
}

/// What the device shows and keeps, [§3.2](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// `device_code`: the device's own secret.
    pub device_code: Secret,
    /// `user_code`: to be shown.
    pub user_code: String,
    /// `verification_uri`: to be shown beside it.
    pub verification_uri: String,
    /// `verification_uri_complete`: the same with the code in it, for a QR code.
    pub verification_uri_complete: Option<String>,
    /// How often to ask, and until when.
    pub pace: Pace,
    /// Every other member, as JSON.
    pub extra: Vec<(String, Secret)>,
}

const KNOWN: [&str; 7] =
    ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "expires_at", "interval"];

impl DeviceAuthorization {
    /// Judges what came back, [§3.2](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.2).
    ///
    /// # Errors
    /// The server's refusal, [`Code::NotOauthResponse`] and its like, [`Code::InvalidMember`].
    pub fn receive(response: &Response, client: &Client, now: Timestamp) -> Result<Self, Error> {
        let text = endpoint::success(response, Phase::Authorization, &[client.authentication.secret_text()])?;
        let object = endpoint::object(&text);
        let read = Pace::receive(&object, now).and_then(|pace| Self::read(&object, pace));
        read.map_err(|member| Code::InvalidMember.at(Phase::Authorization).about(member))
    }

    /// From text that [`DeviceAuthorization::to_json`] wrote; the name of the member that is not right otherwise.
    pub fn parse(object: &Object<'_>) -> Result<Self, &'static str> {
        Self::read(object, Pace::parse(object)?)
    }

    fn read(object: &Object<'_>, pace: Pace) -> Result<Self, &'static str> {
        let text = |name: &'static str| object.filled(name).ok_or(name);
        let link = |name: &'static str| text(name).and_then(|uri| Uri::parse(&uri).map(|_| ()).ok_or(name).map(|()| uri));
        Ok(Self {
            device_code: Secret::new(text("device_code")?),
            user_code: text("user_code")?,
            verification_uri: link("verification_uri")?,
            verification_uri_complete: object
                .get("verification_uri_complete")
                .map(|_| link("verification_uri_complete"))
                .transpose()?,
            pace,
            extra: endpoint::extra(object, &KNOWN),
        })
    }

    /// As text, with every member that the server sent. It holds the device code: for this device alone.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.string("device_code", self.device_code.expose()).string("user_code", &self.user_code);
        json.string("verification_uri", &self.verification_uri);
        json.optional("verification_uri_complete", self.verification_uri_complete.as_deref());
        self.pace.write(&mut json);
        self.extra.iter().for_each(|(name, value)| {
            json.raw(name, value.expose());
        });
        json.finish()
    }

    /// The grant to ask by, [§3.4](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4).
    pub fn grant(&self) -> Grant {
        Grant::new("urn:ietf:params:oauth:grant-type:device_code", true).with("device_code", self.device_code.clone())
    }
}
