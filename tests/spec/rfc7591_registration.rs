//! RFC 7591: a client registers itself.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    secret::Secret,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, merge, server, server_with, text_response};

const METADATA: &str = r#"{"redirect_uris":["https://client.example.org/callback"],"client_name":"My Example"}"#;

fn register(initial: Option<&str>, response: Response) -> (Result<String, Error>, Vec<Request>) {
    let server = server_with(json!({"registration_endpoint": "https://op.example/register"}));
    let mut relation = Relation::new(server, client());
    let step = relation.register(METADATA, initial.map(Secret::new));
    drive(&mut relation, step, |_| Event::Response(response.clone()))
}

/// The example of §3.2.1.
fn information() -> Value {
    json!({
        "client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d", "client_id_issued_at": 2893256800_u64,
        "client_secret_expires_at": 2893276800_u64, "redirect_uris": ["https://client.example.org/callback"],
        "grant_types": ["authorization_code", "refresh_token"], "example_extension_parameter": "example_value"
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_the_metadata_is_sent_as_json_and_the_answer_comes_as_it_is() {
    let (result, sent) = register(None, json_response(201, &information()));
    assert_eq!(serde_json::from_str::<Value>(&result.unwrap()).unwrap(), information());
    let headers: Vec<_> = sent[0].headers.iter().map(|(name, value)| (name.as_ref(), value.expose())).collect();
    assert_eq!(headers, [("accept", "application/json"), ("content-type", "application/json")]);
    assert_eq!((sent[0].method, sent[0].body.as_ref().unwrap().expose()), ("POST", METADATA));
    let (_, sent) = register(Some("ey23f2"), json_response(201, &information()));
    assert!(sent[0].headers.iter().any(|(name, value)| name == "authorization" && value.expose() == "Bearer ey23f2"));
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_1_each_member_that_is_not_right_is_named() {
    for (changes, about) in [
        (json!({"client_id": null}), "client_id"),
        (json!({"client_id": ""}), "client_id"),
        (json!({"client_secret": 1}), "client_secret"),
        (json!({"client_secret_expires_at": null}), "client_secret_expires_at"),
        (json!({"client_secret_expires_at": "never"}), "client_secret_expires_at"),
        (json!({"client_secret_expires_at": -1}), "client_secret_expires_at"),
    ] {
        let mut information = information();
        merge(&mut information, changes);
        let error = register(None, json_response(201, &information)).0.unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some(about)));
    }
    assert!(register(None, json_response(201, &json!({"client_id": "public"}))).0.is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn section_3_2_2_a_refusal_is_told() {
    for (error, code) in [
        ("invalid_redirect_uri", Code::InvalidRedirectUri),
        ("invalid_client_metadata", Code::InvalidClientMetadata),
        ("invalid_software_statement", Code::InvalidSoftwareStatement),
        ("unapproved_software_statement", Code::UnapprovedSoftwareStatement),
    ] {
        let error = register(None, json_response(400, &json!({"error": error}))).0.unwrap_err();
        assert_eq!((error.code(), error.report().phase), (code, Phase::Registration));
    }
    let challenge = Some(r#"Bearer error="invalid_token""#.into());
    let unauthorized = Response { www_authenticate: challenge, ..text_response(401, "text/plain", "") };
    assert_eq!(register(Some("x"), unauthorized).0.unwrap_err().code(), Code::InvalidToken);
    assert_eq!(register(None, text_response(500, "text/html", "<html>")).0.unwrap_err().code(), Code::NotOauthResponse);
    let mut nowhere = Relation::new(server(), client());
    assert_eq!(nowhere.register(METADATA, None).unwrap_err().code(), Code::UnsupportedByServer);
}
