//! grantkit turns OAuth 2.0 and OpenID Connect credentials into tokens, in the browser and at the edge.
//!
//! # The story
//! An exchange is a value. Ask it what to send, give it what came back; it turns into the next value.
//!
//! ```text
//! Client ──► authorization::start(entropy) ──► Begun ──► (URL, Pending)         … the browser leaves and returns …
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
//! | RFC 6750, 8707, 9728 | [`oauth::resource`] |
//! | RFC 7009 | [`oauth::revocation`] |
//! | RFC 7662, 9701 | [`oauth::introspection`] |
//! | RFC 7591 | [`oauth::registration`] |
//! | RFC 9068, RFC 9449 §4.3 | [`oauth::access_token`] |
//! | RFC 9470 | [`oauth::step_up`] |
//! | RFC 7522, 7523 | [`oauth::assertion`] |
//! | RFC 7636 | [`oauth::pkce`] |
//! | RFC 8414, OIDC Discovery | [`oauth::metadata`] |
//! | RFC 8628 | [`oauth::device`] |
//! | RFC 8693 | [`oauth::exchange`] |
//! | RFC 9101, JARM | [`oauth::jar`], [`oauth::jarm`] |
//! | RFC 9126 | [`oauth::par`] |
//! | RFC 9207 | [`oauth::issuer`] |
//! | RFC 9396 | [`oauth::rar`] |
//! | RFC 9449 | [`oauth::dpop`] |
//! | FAPI 2.0 | [`oauth::fapi2`] |
//! | OpenID4VCI §6.1 | [`oauth::pre_authorized_code`] |
//! | RFC 7515, 7518 §3, 8037, 9864 | [`jose::jws`] |
//! | RFC 7517, 7518 §6, 7638 | [`jose::jwk`] |
//! | RFC 7519, 8725 | [`jose::jwt`] |
//! | OIDC Core §3.1.3.7–8, §12.2 | [`oidc::id_token`] |
//! | OIDC Core §5.3 | [`oidc::userinfo`] |
//! | CIBA | [`oidc::ciba`] |
//! | OIDC RP-Initiated Logout, Back-Channel Logout | [`oidc::logout`] |
//! | RFC 9700 §4.14: when to refresh, and whose turn it is | [`session::policy`], [`session::turn`] |
//! | OAuth 2.0 for Browser-Based Applications §6.1 | [`session::handler`], [`session::csrf`], [`session::record`] |
//! | RFC 6265bis, AES-256-GCM (RFC 5116) as cookies have it | [`session::cookie`], [`session::seal`] |
//! | OAuth 2.0 Form Post Response Mode | [`session::relay`] |
//! | RFC 9110 §11.6.1 | [`text::challenge`] |
//! | RFC 8259 | [`text::json`] |
//! | RFC 4648 §5 | [`text::base64url`] |
//!
//! # A login in Rust
//! The program brings what is the host's: an HTTP client, a clock, random bytes and, for ID tokens, a verifier of signatures.
//!
//! ```
//! use grantkit::{
//!     error::{Code, Error},
//!     flow::{Effect, Event, Relation, Step},
//!     http::{Request, Response},
//!     oauth::{authorization::Pending, client::Client, metadata::Metadata},
//!     text::json::Object,
//!     time::Timestamp,
//! };
//!
//! // In place of an HTTP client, which would follow no redirect.
//! fn send(request: &Request) -> Response {
//!     assert_eq!((request.method, request.url.as_str()), ("POST", "https://as.example/token"));
//!     let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#;
//!     Response { status: 200, content_type: Some("application/json".into()), body: body.into(), ..Response::default() }
//! }
//!
//! // One loop performs every flow.
//! fn perform<T>(relation: &mut Relation, mut step: Step<T>, now: Timestamp) -> Result<T, Error> {
//!     loop {
//!         let (effect, next) = match step {
//!             Step::Ask(effect, next) => (effect, next),
//!             Step::Done(value) => return Ok(value),
//!         };
//!         let event = match effect {
//!             Effect::Send(request) => Event::Response(send(&request)),
//!             // From the system's source, fresh each time.
//!             Effect::Draw => Event::Drawn([[1; 32], [2; 32], [3; 32]]),
//!             // With `openid` in the scope, `Effect::Verify(check)` asks for the signature of an ID token.
//!             _ => Event::Failed(Code::AlgorithmUnsupported),
//!         };
//!         step = next.resume(relation, event, now)?;
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let server = r#"{
//!     "issuer": "https://as.example",
//!     "authorization_endpoint": "https://as.example/authorize",
//!     "token_endpoint": "https://as.example/token"
//! }"#;
//! let mut client = Client::new("my-app");
//! client.redirect_uri = Some("https://app.example/callback".into());
//! client.scope = Some("orders:read".into());
//! let mut relation = Relation::new(Metadata::parse(server)?, client); // or Relation::undiscovered(client), then discover()
//!
//! // Leave: send the browser to `url`, keep `pending`.
//! let now = Timestamp::from_seconds(1_800_000_000);
//! let step = relation.authorize(&[])?;
//! let (url, pending) = perform(&mut relation, step, now)?;
//! assert!(url.starts_with("https://as.example/authorize?response_type=code&client_id=my-app&"));
//! let kept = pending.to_json();
//!
//! // Come back: the server has added `code` and `state` to the redirect URI.
//! let kept = Object::parse(&kept).expect("what was kept is JSON");
//! # let state = kept.string("state").unwrap_or_default();
//! # let callback = format!("https://app.example/callback?code=SplxlOBeZQQYbYS6WxSbIA&state={state}");
//! let pending = Pending::parse(&kept).expect("what was kept is complete");
//! let step = relation.callback(&callback, pending, now)?;
//! let tokens = perform(&mut relation, step, now)?;
//!
//! assert_eq!(tokens.response().access_token.expose(), "2YotnFZFEjr1zCsicMWpAA");
//! assert_eq!(tokens.expires_at(), Some(now.plus(3600)));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! | feature | brings |
//! |---|---|
//! | `std` (default) | the standard library; without it the crate needs `alloc` alone |
//! | `web` | `web`: a host for pages and Workers in Rust, on `wasm32` |
//! | `serde` | [`flow::Tokens`], [`oauth::authorization::Pending`] and [`error::Error`] as serde's data; with `web` as values of JavaScript, for Leptos, Yew, workers-rs |
//! | `js`, `sync`, `login`, `grants`, `resource-server`, `session`, `edge`, `host`, `module` | what the modules of the npm package are built with: each has the flows that its entry can ask for |
//!
//! # Where building showed a better way than the plan
//! * Flows are values in [`flow`], not `async fn`s in the web host: see there.
//! * `words` makes the two sets of words that callers see, deviations and checks. Tokens name the checks that were made
//!   ([`oidc::id_token::Check`]), so that a page, a log or a test can show what was verified instead of trusting that it was.
//! * JSON is read by [`text::json`], not by a crate: see there.
#![no_std]
// The allocator of the npm modules is the one thing that is unsafe: without it nothing may be.
#![cfg_attr(not(feature = "module"), forbid(unsafe_code))]
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

pub mod session;

#[cfg(feature = "serde")]
mod serde;

#[cfg(all(target_arch = "wasm32", feature = "host"))]
pub mod web;

#[cfg(feature = "js")]
pub mod js;

#[cfg(all(target_arch = "wasm32", feature = "module"))]
mod module;
