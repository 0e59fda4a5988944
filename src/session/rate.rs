//! How often one address may begin a login: a bucket of tokens, one of which drips in every few seconds.
//!
//! Everyone behind a handler reaches the authorization server from the handler's address, so one visitor who begins logins without end would have all
//! of them locked out. This bound is each isolate's own, in memory; where the platform counts for all isolates, its count is asked as well.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    limits,
    text::{find, split},
    time::Timestamp,
};

/// How full an address's bucket was, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Logins that may begin at once.
    pub left: u32,
    /// When it was counted.
    pub at: Timestamp,
}

impl Bucket {
    /// A full one.
    pub fn new(now: Timestamp) -> Self {
        Self { left: limits::LOGINS_AT_ONCE, at: now }
    }

    /// Takes one out.
    ///
    /// # Errors
    /// The seconds to wait, where it is empty.
    pub fn take(self, now: Timestamp) -> (Self, Result<(), u32>) {
        let every = i64::from(limits::LOGIN_EVERY_SECONDS);
        // A clock that was set back drips nothing.
        let passed = now.since(self.at).max(0);
        let dripped = passed.checked_div(every).and_then(|drops| u32::try_from(drops).ok()).unwrap_or(limits::LOGINS_AT_ONCE);
        let full = self.left.saturating_add(dripped) >= limits::LOGINS_AT_ONCE;
        let at = if full { now } else { self.at.plus(every.saturating_mul(dripped.into())) };
        let left = self.left.saturating_add(dripped).min(limits::LOGINS_AT_ONCE);
        match left.checked_sub(1) {
            Some(left) => (Self { left, at }, Ok(())),
            None => {
                let wait = every.saturating_sub(now.since(at)).max(1);
                (Self { left, at }, Err(u32::try_from(wait).unwrap_or(limits::LOGIN_EVERY_SECONDS)))
            }
        }
    }
}

/// What counts as one address: an IPv4 address, also where a socket for both kinds writes it as IPv6 (`::ffff:192.0.2.7`), or the network of an IPv6
/// address, because a household has 2⁶⁴ of those. `core::net` reads more of what is no address, and weighs 1.3 KB.
pub fn address(text: &str) -> String {
    let text = text.trim_ascii();
    let Some(last) = split(text, b':').skip(1).last() else { return text.to_string() };
    let (head, tail) = find(text, "::").and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    let (mut groups, end) = (groups(head), groups(tail));
    // An IPv4 address at the end takes the room of two groups.
    let inner = last.contains('.');
    while groups.len().saturating_add(end.len()).saturating_add(usize::from(inner)) < 8 {
        groups.push("0".into());
    }
    groups.extend(end);
    if inner && groups.iter().take(5).all(|group| group == "0") && groups.get(5).is_some_and(|group| group == "ffff") {
        return last.to_string();
    }
    groups.truncate(4);
    let mut network = String::new();
    for group in &groups {
        if !network.is_empty() {
            network.push(':');
        }
        network.push_str(group);
    }
    network
}

fn groups(side: &str) -> Vec<String> {
    let parts = split(side, b':').filter(|part| !part.is_empty());
    let trimmed = parts.map(|part| part.trim_start_matches('0').to_ascii_lowercase());
    trimmed.map(|part| if part.is_empty() { "0".into() } else { part }).collect()
}
