//! grantkit turns OAuth 2.0 and OpenID Connect credentials into tokens, in the browser and at the edge.
//!
//! # The story
//! An exchange is a value. Ask it what to send, give it what came back; it turns into the next value.
//!
//! ```text
//! Client ──► authorization::start(entropy) ──► (URL, Pending)         … the browser leaves and returns …
//! Pending.receive(callback) ──► Grant ──► token::Exchange
//! Exchange.request() ──► http::Request ──[send]──► http::Response
//! Exchange.receive(response) ──► Received ──► jws::Check ──[verify]──► Tokens
//! ```
//!
//! There are three effects (send, sign, verify) and three inputs (entropy, now, bytes). The host performs effects, the core decides. [`flow`]
//! chains them: it is what the web host drives, and what a Rust program drives with its own HTTP client.
//!
//! # The map
//! | specification | room |
//! |---|---|
//! | RFC 6749 §2 | [`oauth::client`] |
//! | RFC 6749 §4.1.1–2, OIDC Core §3.1.2 | [`oauth::authorization`] |
//! | RFC 6749 §4.1.3, §5 | [`oauth::token`] |
//! | RFC 6749 §4.4, §4.5, §6 | [`oauth::client_credentials`], [`oauth::extension`], [`oauth::refresh`] |
//! | RFC 6749 App. B | [`text::form`] |
//! | RFC 7636 | [`oauth::pkce`] |
//! | RFC 8414, OIDC Discovery | [`oauth::metadata`] |
//! | RFC 9207 | [`oauth::issuer`] |
//! | RFC 7515, 7518 §3, 8037, 9864 | [`jose::jws`] |
//! | RFC 7517, 7518 §6, 7638 | [`jose::jwk`] |
//! | RFC 7519, 8725 | [`jose::jwt`] |
//! | OIDC Core §3.1.3.7–8, §12.2 | [`oidc::id_token`] |
//! | OIDC RP-Initiated Logout | [`oidc::logout`] |
//! | RFC 8259 | [`text::json`] |
//! | RFC 4648 §5 | [`text::base64url`] |
//!
//! # Where building showed a better way than the plan
//! * Flows are values in [`flow`], not `async fn`s in the web host: see there.
//! * `words` makes the two sets of words that callers see, deviations and checks. Tokens name the checks that were made
//!   ([`oidc::id_token::Check`]), so that a page, a log or a test can show what was verified instead of trusting that it was.
//! * JSON is read by [`text::json`], not by a crate: see there.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod words;

pub mod error;
pub mod http;
pub mod limits;
pub mod secret;
pub mod time;

pub mod quirk;
pub mod text;

pub mod jose;
pub mod oauth;
pub mod oidc;

pub mod flow;

#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;

#[cfg(feature = "js")]
pub mod js;

#[cfg(all(target_arch = "wasm32", feature = "module"))]
mod module;
