//! RFC 8414: whatever a server says of itself. Nothing is sent where everybody could listen.
#![no_main]

use grantkit::{error::Phase, flow::Relation, http::Response, oauth::metadata::Metadata};
use grantkit_fuzz::{ISSUER, check_error, client, drive};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    match Metadata::parse(text) {
        Err(error) => check_error(&error),
        Ok(metadata) => {
            for name in ["token_endpoint", "authorization_endpoint", "jwks_uri", "userinfo_endpoint"] {
                if let Ok(url) = metadata.endpoint(name, &client(), Phase::Token) {
                    let safe = |url: &Url| {
                        url.scheme() == "https"
                            || matches!(url.host_str(), Some("localhost" | "[::1]"))
                            || url.host_str().is_some_and(|host| host.starts_with("127."))
                    };
                    assert!(Url::parse(url).is_err() || Url::parse(url).is_ok_and(|url| safe(&url)), "{url}");
                }
            }
        }
    }
    let mut relation = Relation::undiscovered(client());
    let step = relation.discover(ISSUER);
    let mut answer =
        |_: &_| Response { status: 200, content_type: Some("application/json".into()), body: text.into(), ..Response::default() };
    match drive(&mut relation, step, &mut answer).0 {
        Err(error) => check_error(&error),
        Ok(()) => assert_eq!(relation.server.issuer, ISSUER),
    }
});
