//! RFC 7009: giving a token back.

use grantkit::{
    error::{Code, Error, Phase},
    flow::{Event, Relation},
    http::{Request, Response},
    oauth::client::Authentication,
    secret::Secret,
    text::form,
};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, drive, json_response, now, server, server_with, text_response};

fn relation() -> Relation {
    Relation::new(server_with(json!({"revocation_endpoint": "https://op.example/revoke"})), client())
}

fn revoke(relation: &mut Relation, parameters: &[(&str, &str)], event: Event) -> (Result<(), Error>, Vec<Request>) {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let step = relation.revoke(Secret::new("45ghiukldjahdnhzdauz"), &parameters, now());
    let mut event = Some(event);
    drive(relation, step, |_| event.take().unwrap())
}

fn answered(response: Response) -> Result<(), Error> {
    revoke(&mut relation(), &[], Event::Response(response)).0
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_1_the_token_is_sent_with_the_clients_authentication() {
    let mut relation = relation();
    relation.client.authentication = Authentication::SecretPost(Secret::new("s"));
    let (result, sent) =
        revoke(&mut relation, &[("token_type_hint", "refresh_token")], Event::Response(text_response(200, "", "")));
    assert!(result.is_ok());
    assert_eq!((sent[0].method, sent[0].url.as_str()), ("POST", "https://op.example/revoke"));
    let pairs = form::parse(sent[0].body.as_ref().unwrap().expose());
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        pairs,
        [("token", "45ghiukldjahdnhzdauz"), ("token_type_hint", "refresh_token"), ("client_id", "app"), ("client_secret", "s"),]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_status_200_is_success_whatever_the_body() {
    for body in ["", "{}", "OK", "<html>", "{"] {
        assert!(answered(text_response(200, "text/html", body)).is_ok(), "{body}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_2_2_1_a_refusal_is_told() {
    for (response, code) in [
        (json_response(400, &json!({"error": "unsupported_token_type"})), Code::UnsupportedTokenType),
        (json_response(400, &json!({"error": "invalid_request"})), Code::InvalidRequest),
        (json_response(401, &json!({"error": "invalid_client"})), Code::InvalidClient),
        (text_response(404, "text/html", "<html>"), Code::NotOauthResponse),
    ] {
        let error = answered(response).unwrap_err();
        assert_eq!((error.code(), error.report().phase), (code, Phase::Revocation));
    }
    let error = answered(json_response(400, &json!({"error": "unsupported_token_type"}))).unwrap_err();
    assert_eq!(error.report().refusal.as_ref().unwrap().error, "unsupported_token_type", "a word is no token, however long");
    let busy = Response { retry_after: Some("7".into()), ..text_response(503, "text/plain", "45ghiukldjahdnhzdauz") };
    let error = answered(busy).unwrap_err();
    assert_eq!((error.retryable(), error.report().retry_after), (true, Some(7)));
    assert_eq!(error.report().body.as_deref(), Some("[redacted]"), "the token is not shown");
    assert_eq!(revoke(&mut relation(), &[], Event::Failed(Code::Timeout)).0.unwrap_err().code(), Code::Timeout);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_asked_is_not_sent() {
    let never = || Event::Failed(Code::Network);
    for name in ["token", "client_id", "client_secret", "client_assertion", "client_assertion_type"] {
        let (result, sent) = revoke(&mut relation(), &[(name, "x")], never());
        assert_eq!((result.unwrap_err().code(), sent.len()), (Code::ReservedParameter, 0), "{name}");
    }
    let (result, sent) = revoke(&mut Relation::new(server(), client()), &[], never());
    assert_eq!((result.unwrap_err().code(), sent.len()), (Code::UnsupportedByServer, 0));
    assert_eq!(relation().revoke(Secret::new(""), &[], now()).unwrap_err().code(), Code::InvalidArgument);
}
