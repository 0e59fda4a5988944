//! What time it is.

use crate::time::Timestamp;

/// Now, by this machine's clock.
#[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit, whatever a clock says")]
pub fn now() -> Timestamp {
    Timestamp::from_seconds((js_sys::Date::now() / 1000.0) as i64)
}
