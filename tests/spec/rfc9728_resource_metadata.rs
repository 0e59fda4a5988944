//! RFC 9728: what a resource says of itself.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    oauth::resource,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, merge, text_response};

fn discover(resource: &str, challenge: Option<&str>, response: Response) -> (Result<String, Error>, Vec<Request>) {
    let mut relation = Relation::undiscovered(client());
    let step = relation.discover_resource(resource, challenge);
    drive(&mut relation, step, |_| Event::Response(response.clone()))
}

/// The example of §3.2.
fn metadata() -> Value {
    json!({
        "resource": "https://resource.example.com",
        "authorization_servers": ["https://as1.example.com", "https://as2.example.net"],
        "bearer_methods_supported": ["header", "body"],
        "scopes_supported": ["profile", "email", "phone"],
        "resource_documentation": "https://resource.example.com/resource_documentation.html"
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_1_the_well_known_part_goes_between_host_and_path() {
    for (resource, expected) in [
        ("https://resource.example.com", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
        ("https://resource.example.com/", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
        (
            "https://resource.example.com/resource1",
            Some("https://resource.example.com/.well-known/oauth-protected-resource/resource1"),
        ),
        ("https://rs.example/a/?b=c", Some("https://rs.example/.well-known/oauth-protected-resource/a/?b=c")),
        ("https://rs.example?b", Some("https://rs.example/.well-known/oauth-protected-resource?b")),
        ("https://rs.example/#a", None),
        ("rs.example", None),
    ] {
        assert_eq!(resource::location(resource).as_deref(), expected, "{resource}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_the_document_comes_as_it_is() {
    for asked in ["https://resource.example.com", "https://resource.example.com/"] {
        let (result, sent) = discover(asked, None, json_response(200, &metadata()));
        assert_eq!(serde_json::from_str::<Value>(&result.unwrap()).unwrap(), metadata());
        assert_eq!(sent[0].url, "https://resource.example.com/.well-known/oauth-protected-resource");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_3_metadata_of_another_resource_is_refused() {
    for (asked, resource) in [
        ("https://resource.example.com/a", "https://resource.example.com"),
        ("https://resource.example.com", "https://evil.example"),
        ("https://resource.example.com/a", "https://resource.example.com/a/"),
        ("https://resource.example.com/a", "https://resource.example.com/A"),
    ] {
        let mut document = metadata();
        merge(&mut document, json!({"resource": resource}));
        let error = discover(asked, None, json_response(200, &document)).0.unwrap_err();
        assert_eq!((error.code(), error.report().phase), (Code::ResourceMismatch, Phase::Resource), "{asked} {resource}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_document_that_is_not_right_is_refused() {
    for (changes, about) in [
        (json!({"resource": null}), "resource"),
        (json!({"resource": ["https://resource.example.com"]}), "resource"),
        (json!({"authorization_servers": "https://as1.example.com"}), "authorization_servers"),
        (json!({"authorization_servers": ["as1"]}), "authorization_servers"),
    ] {
        let mut document = metadata();
        merge(&mut document, changes);
        let error = discover("https://resource.example.com", None, json_response(200, &document)).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some(about)));
    }
    let error = discover("https://resource.example.com", None, text_response(404, "text/html", "<html>")).0.unwrap_err();
    assert_eq!(error.code(), Code::NotOauthResponse);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_a_challenge_names_the_place() {
    let challenge = r#"Basic, Bearer resource_metadata="https://meta.example/rs1", error="invalid_token""#;
    let (result, sent) = discover("https://resource.example.com", Some(challenge), json_response(200, &metadata()));
    assert!(result.is_ok());
    assert_eq!(sent[0].url, "https://meta.example/rs1");
    let (_, sent) = discover("https://resource.example.com", Some("Bearer"), json_response(200, &metadata()));
    assert_eq!(sent[0].url, "https://resource.example.com/.well-known/oauth-protected-resource", "a challenge without a place");
    for place in ["http://meta.example/rs1", "file:///etc/passwd"] {
        let challenge = format!(r#"Bearer resource_metadata="{place}""#);
        let (result, sent) = discover("https://resource.example.com", Some(&challenge), json_response(200, &metadata()));
        assert!(matches!(result.unwrap_err().code(), Code::InsecureUrl | Code::InvalidArgument) && sent.is_empty(), "{place}");
    }
}
