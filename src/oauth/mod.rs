//! OAuth 2.0: one specification to a file.

pub mod access_token;
pub mod assertion;
pub mod authorization;
pub mod client;
pub mod client_credentials;
pub mod dpop;
pub mod endpoint;
pub mod extension;
pub mod introspection;
pub mod issuer;
pub mod jar;
pub mod jarm;
pub mod metadata;
pub mod par;
pub mod pkce;
pub mod refresh;
pub mod registration;
pub mod resource;
pub mod revocation;
pub mod signed;
pub mod step_up;
pub mod token;
