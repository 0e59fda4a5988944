//! What departs from the RFCs: [`deviation`] is what was seen, [`interop`] is how it is read, [`preset`] is what is known of a server beforehand.

pub mod deviation;
pub mod interop;
pub mod preset;
