//! Points in time and how far clocks may differ. The core has no clock: `now` is always handed in.

use crate::{limits, text::integer};

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

    /// Seconds from the other to this.
    pub const fn since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }

    /// This many seconds later; the end of time where that is beyond it.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Reads a date of HTTP, [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110.html#section-5.6.7), in the one form that may be
/// sent: `Sun, 06 Nov 1994 08:49:37 GMT`. The day of the week is not compared.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = |start: usize, length: usize| -> Option<i64> {
        let digits = text.get(start..start.checked_add(length)?)?;
        integer(digits).filter(|number| *number >= 0)
    };
    let is = |start: usize, part: &str| text.get(start..).is_some_and(|rest| rest.starts_with(part));
    if text.len() != 29
        || !(is(3, ", ") && is(7, " ") && is(11, " ") && is(16, " ") && is(19, ":") && is(22, ":") && is(25, " GMT"))
    {
        return None;
    }
    let name = text.get(8..11)?;
    let month = i64::try_from(MONTHS.iter().position(|month| *month == name)?).ok()?;
    let (day, year) = (number(5, 2)?, number(12, 4)?);
    let (hour, minute, second) = (number(17, 2)?, number(20, 2)?, number(23, 2)?);
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 || year < 1970 {
        return None;
    }
    // Years begin in March, so that the leap day is the last: months are then 30.6 days long, cut off.
    let (year, month) = if month < 2 { (year.wrapping_sub(1), month.wrapping_add(10)) } else { (year, month.wrapping_sub(2)) };
    let days = [year.wrapping_mul(365), year / 4, year / 400, month.wrapping_mul(306).wrapping_add(5) / 10, day];
    // 0000-03-01 is day 1 of that count, and 719,469 days before 1970-01-01.
    let days = days.iter().sum::<i64>().wrapping_sub(year / 100).wrapping_sub(719_469);
    Some(Timestamp(
        days.wrapping_mul(86_400)
            .wrapping_add(hour.wrapping_mul(3600))
            .wrapping_add(minute.wrapping_mul(60))
            .wrapping_add(second),
    ))
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
