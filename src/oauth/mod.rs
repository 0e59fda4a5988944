//! OAuth 2.0: one specification to a file.

pub mod authorization;
pub mod client;
pub mod client_credentials;
pub mod extension;
pub mod issuer;
pub mod metadata;
pub mod pkce;
pub mod refresh;
pub mod token;
