//! RFC 6749 §4.1.3 and §5: the token request and its answer.

use grantkit::{
    error::{Code, Error, Fault},
    http::Response,
    oauth::{
        client::Client,
        token::{Exchange, Grant, Received, TokenResponse},
    },
    secret::Secret,
    text::form,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{client, json_response, server, text_response};

fn by_hand(parameters: &[(&str, &str)]) -> Result<Grant, Error> {
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Grant::by_hand(&parameters)
}

fn code_exchange(client: &Client) -> Exchange {
    Exchange::new(client, by_hand(&[("grant_type", "authorization_code"), ("code", "the-code")]).unwrap())
}

fn receive(response: &Response) -> Result<Received, Error> {
    code_exchange(&client()).receive(response)
}

fn strictly(response: &Response) -> Result<TokenResponse, Error> {
    TokenResponse::parse(response, true)
}

/// The example of §5.1.
fn example() -> Value {
    json!({
        "access_token": "2YotnFZFEjr1zCsicMWpAA",
        "token_type": "example",
        "expires_in": 3600,
        "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA",
        "example_parameter": "example_value",
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn section_4_1_3_every_parameter_is_sent_once_in_its_place() {
    let grant = by_hand(&[
        ("grant_type", "authorization_code"),
        ("code", "SplxlOBeZQQYbYS6WxSbIA"),
        ("redirect_uri", "https://client.example.com/cb"),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ("scope", "read write"),
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
        ("x_extra", "1"),
    ]);
    let client = Client::new("app");
    let request = Exchange::new(&client, grant.unwrap()).request(&server(), &client, None).unwrap();
    assert_eq!(
        request.body.as_ref().unwrap().expose(),
        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb\
         &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&scope=read+write&resource=https%3A%2F%2Fa.example\
         &resource=https%3A%2F%2Fb.example&x_extra=1&client_id=app"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_grant_by_hand_needs_its_type_and_its_credential() {
    for (parameters, about) in [
        (&[("code", "x")][..], "grant_type"),
        (&[("grant_type", "authorization_code")], "code"),
        (&[("grant_type", "authorization_code"), ("code", "")], "code"),
        (&[("grant_type", "refresh_token")], "refresh_token"),
        (&[("grant_type", "authorization_code"), ("code", "x"), ("code_verifier", "short")], "code_verifier"),
    ] {
        let error = by_hand(parameters).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidArgument, Some(about)));
    }
    assert!(by_hand(&[("grant_type", "urn:example:any")]).is_ok());
    let error = by_hand(&[("grant_type", "client_credentials"), ("client_secret", "x")]).unwrap_err();
    assert_eq!(error.code(), Code::ReservedParameter);
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_1_the_answer_is_read_with_every_member() {
    let mut body = example();
    body["token_type"] = "Bearer".into();
    let received = receive(&json_response(200, &body)).unwrap().tokens;
    assert_eq!(received.access_token.expose(), "2YotnFZFEjr1zCsicMWpAA");
    assert_eq!(received.refresh_token.as_ref().map(Secret::expose), Some("tGzv3JOkF0XG5Qx2TlKWIA"));
    assert_eq!((received.token_type.as_str(), received.expires_in), ("Bearer", Some(3600)));
    let written: Value = serde_json::from_str(&received.json(&[]).finish()).unwrap();
    assert_eq!(written["example_parameter"], "example_value");
    assert!(received.deviations.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_token_type_that_we_cannot_use_is_refused_and_its_case_does_not_count() {
    assert_eq!(receive(&json_response(200, &example())).unwrap_err().code(), Code::UnsupportedTokenType);
    for fine in ["bearer", "BEARER", "Bearer"] {
        let tokens = strictly(&json_response(200, &json!({"access_token": "a", "token_type": fine}))).unwrap();
        assert_eq!(tokens.token_type, fine);
    }
    for bad in ["mac", "DPoP", "N_A", "Bearer "] {
        let response = json_response(200, &json!({"access_token": "a", "token_type": bad}));
        assert_eq!(receive(&response).unwrap_err().code(), Code::UnsupportedTokenType, "{bad}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_member_of_the_wrong_type_is_named() {
    for (change, about) in [
        (json!({"access_token": null}), "access_token"),
        (json!({"access_token": ""}), "access_token"),
        (json!({"access_token": 5}), "access_token"),
        (json!({"access_token": {"x": 1}}), "access_token"),
        (json!({"token_type": 5}), "token_type"),
        (json!({"expires_in": "soon"}), "expires_in"),
        (json!({"expires_in": -1}), "expires_in"),
        (json!({"expires_in": [3600]}), "expires_in"),
        (json!({"expires_in": 1e3}), "expires_in"),
        (json!({"refresh_token": ["x"]}), "refresh_token"),
        (json!({"id_token": 1}), "id_token"),
        (json!({"scope": 1}), "scope"),
        (json!({"scope": ["a", 1]}), "scope"),
    ] {
        let mut body = json!({"access_token": "a", "token_type": "Bearer"});
        super::world::merge(&mut body, change.clone());
        // Written by hand: serde_json would write 1e3 as 1000.0.
        let text = body.to_string().replace("1000.0", "1e3");
        let error = receive(&text_response(200, "application/json", &text)).unwrap_err();
        assert_eq!((error.code(), error.report().about.as_deref()), (Code::InvalidMember, Some(about)), "{change}");
        assert!(error.report().grant_may_be_consumed, "the server has spent the code");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn section_5_2_a_refusal_is_read_at_any_status() {
    for status in [200, 400, 401, 403, 500] {
        let body = json!({"error": "invalid_grant", "error_description": "gone", "error_uri": "https://op.example/e"});
        let error = receive(&json_response(status, &body)).unwrap_err();
        let report = error.report();
        assert_eq!((error.code(), report.status), (Code::InvalidGrant, Some(status)));
        assert_eq!(error.code().fault(), Fault::Refusal);
        let refusal = report.refusal.as_ref().unwrap();
        assert_eq!((refusal.error.as_str(), refusal.description.as_deref()), ("invalid_grant", Some("gone")));
        assert_eq!(refusal.uri.as_deref(), Some("https://op.example/e"));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn whether_the_grant_may_be_spent_and_the_request_repeated_is_told() {
    let wait = |status, seconds: Option<&str>| Response {
        status,
        retry_after: seconds.map(Into::into),
        ..text_response(status, "text/html", "<html>")
    };
    let refusal = |status, error: &str| json_response(status, &json!({"error": error}));
    for (response, spent, retryable) in [
        (refusal(400, "invalid_grant"), true, false),
        (refusal(401, "invalid_client"), false, false),
        (refusal(400, "invalid_request"), false, false),
        (refusal(400, "invalid_scope"), false, false),
        (refusal(503, "temporarily_unavailable"), false, true),
        (refusal(500, "server_error"), true, false),
        (wait(429, None), false, true),
        (wait(503, Some("7")), false, true),
        (wait(503, None), true, false),
        (wait(502, None), true, false),
        (wait(200, None), true, false),
        (wait(404, None), true, false),
    ] {
        let error = receive(&response).unwrap_err();
        assert_eq!((error.report().grant_may_be_consumed, error.retryable()), (spent, retryable), "{response:?} {error:?}");
    }
    for code in [Code::Network, Code::Timeout, Code::Aborted, Code::RedirectRefused, Code::ResponseTooLarge] {
        let error = code_exchange(&client()).failed(code);
        assert!(error.report().grant_may_be_consumed && !error.retryable(), "{code:?}");
    }
    let idle = Exchange::new(&client(), by_hand(&[("grant_type", "client_credentials")]).unwrap());
    let error = idle.failed(Code::Network);
    assert!(!error.report().grant_may_be_consumed && error.retryable(), "client credentials can be asked for again");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_time_to_wait_is_read_in_seconds() {
    let with = |value: &str| Response { retry_after: Some(value.into()), ..json_response(429, &json!({"error": "slow_down"})) };
    assert_eq!(receive(&with("7")).unwrap_err().report().retry_after, Some(7));
    assert_eq!(receive(&with(" 7 ")).unwrap_err().report().retry_after, Some(7));
    assert_eq!(receive(&with("Wed, 21 Oct 2015 07:28:00 GMT")).unwrap_err().report().retry_after, None);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_not_oauth_is_told_with_its_start() {
    for (status, content_type, body) in [
        (200, "text/html", "<html><body>Sign in to the hotel network</body></html>"),
        (502, "text/html", "<html>bad gateway</html>"),
        (200, "application/json", ""),
        (200, "application/json", "<html>"),
        (500, "text/plain", "oops"),
        (400, "application/json", "{}"),
        (400, "application/json", "{\"access_token\":\"x\",\"token_type\":\"Bearer\"}"),
        (400, "application/json", "{\"error\":"),
    ] {
        let error = receive(&text_response(status, content_type, body)).unwrap_err();
        assert_eq!((error.code(), error.report().status), (Code::NotOauthResponse, Some(status)), "{status} {body}");
        assert!(body.starts_with(error.report().body.as_deref().unwrap()), "{:?}", error.report().body);
    }
    let binary = Response { body: vec![0xff, 0xfe], ..json_response(200, &json!({})) };
    assert_eq!(receive(&binary).unwrap_err().code(), Code::NotOauthResponse);
}

#[wasm_bindgen_test(unsupported = test)]
fn broken_json_and_repeated_members_are_refused() {
    for body in [
        "{\"access_token\":\"a\"",
        "{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}",
        "[1]",
        "\"x\"",
        "{'a':1}",
    ] {
        assert_eq!(receive(&text_response(200, "application/json", body)).unwrap_err().code(), Code::MalformedJson, "{body}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_echoed_secret_is_blotted_out() {
    let mut client = client();
    client.authentication = grantkit::oauth::client::Authentication::SecretPost(Secret::new("s3cr3t"));
    for response in [
        text_response(500, "text/html", "<p>bad code the-code for s3cr3t, token eyJhbGciOiJIUzI1NiJ9.e30.xyz</p>"),
        json_response(
            400,
            &json!({"error": "invalid_grant", "error_description": "code the-code of s3cr3t: eyJhbGciOiJIUzI1NiJ9.e30.xyz"}),
        ),
    ] {
        let error = code_exchange(&client).receive(&response).unwrap_err();
        let shown = format!("{} {error:?} {error}", error.to_json());
        for secret in ["the-code", "s3cr3t", "eyJhbGciOiJIUzI1NiJ9"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn strict_refuses_each_departure_and_interop_names_it() {
    let fine = json!({"access_token": "a", "token_type": "Bearer"});
    assert!(strictly(&json_response(200, &fine)).is_ok());
    for (response, deviation) in [
        (text_response(200, "text/plain", &fine.to_string()), "content_type"),
        (Response { content_type: None, ..json_response(200, &fine) }, "content_type"),
        (json_response(201, &fine), "success_status"),
        (text_response(200, "application/json", &format!("\u{feff}{fine}")), "byte_order_mark"),
        (text_response(200, "application/x-www-form-urlencoded", "access_token=a&token_type=bearer"), "form_encoded"),
        (json_response(200, &json!({"access_token": "a"})), "missing_token_type"),
        (json_response(200, &json!({"access_token": "a", "token_type": "BearerToken"})), "token_type_alias"),
        (json_response(200, &json!({"access_token": "a", "token_type": "Bearer", "expires_in": "60"})), "expires_in_type"),
        (json_response(200, &json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60.5})), "expires_in_type"),
        (json_response(200, &json!({"access_token": "a", "token_type": "Bearer", "scope": "a,b"})), "scope_separator"),
        (json_response(200, &json!({"access_token": "a", "token_type": "Bearer", "scope": ["a", "b"]})), "scope_type"),
        (json_response(200, &json!({"authed_user": {"access_token": "a", "token_type": "Bearer"}})), "nested_response"),
    ] {
        let tokens = TokenResponse::parse(&response, false).unwrap();
        let seen: Vec<_> = tokens.deviations.iter().map(|one| one.as_str()).collect();
        assert_eq!(seen, [deviation]);
        let error = strictly(&response).unwrap_err();
        assert_eq!(error.code(), Code::DeviationRefused, "{deviation}");
        assert_eq!(error.report().deviations, tokens.deviations);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn media_types_are_compared_without_case_and_parameters() {
    let fine = json!({"access_token": "a", "token_type": "Bearer"}).to_string();
    for media_type in
        ["application/json", "Application/JSON", "application/json;charset=UTF-8", "application/json ; charset=utf-8"]
    {
        assert!(strictly(&text_response(200, media_type, &fine)).is_ok(), "{media_type}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_form_is_read_with_its_escapes() {
    let response = text_response(
        200,
        "application/x-www-form-urlencoded; charset=utf-8",
        "access_token=a%2Bb&scope=repo%2Cgist&token_type=bearer&note=%22",
    );
    let tokens = TokenResponse::parse(&response, false).unwrap();
    assert_eq!((tokens.access_token.expose(), tokens.scope.as_deref()), ("a+b", Some("repo gist")));
    let repeated = text_response(200, "text/plain", "access_token=a&access_token=b&token_type=bearer");
    assert_eq!(TokenResponse::parse(&repeated, false).unwrap_err().code(), Code::MalformedJson);
    assert_eq!(form::parse("a=%zz"), [("a".into(), "%zz".into())]);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_servers_words_are_not_mangled_by_short_parameters() {
    let grant =
        by_hand(&[("grant_type", "refresh_token"), ("refresh_token", "the-token"), ("tenant", "a"), ("x", "scope")]).unwrap();
    let body = json!({"error": "invalid_scope", "error_description": "a scope is not allowed"});
    let error = Exchange::new(&client(), grant).receive(&json_response(400, &body)).unwrap_err();
    let refusal = error.report().refusal.as_ref().unwrap();
    assert_eq!(refusal.error, "invalid_scope");
    assert!(refusal.description.as_ref().unwrap().starts_with("a "));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_errors_word_is_shown_however_long_it_is_and_a_token_in_its_place_is_not() {
    let shown = |error: &str| {
        let body = json!({"error": error}).to_string();
        let response = text_response(400, "application/json", &body);
        let error = TokenResponse::parse(&response, false).unwrap_err();
        error.report().refusal.clone().unwrap().error
    };
    for word in ["invalid_grant", "unsupported_grant_type", "invalid_authorization_details", "use_attestation_challenge"] {
        assert_eq!(shown(word), word);
    }
    for token in ["2YotnFZFEjr1zCsicMWpAA", &"a".repeat(65)] {
        assert_eq!(shown(token), "[redacted]");
    }
}
