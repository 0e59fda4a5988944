//! What the specifications say, as tests: one file for each, the same natively and in browsers.

mod fapi2;
mod flow;
mod jarm;
mod js_convert;
mod oidc_ciba;
mod oidc_core_id_token;
mod preset;
mod quirks;
mod rfc6749_authorization;
mod rfc6749_client;
mod rfc6749_token;
mod rfc7515_jws;
mod rfc7517_jwk;
mod rfc7523_assertion_grant;
mod rfc7523_client_assertion;
mod rfc7636_pkce;
mod rfc8259_json;
mod rfc8414_metadata;
mod rfc8628_device;
mod rfc8693_token_exchange;
mod rfc9126_par;
mod rfc9396_rar;
mod rfc9449_dpop;
mod world;
