//! Points in time and how far clocks may differ. The core has no clock: `now` is always handed in.

use crate::limits;

/// Seconds since 1970-01-01T00:00:00Z: `NumericDate` of [RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519.html#section-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// As seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This many seconds later; the end of time where that is beyond it.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Seconds by which our clock and the server's may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leeway(u32);

impl Leeway {
    /// At most [`limits::LEEWAY_SECONDS_MAX`]; `None` beyond it.
    pub const fn from_seconds(seconds: u32) -> Option<Self> {
        if seconds > limits::LEEWAY_SECONDS_MAX { None } else { Some(Self(seconds)) }
    }

    /// As seconds.
    pub const fn seconds(self) -> i64 {
        self.0 as i64
    }
}

impl Default for Leeway {
    fn default() -> Self {
        Self(limits::LEEWAY_SECONDS)
    }
}
