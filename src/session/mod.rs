//! Sessions: when tokens are refreshed, and what a token handler at the edge keeps, sends and refuses.

pub mod cookie;
pub mod csrf;
pub mod handler;
pub mod policy;
pub mod rate;
pub mod record;
pub mod refusal;
pub mod relay;
pub mod seal;
pub mod turn;
