//! Writes the seeds: for each target, inputs made of `tests/vectors` and of the wrong things that are known.
//!
//! `grantkit-fuzz FOLDER` makes `FOLDER/<target>/<number>`.

// It is compiled as the targets are, and their counters want libFuzzer beside them.
libfuzzer_sys::fuzz_target!(|_data: &[u8]| {});

use grantkit_fuzz::{CLIENT_SECRET, CODE, ISSUER, SECRETS, answer};
use serde_json::{Value, json};
use std::{collections::BTreeMap, env, error::Error, fs, path::Path};

/// The inputs of each target.
type Seeds = BTreeMap<String, Vec<Vec<u8>>>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("name the folder for the seeds")?;
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let read =
        |name: &str| -> Result<Value, Box<dyn Error>> { Ok(serde_json::from_str(&fs::read_to_string(vectors.join(name))?)?) };
    let mut seeds = Seeds::new();
    answers(&mut seeds, &read("quirks.json")?, &read("providers.json")?);
    grammars(&mut seeds, &read("grammars.json")?);
    rooms(&mut seeds, &read("rfc8628.json")?, &read("rfc8693.json")?);
    tokens(&mut seeds, &read("rfc7515.json")?, &read("rfc7638.json")?, &read("oidc_core.json")?);
    kept(&mut seeds);
    for (target, inputs) in seeds {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), input)?;
        }
    }
    Ok(())
}

fn add(seeds: &mut Seeds, target: &str, input: impl Into<Vec<u8>>) {
    seeds.entry(target.to_owned()).or_default().push(input.into());
}

/// Every answer of a real server, to each room that reads one.
fn answers(seeds: &mut Seeds, quirks: &Value, providers: &Value) {
    const ROOMS: [&str; 8] = ["token", "device", "par", "introspection", "userinfo", "revocation", "registration", "ciba"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for row in list(quirks) {
        let body = row["body"].as_str().map_or_else(|| row["body"].to_string(), Into::into);
        let status = row["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
        let input = answer(status, row["content_type"].as_str().unwrap_or(""), &body);
        ROOMS.iter().for_each(|room| add(seeds, room, input.clone()));
        add(seeds, "excerpt", body.clone());
        add(seeds, "json", body);
    }
    for provider in providers.as_object().into_iter().flatten() {
        add(seeds, "token", answer(200, "application/json", &provider.1["response"].to_string()));
    }
    for secret in SECRETS {
        let quoted = json!({"error": "invalid_client", "error_description": format!("no: {secret}"), "error_uri": secret});
        ROOMS.iter().for_each(|room| add(seeds, room, answer(400, "application/json", &quoted.to_string())));
        ROOMS.iter().for_each(|room| add(seeds, room, answer(502, "text/html", &format!("<pre>{secret}</pre>"))));
        add(seeds, "excerpt", secret);
    }
}

/// The inputs that the tests of the grammars use.
fn grammars(seeds: &mut Seeds, vectors: &Value) {
    for target in vectors.as_object().into_iter().flatten().map(|(target, _)| target).filter(|target| *target != "source") {
        for text in vectors[target].as_array().into_iter().flatten().filter_map(Value::as_str) {
            add(seeds, target, text);
        }
    }
}

/// What the rooms' own specifications send.
fn rooms(seeds: &mut Seeds, device: &Value, exchange: &Value) {
    let mut room = |target, body: &Value| add(seeds, target, answer(200, "application/json", &body.to_string()));
    room("device", &device["section_3_2_response"]);
    room("token", &exchange["section_2_3_response"]);
    room("par", &json!({"request_uri": "urn:example:bwc4JK-ESC0w8acc191e-Y1LTC2", "expires_in": 90}));
    room(
        "introspection",
        &json!({"active": true, "client_id": "l238j323ds-23ij4", "scope": "read write", "sub": "Z5O3upPC88QrAjx00dis"}),
    );
    room("introspection", &json!({"active": false}));
    room("userinfo", &json!({"sub": "alice", "email": "alice@op.example"}));
    room(
        "registration",
        &json!({"client_id": "s6BhdRkqt3", "client_secret": "cf136dc3c1fc93f31185e5885805d", "client_secret_expires_at": 0}),
    );
    room("resource_metadata", &json!({"resource": "https://api.example/orders", "authorization_servers": [ISSUER]}));
    room("ciba", &json!({"auth_req_id": "1c266114-a1be-4252-8ad1-04986c5b9ac1", "expires_in": 120, "interval": 2}));
    room("revocation", &json!({"error": "unsupported_token_type"}));
    room("jwks", &json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "x": "AA", "y": "AA"}, {"kty": "oct", "k": "AA"}]}));
    add(seeds, "metadata", json!({"issuer": ISSUER, "token_endpoint": "https://op.example/token", "jwks_uri": "http://127.0.0.1/jwks", "code_challenge_methods_supported": ["S256"], "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.op.example/token"}}).to_string());
    add(seeds, "ping", "Bearer 8d67dc78\n{\"auth_req_id\":\"1c266114\"}");
}

/// Tokens of every kind: a header and claims, each on a line of its own.
fn tokens(seeds: &mut Seeds, jws: &Value, thumbprint: &Value, openid: &Value) {
    let times = json!({"iss": ISSUER, "aud": "app", "iat": 1_800_000_000, "exp": 1_800_000_300});
    let with = |others: Value| {
        let mut claims = times.clone();
        if let (Some(claims), Some(others)) = (claims.as_object_mut(), others.as_object()) {
            claims.extend(others.clone());
        }
        claims
    };
    let mut add_token = |target, typ: &str, claims: Value| {
        add(seeds, target, format!("{}\n{claims}", json!({"alg": "ES256", "kid": "k1", "typ": typ})));
        add(seeds, target, format!("{}\n{claims}", json!({"alg": "none"})));
    };
    add_token("id_token", "JWT", with(json!({"sub": "alice", "nonce": "$NONCE"})));
    add_token("id_token", "JWT", with(json!({"sub": "alice", "nonce": "$NONCE", "aud": ["app", "other"], "azp": "app"})));
    add_token("jarm", "JWT", with(json!({"code": "$CODE", "state": "$STATE"})));
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    add_token("logout_token", "logout+jwt", with(json!({"sub": "alice", "jti": "1", "events": event})));
    let access = with(json!({"aud": "https://api.example", "sub": "alice", "client_id": "app", "jti": "1", "scope": "read"}));
    add_token("access_token", "at+jwt", access.clone());
    let key = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let proof = json!({"htm": "GET", "htu": "https://api.example/orders", "iat": 1_800_000_000, "jti": "1", "ath": "x"});
    let mut bound = access;
    bound["cnf"] = json!({"jkt": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"});
    add(
        seeds,
        "access_token",
        format!(
            "{}\n{bound}\n{}\n{proof}",
            json!({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": key}),
        ),
    );
    let signed = |target, kind, claims: Value| {
        (
            target,
            answer(
                200,
                kind,
                &grantkit_fuzz::token(&format!(
                    "{}\n{claims}",
                    json!({"alg": "ES256", "kid": "k1", "typ": "token-introspection+jwt"})
                )),
            ),
        )
    };
    for (target, input) in [
        signed("introspection", "application/token-introspection+jwt", with(json!({"token_introspection": {"active": true}}))),
        signed("userinfo", "application/jwt", with(json!({"sub": "alice"}))),
    ] {
        add(seeds, target, input);
    }
    for vector in jws.as_object().into_iter().flatten().map(|(_, vector)| vector).chain([openid, thumbprint]) {
        if let Some(token) = vector["token"].as_str() {
            add(seeds, "jws", token);
        }
        add(seeds, "jwk", vector["key"].to_string());
    }
    add(seeds, "jwk", json!({"keys": [key]}).to_string());
    for header in
        [json!({"alg": "HS256", "typ": "JWT"}), json!({"alg": "HS256", "crit": ["b64"], "b64": false}), json!({"alg": "none"})]
    {
        add(seeds, "jws", format!("{header}\n{}", times));
    }
}

/// What callers keep, and what they give.
fn kept(seeds: &mut Seeds) {
    let pending = grantkit_fuzz::pending("query").to_json();
    add(seeds, "kept", json!({"device_code": "d", "user_code": "u", "verification_uri": "https://op.example/d", "expires_in": 60, "expires_at": 1_800_000_060, "interval": 5}).to_string());
    add(
        seeds,
        "kept",
        json!({"auth_req_id": "a", "client_notification_token": "n", "expires_in": 60, "expires_at": 1_800_000_060}).to_string(),
    );
    add(seeds, "kept", json!({"began": 1, "used": 1, "obtained": 1, "expires_at": 2, "refreshing": "once", "failures": 3, "not_before": 4, "code": "invalid_grant", "retryAfter": 9}).to_string());
    let server = json!({"issuer": ISSUER, "token_endpoint": "https://op.example/token"});
    let auth = json!({"method": "client_secret_post", "client_secret": CLIENT_SECRET});
    let options = json!({"clientId": "app", "clientAuth": auth, "redirectUri": "https://app.example/cb", "scope": "openid", "leeway": 30, "timeout": 1000, "api": ["https://api.example"], "provider": {"scopeSeparator": ",", "pkce": "unsupported"}});
    add(seeds, "arguments", options.to_string());
    let grant =
        json!({"grant_type": "authorization_code", "code": CODE, "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"});
    add(seeds, "arguments", json!({"server": server, "options": options, "grant": grant, "parameters": {"claims": {"id_token": {}}, "resource": ["a"]}, "call": {"timeout": 5, "headers": {"x-a": "b"}}}).to_string());
    add(seeds, "arguments", json!({"method": "GET", "url": "https://api.example", "authorization": "Bearer x", "audience": "a", "algorithms": ["ES256"], "requireDpop": true}).to_string());
    add(seeds, "kept", pending);
    let tokens = json!({"access_token": "at", "token_type": "Bearer", "refresh_token": "rt", "id_token": "a.b.c", "scope": "openid", "expires_at": 1_800_000_300});
    let policy = json!({"began": 1, "used": 1, "obtained": 1, "refreshing": "once", "failures": 0, "not_before": 0});
    let claims = json!({"iss": ISSUER, "sub": "alice", "sid": "1", "nonce": "n"});
    let sealed = json!({"id": "id", "generation": 3, "policy": policy, "tokens": tokens, "claims": claims, "dpop": {"kty": "EC", "d": "AA"}});
    let mut answer = tokens;
    answer["claims"] = claims;
    add(seeds, "record", format!("{sealed}\n{answer}"));
    add(seeds, "record", format!("{sealed}\n{}", json!({"code": "network", "grantMayBeConsumed": false, "retryAfter": 5})));
    add(seeds, "record", format!("{answer}\n{answer}"));
    add(
        seeds,
        "turn",
        json!({"generation": 2, "sealed": "x", "since": 1_800_000_000, "until": 0, "forget_at": 1_800_009_999}).to_string(),
    );
    // Ask, tell, ask of an old one, wait, end.
    add(seeds, "turn", [5, 0, 0, 5, 0, 1, 2, 1, 0, 5, 0, 9, 5, 1, 0, 5, 1, 255, 1, 0, 0, 0, 0, 0]);
    add(seeds, "rate", [0; 40]);
}
