//! Cookies of a handler: read, written, cut into chunks, counted.
//!
//! A cookie whose name begins with `__Host-Http-` comes from this host over HTTP alone: no subdomain and no script can set one. Browsers that do not know that
//! prefix see `__Host-`, which begins it, and keep everything but the last promise. Browsers keep cookies up to 4,096 bytes and drop larger ones without a word, so what
//! is longer is cut into chunks; how many there are stands in the first, so that a missing one is noticed.
//!
//! Left out: cookies for other hosts or paths, and `Expires`, which `Max-Age` overrides.
//!
//! Specification: [RFC 6265bis](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis), prefixes in
//! [Cookies: HTTP State Management Mechanism §4.1.3](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-layered-cookies).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    limits,
    secret::opaque,
    session::refusal::Why,
    text::{cut, joined, json::push_integer, split},
};

/// The cookies of a request, in the order of its header: browsers send the oldest first, RFC 6265bis §5.8.3.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Jar<'a>(Vec<(&'a str, &'a str)>);

opaque!(Jar<'_>);

/// When a browser sends a cookie along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// With requests from this site.
    Strict,
    /// And when somebody comes here from elsewhere.
    Lax,
    /// Always.
    None,
}

/// The names of a handler's cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Of the session; its further chunks have `.1`, `.2` behind it.
    pub session: String,
    /// What the name of each login's cookie begins with.
    login: String,
}

impl<'a> Jar<'a> {
    /// Reads a `Cookie` header. What is no pair is passed over.
    pub fn parse(header: &'a str) -> Self {
        let pairs = split(header, b';').map(|pair| cut(pair.trim_ascii(), b'='));
        Self(
            pairs
                .filter_map(|(name, value)| Some((name.trim_ascii(), value?.trim_ascii())))
                .filter(|(name, _)| !name.is_empty())
                .collect(),
        )
    }

    /// The value of a cookie. Two of one name cannot be ours: the prefix allows one.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`]
    pub fn get(&self, name: &str) -> Result<Option<&'a str>, Why> {
        let mut found = self.0.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value);
        match (found.next(), found.next()) {
            (value, None) => Ok(value),
            _ => Err(Why::SessionDamaged),
        }
    }
}

impl SameSite {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

impl Names {
    /// The names for a label, such as `session`: letters, digits, `-` and `_`, at most 32.
    pub fn new(label: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if label.is_empty() || label.len() > limits::COOKIE_LABEL_CHARACTERS || !label.bytes().all(plain) {
            return None;
        }
        Some(Self { session: joined(&["__Host-Http-", label]), login: joined(&["__Host-Http-", label, "-login."]) })
    }

    /// The name of a login's cookie: one for each `state`, so that logins in two tabs do not end each other.
    pub fn login(&self, state: &str) -> Option<String> {
        let part = state.get(..limits::LOGIN_NAME_CHARACTERS)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        part.bytes().all(plain).then(|| joined(&[&self.login, part]))
    }

    fn chunk(&self, index: usize) -> String {
        let mut name = self.session.clone();
        if index > 0 {
            name.push('.');
            push_integer(&mut name, i64::try_from(index).unwrap_or(i64::MAX));
        }
        name
    }

    /// The sealed session of a request, its chunks put together; `None` where there is none.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`] where a chunk is missing, or the count is none.
    pub fn read_session(&self, jar: &Jar<'_>) -> Result<Option<String>, Why> {
        let Some(first) = jar.get(&self.session)? else { return Ok(None) };
        let (count, start) = first.split_once('.').ok_or(Why::SessionDamaged)?;
        let count: usize = count.parse().map_err(|_| Why::SessionDamaged)?;
        if count == 0 || count > limits::COOKIE_CHUNKS {
            return Err(Why::SessionDamaged);
        }
        let mut text = start.to_string();
        for index in 1..count {
            text.push_str(jar.get(&self.chunk(index))?.ok_or(Why::SessionDamaged)?);
        }
        Ok(Some(text))
    }

    /// The `Set-Cookie` headers of a session, and those that delete chunks which it has no more.
    ///
    /// # Errors
    /// [`Why::SessionTooLarge`]
    pub fn write_session(&self, value: &str, same_site: SameSite, max_age: u32, jar: &Jar<'_>) -> Result<Vec<String>, Why> {
        let room = |index| {
            let bare = set(&self.chunk(index), "", same_site, max_age).len();
            limits::COOKIE_BYTES.saturating_sub(bare).saturating_sub(if index == 0 { 2 } else { 0 })
        };
        let mut pieces = Vec::new();
        let mut rest = value;
        while !rest.is_empty() || pieces.is_empty() {
            let (piece, left) = rest.split_at_checked(room(pieces.len()).min(rest.len())).ok_or(Why::SessionTooLarge)?;
            if pieces.len() == limits::COOKIE_CHUNKS {
                return Err(Why::SessionTooLarge);
            }
            pieces.push(piece);
            rest = left;
        }
        let count = joined(&[&pieces.len().to_string(), "."]);
        let mut headers = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let value = if index == 0 { joined(&[&count, *piece]) } else { (*piece).to_string() };
            headers.push(set(&self.chunk(index), &value, same_site, max_age));
        }
        headers.extend(self.stale(pieces.len(), same_site, jar));
        Ok(headers)
    }

    /// The `Set-Cookie` headers that delete the session.
    pub fn delete_session(&self, same_site: SameSite, jar: &Jar<'_>) -> Vec<String> {
        self.stale(0, same_site, jar).collect()
    }

    /// Deletes the chunks from that one on which the request had.
    fn stale(&self, from: usize, same_site: SameSite, jar: &Jar<'_>) -> impl Iterator<Item = String> {
        let most = limits::COOKIE_CHUNKS;
        let names = (from..most).map(|index| self.chunk(index));
        names.filter(|name| jar.0.iter().any(|(other, _)| other == name)).map(move |name| delete(&name, same_site))
    }

    /// The `Set-Cookie` headers of a login that begins: all logins together stay within a budget, or a browser that begins many would send headers
    /// that no server takes. The oldest give way.
    ///
    /// # Errors
    /// [`Why::SessionTooLarge`] where it does not fit into a cookie; [`Why::Internal`] for a state that is not ours.
    pub fn write_login(&self, state: &str, value: &str, same_site: SameSite, jar: &Jar<'_>) -> Result<Vec<String>, Why> {
        let name = self.login(state).ok_or(Why::Internal)?;
        let header = set(&name, value, same_site, limits::LOGIN_SECONDS);
        if header.len() > limits::COOKIE_BYTES {
            return Err(Why::SessionTooLarge);
        }
        let size = |name: &str, value: &str| name.len().saturating_add(value.len()).saturating_add(3);
        let others = || jar.0.iter().filter(|(other, _)| other.starts_with(&self.login) && *other != name);
        let mut total = others().fold(size(&name, value), |sum, (name, value)| sum.saturating_add(size(name, value)));
        let mut headers = Vec::new();
        for (other, value) in others() {
            if total <= limits::LOGIN_COOKIE_BYTES {
                break;
            }
            total = total.saturating_sub(size(other, value));
            headers.push(delete(other, same_site));
        }
        headers.push(header);
        Ok(headers)
    }

    /// The `Set-Cookie` headers that delete every login that is under way.
    pub fn delete_logins(&self, same_site: SameSite, jar: &Jar<'_>) -> Vec<String> {
        jar.0.iter().filter(|(name, _)| name.starts_with(&self.login)).map(|(name, _)| delete(name, same_site)).collect()
    }
}

/// One `Set-Cookie` header, [§4.1.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.2).
pub fn set(name: &str, value: &str, same_site: SameSite, max_age: u32) -> String {
    let mut header = joined(&[name, "=", value, "; Path=/; Secure; HttpOnly; SameSite=", same_site.as_str(), "; Max-Age="]);
    push_integer(&mut header, max_age.into());
    header
}

/// One that deletes: under the same attributes, or browsers take it for another cookie, or refuse it.
pub fn delete(name: &str, same_site: SameSite) -> String {
    set(name, "", same_site, 0)
}
