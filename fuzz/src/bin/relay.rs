//! Form Post Response Mode: whatever is posted. `form_urlencoded` reads the same in the fragment, the page stays the page, and no header is broken.
#![no_main]

use grantkit::session::relay::location;
use libfuzzer_sys::fuzz_target;

const PARAMETERS: [&str; 8] = ["code", "state", "iss", "error", "error_description", "error_uri", "response", "session_state"];

fuzz_target!(|body: &str| {
    let location = location("/callback", body);
    assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
    let fragment = location.strip_prefix("/callback#").expect("the page stays");
    assert!(!fragment.contains('#'));
    let read: Vec<_> = form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
    let posted = form_urlencoded::parse(body.as_bytes()).into_owned();
    let theirs: Vec<_> = posted.filter(|(name, _)| PARAMETERS.contains(&name.as_str())).collect();
    assert_eq!(read, theirs);
});
