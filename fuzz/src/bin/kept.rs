//! What callers keep between two calls, and others may have altered: it is read whole or refused by the name of a member, and reads the same again.
#![no_main]

use grantkit::{
    oauth::{authorization::Pending, device::DeviceAuthorization},
    oidc::ciba::Backchannel,
    session::policy::{Session, Terms, Trouble},
    text::json::Object,
};
use grantkit_fuzz::NOW;
use libfuzzer_sys::fuzz_target;

/// Once more, of what it was written as.
macro_rules! reads_the_same {
    ($kind:ident, $object:expr) => {
        if let Ok(value) = $kind::parse($object) {
            let kept = value.to_json();
            assert_eq!(Object::parse(&kept).as_ref().map($kind::parse), Some(Ok(value)), "{kept}");
        }
    };
}

fuzz_target!(|text: &str| {
    let Some(object) = Object::parse(text) else { return };
    reads_the_same!(Pending, &object);
    reads_the_same!(DeviceAuthorization, &object);
    reads_the_same!(Backchannel, &object);
    reads_the_same!(Session, &object);
    if let Ok(session) = Session::parse(&object) {
        live(&session, &Trouble::parse(&object));
    }
});

/// Whatever the times are, there is an answer.
fn live(session: &Session, trouble: &Trouble) {
    let short = Terms { idle: Some(1), absolute: Some(u32::MAX), ahead: u32::MAX };
    let (failed, _) = session.failed(trouble, NOW);
    let sessions =
        [session.in_doubt(), session.touched(NOW), session.refreshed(None, true, NOW), session.with_refused_token(NOW), failed];
    for session in sessions {
        for terms in [Terms::default(), short] {
            let _ = (session.due(&terms, NOW), session.ends_at(&terms), session.believes_refusal(NOW));
        }
    }
}
