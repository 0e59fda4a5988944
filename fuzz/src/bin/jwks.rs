//! RFC 7517 §5: whatever stands at `jwks_uri`, and a token that is to be verified by it.
#![no_main]

use grantkit::flow::{Effect, Event, Step};
use grantkit_fuzz::{NOW, check_error, relation, response, token};
use libfuzzer_sys::fuzz_target;

const CLAIMS: &str = r#"{"iss":"https://op.example","sub":"alice","aud":"app","exp":1800000300,"iat":1800000000,"jti":"1","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = response(data) else { return };
    for header in [r#"{"alg":"ES256","kid":"k1"}"#, r#"{"alg":"RS256"}"#] {
        let mut relation = relation();
        let mut step = relation.validate_logout_token(&token(&format!("{header}\n{CLAIMS}")), NOW);
        let (mut asked, mut verified) = (0, 0);
        loop {
            let (event, next) = match step {
                Err(error) => break check_error(&error),
                Ok(Step::Done(_)) => panic!("every signature is wrong"),
                Ok(Step::Ask(Effect::Send(_), next)) => {
                    asked += 1;
                    (Event::Response(answer.clone()), next)
                }
                Ok(Step::Ask(Effect::Verify(check), next)) => {
                    verified += 1;
                    assert!(serde_json::from_str::<serde_json::Value>(&check.key).is_ok());
                    (Event::Verified(false), next)
                }
                Ok(Step::Ask(effect, _)) => panic!("{effect:?}"),
            };
            step = next.resume(&mut relation, event, NOW);
        }
        assert!(asked == 1 && verified <= grantkit::limits::KEY_CANDIDATES);
    }
});
