//! RFC 9110 §11.6.1: `WWW-Authenticate`.

use grantkit::{limits, text::challenge};
use wasm_bindgen_test::wasm_bindgen_test;

fn json(header: &str) -> Option<String> {
    let challenges: Vec<_> = challenge::parse(header)?.iter().map(challenge::Challenge::to_json).collect();
    Some(format!("[{}]", challenges.join(",")))
}

#[wasm_bindgen_test(unsupported = test)]
fn challenges_are_told_from_parameters() {
    for (header, expected) in [
        ("", "[]"),
        (" , ,", "[]"),
        ("Basic", r#"[{"scheme":"basic","parameters":{}}]"#),
        // RFC 6750 §3
        (r#"Bearer realm="example""#, r#"[{"scheme":"bearer","parameters":{"realm":"example"}}]"#),
        (
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#,
            r#"[{"scheme":"bearer","parameters":{"realm":"example","error":"invalid_token","error_description":"The access token expired"}}]"#,
        ),
        // RFC 9110 §11.6.1
        (
            r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
            r#"[{"scheme":"basic","parameters":{"realm":"simple"}},{"scheme":"newauth","parameters":{"realm":"apps","type":"1","title":"Login to \"apps\""}}]"#,
        ),
        // RFC 9449 §7.1
        (
            r#"DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256""#,
            r#"[{"scheme":"dpop","parameters":{"error":"invalid_token","error_description":"Invalid DPoP key binding","algs":"ES256"}}]"#,
        ),
        // RFC 9728 §5.1
        (
            r#"Bearer resource_metadata="https://resource.example.com/.well-known/oauth-protected-resource""#,
            r#"[{"scheme":"bearer","parameters":{"resource_metadata":"https://resource.example.com/.well-known/oauth-protected-resource"}}]"#,
        ),
        ("Negotiate, NTLM", r#"[{"scheme":"negotiate","parameters":{}},{"scheme":"ntlm","parameters":{}}]"#),
        (
            "Negotiate YII=, Basic realm=x",
            r#"[{"scheme":"negotiate","token68":"YII=","parameters":{}},{"scheme":"basic","parameters":{"realm":"x"}}]"#,
        ),
        ("Negotiate abc/+==", r#"[{"scheme":"negotiate","token68":"abc/+==","parameters":{}}]"#),
        ("A b = c ,d= \"e,f\"", r#"[{"scheme":"a","parameters":{"b":"c","d":"e,f"}}]"#),
        ("A , b=c", r#"[{"scheme":"a","parameters":{"b":"c"}}]"#),
        ("A REALM=x,,B", r#"[{"scheme":"a","parameters":{"realm":"x"}},{"scheme":"b","parameters":{}}]"#),
        (r#"A b="""#, r#"[{"scheme":"a","parameters":{"b":""}}]"#),
        (r#"A b="é\é""#, r#"[{"scheme":"a","parameters":{"b":"éé"}}]"#),
    ] {
        assert_eq!(json(header).as_deref(), Some(expected), "{header}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_not_of_the_grammar_says_nothing() {
    for header in [
        "realm=x",
        "=x",
        "Bearer realm=\"open",
        "Bearer realm=\"x\\",
        "Bearer a=1, realm=",
        "Bearer realm=a b",
        "Bearer error=\"a\" scope=\"b\"",
        "Bearer a=1, A=2",
        "Bearer abc==, realm=x",
        "Bearer abc def",
        "Bearer realm=\"a\nb\"",
        "Bearer \"x\"",
        "Bearer é",
    ] {
        assert_eq!(json(header), None, "{header}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_too_large_says_nothing() {
    let challenges = |count: usize| vec!["A"; count].join(",");
    let parameters = |count: usize| format!("A {}", (0..count).map(|index| format!("p{index}=x")).collect::<Vec<_>>().join(","));
    assert!(json(&challenges(limits::CHALLENGES)).is_some() && json(&challenges(limits::CHALLENGES + 1)).is_none());
    assert!(json(&parameters(limits::CHALLENGE_PARAMETERS)).is_some());
    assert!(json(&parameters(limits::CHALLENGE_PARAMETERS + 1)).is_none());
    assert!(json(&format!("A {}", "b".repeat(limits::CHALLENGE_BYTES))).is_none());
}
