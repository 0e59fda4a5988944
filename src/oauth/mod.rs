//! OAuth 2.0: one specification to a file.

pub mod assertion;
pub mod authorization;
pub mod client;
pub mod client_credentials;
pub mod device;
pub mod dpop;
pub mod endpoint;
pub mod exchange;
pub mod extension;
pub mod fapi2;
pub mod issuer;
pub mod jar;
pub mod jarm;
pub mod metadata;
pub mod par;
pub mod pkce;
pub mod pre_authorized_code;
pub mod rar;
pub mod refresh;
pub mod token;
