//! OAuth 2.0 Form Post Response Mode, for a page without a server.

use grantkit::session::relay::location;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn a_posted_response_comes_to_the_page_in_its_fragment_and_nothing_else_comes_along() {
    assert_eq!(
        location("/callback", "code=a%2Bb&state=s&iss=https%3A%2F%2Fop.example&evil=%23x&id_token=t"),
        "/callback#code=a%2Bb&state=s&iss=https%3A%2F%2Fop.example"
    );
    assert_eq!(location("/callback", "error=access_denied&state=s"), "/callback#error=access_denied&state=s");
    assert_eq!(location("/callback", ""), "/callback#");
    assert_eq!(
        location("/callback", "code=%0d%0aSet-Cookie%3A%20x"),
        "/callback#code=%0D%0ASet-Cookie%3A+x",
        "no header is broken"
    );
}
