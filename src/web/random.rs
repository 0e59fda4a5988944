//! The one place where randomness is drawn: `crypto.getRandomValues`, through getrandom. Never at load.

use crate::{error::Code, flow::Event, oauth::authorization::Entropy};

/// Draws fresh bytes; [`Code::CryptoUnavailable`] on a host without a source.
pub fn draw() -> Event {
    let mut entropy = Entropy::default();
    match getrandom::fill(entropy.as_flattened_mut()) {
        Ok(()) => Event::Drawn(entropy),
        Err(_) => Event::Failed(Code::CryptoUnavailable),
    }
}
