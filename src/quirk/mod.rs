//! What departs from the RFCs: [`deviation`] is what was seen, [`interop`] is how it is read.

pub mod deviation;
pub mod interop;
