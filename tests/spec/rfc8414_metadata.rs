//! RFC 8414 and OpenID Connect Discovery: where metadata is, and what it must say.

use grantkit::{
    error::{Code, Phase},
    jose::jws::Algorithm,
    oauth::{
        client::Client,
        metadata::{Metadata, check_secure, locations},
    },
};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{ISSUER, client, merge, metadata, server, server_with};

#[wasm_bindgen_test(unsupported = test)]
fn metadata_is_looked_for_where_the_two_specifications_put_it() {
    assert_eq!(
        locations("https://example.com").unwrap(),
        ["https://example.com/.well-known/openid-configuration", "https://example.com/.well-known/oauth-authorization-server",]
    );
    // RFC 8414 §3.1's example, and a slash at the end, which Discovery §4 takes away.
    for issuer in ["https://example.com/issuer1", "https://example.com/issuer1/"] {
        assert_eq!(
            locations(issuer).unwrap(),
            [
                "https://example.com/issuer1/.well-known/openid-configuration",
                "https://example.com/.well-known/oauth-authorization-server/issuer1",
                "https://example.com/.well-known/openid-configuration/issuer1",
            ]
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_issuer_has_no_metadata() {
    for bad in [
        "",
        "op.example",
        "ftp://op.example",
        "https://",
        "https://op.example?x=1",
        "https://op.example#x",
        "https://user@op.example",
        "https://op.example\\@evil.example",
        "https://op.example /",
        "https://op.exämple",
        "https://op.example:x",
        "https://[::1",
        "HTTPS://op.example",
    ] {
        assert!(locations(bad).is_none(), "{bad}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn issuers_are_compared_to_the_letter() {
    assert!(server().of_issuer(ISSUER, &client()).is_ok());
    for other in
        ["https://op.example/", "https://OP.example", "https://op.example:443", "http://op.example", "https://evil.example"]
    {
        let error = server().of_issuer(other, &client()).unwrap_err();
        assert_eq!((error.code(), error.report().phase), (Code::IssuerMismatch, Phase::Discovery), "{other}");
    }
    let mut careless = client();
    careless.dangerously_skip_issuer_check = true;
    assert!(server().of_issuer("https://evil.example", &careless).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_member_that_is_not_right_is_named() {
    for (changes, about) in [
        (json!({"issuer": null}), "issuer"),
        (json!({"issuer": 1}), "issuer"),
        (json!({"issuer": "op.example"}), "issuer"),
        (json!({"issuer": "https://op.example?x"}), "issuer"),
        (json!({"token_endpoint": 1}), "token_endpoint"),
        (json!({"token_endpoint": "/token"}), "token_endpoint"),
        (json!({"token_endpoint": "javascript:alert(1)"}), "token_endpoint"),
        (json!({"authorization_endpoint": "https://op.example/a#b"}), "authorization_endpoint"),
        (json!({"code_challenge_methods_supported": "S256"}), "code_challenge_methods_supported"),
        (json!({"id_token_signing_alg_values_supported": [1]}), "id_token_signing_alg_values_supported"),
    ] {
        let mut document = metadata();
        merge(&mut document, changes);
        let error = Metadata::parse(&document.to_string()).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::MetadataInvalid, Some(about)), "{document}");
    }
    for broken in ["", "[]", "null", "{", "{\"issuer\":\"https://a\",\"issuer\":\"https://b\"}"] {
        assert_eq!(Metadata::parse(broken).unwrap_err().code(), Code::MalformedJson, "{broken}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_endpoint_is_secure_or_on_this_machine_or_refused() {
    let app = Client::new("app");
    for good in [
        "https://op.example/t",
        "http://localhost/t",
        "http://localhost:8080/t",
        "http://127.0.0.1:1/t",
        "http://127.9.9.9/t",
        "http://[::1]:80/t",
    ] {
        assert_eq!(check_secure(good, &app), Ok(()), "{good}");
    }
    for bad in [
        "http://op.example/t",
        "http://localhost.evil.example/t",
        "http://127.0.0.1.evil.example/t",
        "http://127.1/t",
        "http://192.168.0.1/t",
        "http://127.0.0.256/t",
        "http://127.-0.0.1/t",
    ] {
        assert_eq!(check_secure(bad, &app), Err(Code::InsecureUrl), "{bad}");
    }
    let mut careless = app;
    careless.dangerously_allow_http = true;
    assert_eq!(check_secure("http://192.168.0.1/t", &careless), Ok(()));
    let server = server_with(json!({"token_endpoint": "http://op.example/token", "jwks_uri": null}));
    let refused = |name| server.endpoint(name, &client(), Phase::Token).unwrap_err();
    assert_eq!(refused("token_endpoint").code(), Code::InsecureUrl);
    assert_eq!(refused("jwks_uri").code(), Code::UnsupportedByServer);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_server_that_lists_no_algorithms_may_use_rs256_alone() {
    let server = server_with(json!({"id_token_signing_alg_values_supported": null}));
    assert!(
        server.allows_algorithm("id_token_signing_alg_values_supported", Algorithm::Rs256)
            && !server.allows_algorithm("id_token_signing_alg_values_supported", Algorithm::Es256)
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn an_algorithm_with_two_names_is_allowed_by_either_of_them() {
    for name in ["EdDSA", "Ed25519"] {
        let server = server_with(json!({"id_token_signing_alg_values_supported": ["none", name]}));
        let allows = |algorithm| server.allows_algorithm("id_token_signing_alg_values_supported", algorithm);
        assert_eq!([Algorithm::EdDsa, Algorithm::Rs256].map(allows), [true, false], "{name}");
    }
}
