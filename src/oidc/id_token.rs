//! The ID token: who logged in.
//!
//! Its checks are the numbered steps of OpenID Connect Core §3.1.3.7, in their order; then `at_hash` (§3.1.3.8) and, on a refresh,
//! §12.2. Left out: encrypted ID tokens (step 1), and `acr` (step 12), whose meaning is between the caller and the server: the claim is there.
//!
//! Specification: [OpenID Connect Core 1.0 §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)

use alloc::string::String;

use crate::{
    error::{Code, Error, Phase},
    jose::{
        jws::{Algorithm, Jws},
        jwt::Claims,
    },
    oauth::{
        client::{Client, IdTokenSignature},
        fapi2,
        metadata::Metadata,
        token::Expected,
    },
    secret::{Secret, same},
    text::{base64url, json::Raw},
    time::Timestamp,
};

crate::words::words! {
    /// A check that was made on the way to tokens.
    Check
    /// The checks that were made.
    Checks
    {
        /// The callback's `state` is the login's: RFC 6749 §10.12.
        State = "state",
        /// The callback's `iss` is the server's: RFC 9207.
        IssuerParameter = "issuer_parameter",
        /// The code was redeemed with the verifier of the login that asked for it: RFC 7636.
        Pkce = "pkce",
        /// The tokens are bound to our key: RFC 9449.
        DpopBinding = "dpop_binding",
        /// Step 2: the ID token is the server's.
        IdTokenIssuer = "id_token_issuer",
        /// Step 3: it is for this client.
        IdTokenAudience = "id_token_audience",
        /// Steps 4 and 5: `azp`.
        IdTokenAuthorizedParty = "id_token_authorized_party",
        /// Steps 6 and 8: its signature.
        IdTokenSignature = "id_token_signature",
        /// Step 6: TLS vouches for it in place of its signature.
        IdTokenTls = "id_token_tls",
        /// Step 7: its algorithm was agreed on.
        IdTokenAlgorithm = "id_token_algorithm",
        /// Step 9: it has not expired.
        IdTokenExpiry = "id_token_expiry",
        /// Step 10: it is not from the future.
        IdTokenIssuedAt = "id_token_issued_at",
        /// Step 11: it belongs to this login.
        IdTokenNonce = "id_token_nonce",
        /// Step 13: the user authenticated recently enough.
        IdTokenAuthTime = "id_token_auth_time",
        /// §3.1.3.8: the access token is the one it came with.
        IdTokenAccessTokenHash = "id_token_access_token_hash",
        /// §12.2: a refreshed one speaks of the same user.
        IdTokenSubject = "id_token_subject",
    }
}

/// An ID token whose claims passed, its signature still to be verified where that is due.
#[derive(Debug)]
pub struct Judged {
    /// The claims, as JSON.
    pub claims: String,
    /// The signature that the host is to verify; `None` where HMAC or TLS vouches for the token.
    pub signature: Option<Jws>,
    /// The checks that were made.
    pub checks: Checks,
}

/// Judges an ID token that came straight from the token endpoint.
///
/// # Errors
/// One code for each step; see the table of [`Code`].
pub fn judge(
    token: &Secret,
    access_token: &Secret,
    expected: &Expected,
    server: &Metadata,
    client: &Client,
    now: Timestamp,
) -> Result<Judged, Error> {
    steps(token, access_token, expected, server, client, now).map_err(|(code, claim)| {
        let error = code.at(Phase::IdToken);
        if claim.is_empty() { error } else { error.about(claim) }
    })
}

type Refused = (Code, &'static str);

fn steps(
    token: &Secret,
    access_token: &Secret,
    expected: &Expected,
    server: &Metadata,
    client: &Client,
    now: Timestamp,
) -> Result<Judged, Refused> {
    let mut checks = Checks::default();

    // 1. Encrypted tokens are refused by the reader.
    let jws = Jws::parse(token.expose()).map_err(|code| (code, ""))?;
    let claims = Claims::parse(&jws.payload).ok_or((Code::MalformedJwt, ""))?;
    for required in ["iss", "aud", "exp", "iat"] {
        claims.get(required).ok_or((Code::InvalidMember, required))?;
    }
    // §2: whoever is nobody could not be compared with anybody later.
    require(claims.get("sub").and_then(Raw::string).is_some_and(|subject| !subject.is_empty()), Code::InvalidMember, "sub")?;

    // 2. The issuer.
    if !client.dangerously_skip_issuer_check {
        let text = |name: &str| claims.get(name).and_then(|value| value.string());
        let named = text("iss").unwrap_or_default();
        let accepted = client.provider.accepts_issuer(&named, &server.issuer, text("tid").as_deref());
        require(accepted, Code::IssuerMismatch, "iss")?;
        checks.note(Check::IdTokenIssuer);
    }

    // 3. The audience.
    let (named, audiences) = claims.audience(&client.id);
    require(named, Code::AudienceMismatch, "aud")?;
    checks.note(Check::IdTokenAudience);

    // 4. and 5. The authorized party: there where there are several audiences, and us where it is there.
    if claims.get("azp").is_some() || audiences > 1 {
        require(claims.is("azp", &client.id), Code::AuthorizedPartyMismatch, "azp")?;
        checks.note(Check::IdTokenAuthorizedParty);
    }

    // 6. and 8. The signature: verified by the host, here for HMAC, or left to TLS on request.
    let by_hmac = jws.algorithm == Algorithm::Hs256;
    let by_tls = client.id_token_signature == IdTokenSignature::Tls && !by_hmac;

    // 7. The algorithm: the registered one, or one of the server's. HMAC only when registered: else the public key may be taken for its secret.
    let agreed = match client.id_token_algorithm {
        Some(registered) => jws.algorithm == registered,
        None => !by_hmac && server.allows_algorithm("id_token_signing_alg_values_supported", jws.algorithm),
    };
    require(agreed && (!client.fapi2 || fapi2::allows(jws.algorithm)), Code::AlgorithmRefused, "alg")?;
    checks.note(Check::IdTokenAlgorithm);
    if by_hmac {
        let secret = client.authentication.secret().ok_or((Code::AlgorithmRefused, "alg"))?;
        require(jws.verify_hmac(secret.expose()), Code::SignatureInvalid, "")?;
        checks.note(Check::IdTokenSignature);
    }
    if by_tls {
        checks.note(Check::IdTokenTls);
    }

    // 9. and 10. Not expired, not from the future (`nbf` too, where it is there), give or take the leeway.
    claims.check_times(now, client.leeway)?;
    checks.note(Check::IdTokenExpiry);
    checks.note(Check::IdTokenIssuedAt);

    // 11. The nonce of this login.
    if let Some(nonce) = &expected.nonce {
        let named = claims.get("nonce").and_then(|value| value.string());
        require(named.is_some_and(|named| same(&named, nonce.expose())), Code::NonceMismatch, "nonce")?;
        checks.note(Check::IdTokenNonce);
    }

    // 13. The time of authentication.
    if let Some(max_age) = expected.max_age {
        let authenticated = claims.time("auth_time").ok_or((Code::InvalidMember, "auth_time"))?;
        require(authenticated.plus(max_age).plus(client.leeway.seconds()) >= now, Code::AuthenticationTooOld, "auth_time")?;
        checks.note(Check::IdTokenAuthTime);
    }

    // §3.1.3.8. The access token: half of its hash.
    if let Some(hash) = claims.get("at_hash") {
        let digest = jws.algorithm.hash(access_token.expose());
        let half = digest.get(..digest.len() / 2).unwrap_or_default();
        require(hash.string().is_some_and(|hash| hash == base64url::encode(half)), Code::AccessTokenHashMismatch, "at_hash")?;
        checks.note(Check::IdTokenAccessTokenHash);
    }

    // §12.2. The same user as before.
    if let Some(subject) = &expected.subject {
        require(claims.is("sub", subject), Code::SubjectMismatch, "sub")?;
        checks.note(Check::IdTokenSubject);
    }

    let claims = jws.payload.clone();
    Ok(Judged { claims, signature: (!by_hmac && !by_tls).then_some(jws), checks })
}

fn require(holds: bool, code: Code, claim: &'static str) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err((code, claim)) }
}
