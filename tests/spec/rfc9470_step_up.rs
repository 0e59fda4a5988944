//! RFC 9470: a resource wants the user to prove more.

use grantkit::{js::convert, oauth::step_up, text::challenge};
use wasm_bindgen_test::wasm_bindgen_test;

fn parameters(header: &str) -> Option<String> {
    step_up::parameters(&challenge::parse(header).unwrap()).map(|parameters| convert::step_up(&parameters))
}

#[wasm_bindgen_test(unsupported = test)]
fn section_4_a_challenge_becomes_the_parameters_of_a_new_request() {
    for (header, expected) in [
        // The examples of §3.
        (
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR""#,
            r#"{"acr_values":"myACR"}"#,
        ),
        (
            r#"Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5""#,
            r#"{"max_age":5}"#,
        ),
        (
            r#"DPoP algs="ES256", DPoP error=insufficient_user_authentication, acr_values="a b", max_age=0"#,
            r#"{"acr_values":"a b","max_age":0}"#,
        ),
        (r#"Bearer error="insufficient_user_authentication", max_age="-1""#, "{}"),
        (r#"Bearer error="insufficient_user_authentication", max_age="soon""#, "{}"),
        (r#"Bearer error="insufficient_scope", scope="orders:write""#, r#"{"scope":"orders:write"}"#),
    ] {
        assert_eq!(parameters(header).as_deref(), Some(expected), "{header}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn where_no_new_login_helps_there_is_none() {
    for header in ["", "Bearer", r#"Bearer error="invalid_token", acr_values="a""#, r#"Basic error="insufficient_scope""#] {
        assert_eq!(parameters(header), None, "{header}");
    }
}
