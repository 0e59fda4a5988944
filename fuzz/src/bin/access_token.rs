//! RFC 9068 and RFC 9449 §4.3: whatever a request shows to a resource: the token's header and claims, and the proof's, line by line.
#![no_main]

use grantkit::{
    http::Response,
    oauth::access_token::{Expected, Received},
};
use grantkit_fuzz::{NOW, check, check_claims, check_header, drive, relation, token};
use libfuzzer_sys::fuzz_target;

const AUDIENCE: &str = "https://api.example";

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let mut pair = || token(&[lines.next().unwrap_or(""), "\n", lines.next().unwrap_or("")].concat());
    let (shown, proof) = (pair(), pair());
    for (scheme, bound) in [("Bearer", false), ("DPoP", true)] {
        let received = Received {
            method: "GET".into(),
            url: "https://api.example/orders?page=1".into(),
            authorization: Some(format!("{scheme} {shown}")),
            dpop: bound.then(|| proof.clone()),
        };
        let expected = Expected { audience: AUDIENCE.into(), scope: "read".into(), ..Expected::default() };
        let mut relation = relation();
        let step = relation.validate_access_token(&received, &expected, NOW);
        let (result, _) = drive(&mut relation, step, &mut |_| Response::default());
        let Some(told) = check(&result, &[]) else { continue };
        let claims = &told["claims"];
        check_claims(claims, AUDIENCE);
        check_header(&shown, &["RS256", "ES256"]);
        assert!(claims["scope"].as_str().is_some_and(|scope| scope.split(' ').any(|one| one == "read")));
        assert_eq!(claims["cnf"]["jkt"].is_string(), bound, "a bound token comes with its proof, and no other does");
        if bound {
            assert_eq!(claims["cnf"]["jkt"], told["dpop"]["jkt"]);
        }
    }
});
