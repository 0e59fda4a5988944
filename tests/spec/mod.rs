//! What the specifications say, as tests: one file for each, the same natively and in browsers.

mod flow;
mod jarm;
mod js_convert;
mod oidc_core_id_token;
mod preset;
mod quirks;
mod rfc6749_authorization;
mod rfc6749_client;
mod rfc6749_token;
mod rfc7515_jws;
mod rfc7517_jwk;
mod rfc7523_client_assertion;
mod rfc7636_pkce;
mod rfc8259_json;
mod rfc8414_metadata;
mod rfc9126_par;
mod rfc9449_dpop;
mod world;
