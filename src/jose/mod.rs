//! JSON Object Signing: keys ([`jwk`]), signatures ([`jws`]), claims ([`jwt`]).

pub mod jwk;
pub mod jws;
pub mod jwt;
