//! The one place where randomness is drawn: `crypto.getRandomValues`, through getrandom. Never at load.

use crate::error::{Code, Error, Phase};

/// Fills a buffer; [`Code::CryptoUnavailable`] on a host without a source.
pub fn fill(bytes: &mut [u8], phase: Phase) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| Code::CryptoUnavailable.at(phase).about("crypto.getRandomValues"))
}
