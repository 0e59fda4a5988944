//! RFC 6749 §4.1.2: whatever address a browser comes back to. Only one that `form_urlencoded` reads as this login's goes on.
#![no_main]

use grantkit_fuzz::{CODE, ISSUER, check_refusal, client, pending, server, state};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|callback: &str| {
    // The state cannot be guessed, so it stands for a short word here.
    let callback = callback.replace("$STATE", &state()).replace("$CODE", CODE);
    let (pending, jarm) = (pending("query"), pending("jwt"));
    assert!(jarm.receive(&callback, &server(), &client()).is_err(), "a response that is to be signed does not come without");
    match pending.receive(&callback, &server(), &client()) {
        Err(error) => {
            check_refusal(&error, &[CODE, &state()]);
        }
        Ok(_) => {
            let (address, fragment) = callback.split_once('#').unwrap_or((&callback, ""));
            let query = address.split_once('?').map_or(address, |(_, query)| query);
            let fits = [query, fragment].into_iter().any(|part| {
                let pairs: Vec<_> = form_urlencoded::parse(part.as_bytes()).collect();
                let all = |name: &str| pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.as_ref()).collect::<Vec<_>>();
                all("state") == [state()] && all("iss") == [ISSUER] && all("code").len() == 1 && all("error").is_empty()
            });
            assert!(fits, "{callback}");
        }
    }
});
