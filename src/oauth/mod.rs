//! OAuth 2.0: one specification to a file.

pub mod assertion;
pub mod authorization;
pub mod client;
pub mod client_credentials;
pub mod dpop;
pub mod endpoint;
pub mod extension;
pub mod issuer;
pub mod jar;
pub mod jarm;
pub mod metadata;
pub mod par;
pub mod pkce;
pub mod refresh;
pub mod token;
