//! A login that begins at the client and ends on the user's own device.
//!
//! No browser takes part: the client names the user, the server asks that user elsewhere, and the client asks for the outcome (poll) or is told that there is
//! one (ping). Tokens come from the token endpoint alone.
//!
//! Left out: push, where tokens are sent to the client, and signed requests (§7.1.1).
//!
//! Specification: [OpenID Connect Client-Initiated Backchannel Authentication 1.0](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html)

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    http::{Response, check_length},
    limits,
    oauth::{client::Client, device::Pace, endpoint, token::Grant},
    secret::{Secret, same},
    text::{
        cut, form, integer, is_one_of, is_plain,
        json::{Object, Writer},
        lists,
    },
    time::Timestamp,
};

/// Judges the parameters of a request, [§7.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request);
/// the scope is judged with the client's default in it.
///
/// # Errors
/// [`Code::InvalidArgument`], which names the parameter.
pub fn check(parameters: &[(String, String)], scope: Option<&str>) -> Result<(), Error> {
    const HINTS: [&str; 3] = ["login_hint", "login_hint_token", "id_token_hint"];
    let given = |name: &str| form::get(parameters, name);
    let rules = [
        (parameters.iter().filter(|(name, _)| is_one_of(name, &HINTS)).count() == 1, "login_hint"),
        (given("scope").or(scope).is_some_and(|scope| lists(scope, "openid")), "scope"),
        (given("requested_expiry").is_none_or(|seconds| integer(seconds).is_some_and(|seconds| seconds > 0)), "requested_expiry"),
        (given("client_notification_token").is_none_or(is_bearer_token), "client_notification_token"),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, name)) => Err(Code::InvalidArgument.at(Phase::Authorization).about(name)),
        None => Ok(()),
    }
}

/// The alphabet of RFC 6750 §2.1, and the length of §7.1.
fn is_bearer_token(token: &str) -> bool {
    let length = (1..=limits::NOTIFICATION_TOKEN_CHARACTERS).contains(&token.len());
    length && is_plain(token, b"-._~+/=")
}

/// A login that the user was asked for elsewhere,
/// [§7.3](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#successful_authentication_request_acknowdlegment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backchannel {
    /// `auth_req_id`.
    pub auth_req_id: Secret,
    /// `client_notification_token`, where one was sent: what a ping must show.
    pub notification_token: Option<Secret>,
    /// How often to ask, and until when.
    pub pace: Pace,
    /// Every other member, as JSON.
    pub extra: Vec<(String, Secret)>,
}

const KNOWN: [&str; 5] = ["auth_req_id", "client_notification_token", "expires_in", "expires_at", "interval"];

impl Backchannel {
    /// Judges what came back.
    ///
    /// # Errors
    /// The server's refusal, [`Code::NotOauthResponse`] and its like, [`Code::InvalidMember`].
    pub fn receive(
        response: &Response,
        notification_token: Option<Secret>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let secrets = [client.authentication.secret_text(), notification_token.as_ref().map_or("", Secret::expose)];
        let text = endpoint::success(response, Phase::Authorization, &secrets)?;
        let object = endpoint::object(&text);
        let read = Pace::receive(&object, now).and_then(|pace| Self::read(&object, notification_token, pace));
        read.map_err(|member| Code::InvalidMember.at(Phase::Authorization).about(member))
    }

    /// From text that [`Backchannel::to_json`] wrote; the name of the member that is not right otherwise.
    pub fn parse(object: &Object<'_>) -> Result<Self, &'static str> {
        Self::read(object, object.string("client_notification_token").map(Secret::new), Pace::parse(object)?)
    }

    fn read(object: &Object<'_>, notification_token: Option<Secret>, pace: Pace) -> Result<Self, &'static str> {
        let auth_req_id = object.filled("auth_req_id").map(Secret::new).ok_or("auth_req_id")?;
        Ok(Self { auth_req_id, notification_token, pace, extra: endpoint::extra(object, &KNOWN) })
    }

    /// As text, with every member that the server sent: for this client alone.
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.string("auth_req_id", self.auth_req_id.expose());
        json.optional("client_notification_token", self.notification_token.as_ref().map(Secret::expose));
        self.pace.write(&mut json);
        self.extra.iter().for_each(|(name, value)| {
            json.raw(name, value.expose());
        });
        json.finish()
    }

    /// The grant to ask by, [§10.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_request). An ID token is due.
    pub fn grant(&self) -> Grant {
        let mut grant = Grant::new("urn:openid:params:grant-type:ciba", true).with("auth_req_id", self.auth_req_id.clone());
        grant.expected.id_token = true;
        grant
    }

    /// Judges a ping, [§10.2](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.10.2): its `Authorization` header, and
    /// its body. Whoever forges one makes us ask, and learns nothing.
    ///
    /// # Errors
    /// [`Code::StateMismatch`] where it does not belong to this login, [`Code::MalformedJson`].
    pub fn receive_ping(&self, authorization: &str, body: &str) -> Result<(), Error> {
        let at = |code: Code, about: &str| Err(code.at(Phase::Callback).about(about));
        let (scheme, token) = cut(authorization, b' ');
        let expected = self.notification_token.as_ref().map_or("", Secret::expose);
        if !scheme.eq_ignore_ascii_case("Bearer") || expected.is_empty() || !same(token.unwrap_or(""), expected) {
            return at(Code::StateMismatch, "authorization");
        }
        check_length(body, Phase::Callback, "body")?;
        let Some(object) = Object::parse(body) else { return at(Code::MalformedJson, "body") };
        if !object.string("auth_req_id").is_some_and(|id| same(&id, self.auth_req_id.expose())) {
            return at(Code::StateMismatch, "auth_req_id");
        }
        Ok(())
    }
}
