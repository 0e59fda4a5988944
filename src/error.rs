//! Every refusal: what happened, whose fault it is, which clause was broken, and what to do next.
//!
//! [`Code`] is the only table of codes in the project. Other layers copy the word and know no variant.

use alloc::{boxed::Box, string::String};
use core::fmt;

use crate::{
    quirk::deviation::{Deviation, Deviations},
    text::{joined, json::Writer},
};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// We were misused; nothing was sent.
    Caller,
    /// The peer broke a rule.
    Server,
    /// The server said no, in OAuth's words.
    Refusal,
    /// The exchange failed, timed out or was ended.
    Transport,
}

impl Fault {
    /// The word that callers see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Server => "server",
            Self::Refusal => "refusal",
            Self::Transport => "transport",
        }
    }
}

/// Which step of which exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Client options and server metadata were being read.
    Configuration,
    /// Metadata was being fetched.
    Discovery,
    /// An authorization request was being made.
    Authorization,
    /// The browser came back.
    Callback,
    /// The token endpoint was asked.
    Token,
    /// The server's keys were being fetched.
    Jwks,
    /// An ID token was being judged.
    IdToken,
    /// The userinfo endpoint was asked.
    Userinfo,
    /// A token was being revoked.
    Revocation,
    /// The introspection endpoint was asked.
    Introspection,
    /// A client was being registered.
    Registration,
    /// A protected resource was asked.
    Resource,
    /// Somebody's access token was being judged.
    AccessToken,
    /// A logout token was being judged.
    LogoutToken,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Configuration,
        Self::Discovery,
        Self::Authorization,
        Self::Callback,
        Self::Token,
        Self::Jwks,
        Self::IdToken,
        Self::Userinfo,
        Self::Revocation,
        Self::Introspection,
        Self::Registration,
        Self::Resource,
        Self::AccessToken,
        Self::LogoutToken,
    ];

    /// The word that callers see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Discovery => "discovery",
            Self::Authorization => "authorization",
            Self::Callback => "callback",
            Self::Token => "token",
            Self::Jwks => "jwks",
            Self::IdToken => "id_token",
            Self::Userinfo => "userinfo",
            Self::Revocation => "revocation",
            Self::Introspection => "introspection",
            Self::Registration => "registration",
            Self::Resource => "resource",
            Self::AccessToken => "access_token",
            Self::LogoutToken => "logout_token",
        }
    }
}

/// Whether anything is sent or received here. The module of `grantkit/core` has no network, and no words for what cannot happen without one.
const SENDS: bool = cfg!(any(not(feature = "module"), feature = "host"));

macro_rules! row {
    ([] $word:literal, $fault:expr, $spec:literal, $message:literal) => {
        ($word, $fault, $spec, $message)
    };
    ([sends] $word:literal, $fault:expr, $spec:literal, $message:literal) => {
        if SENDS { ($word, $fault, $spec, $message) } else { ("", $fault, "", "") }
    };
}

/// One row for each code: the word, whose fault, the clause, and what a developer reads. Some are of one feature alone, and cost the
/// other modules no bytes; what happens only where something is sent or received is marked `@sends`.
macro_rules! codes {
    ($($(#[$only:meta])? $(@$sends:ident)? $name:ident $word:literal $fault:ident $spec:literal $message:literal)*) => {
        /// What happened, by one word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$only])? #[doc = $message] $name,)* }

        /// What is said of each code, in the order of the variants.
        static TABLE: &[(&str, Fault, &str, &str)] = &[$($(#[$only])? row!([$($sends)?] $word, Fault::$fault, $spec, $message),)*];

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$($(#[$only])? Self::$name,)*];
        }
    };
}

codes! {
    InvalidArgument "invalid_argument" Caller ""
        "An argument is missing, malformed or of the wrong type. Correct it."
    ReservedParameter "reserved_parameter" Caller ""
        "The protocol sets this parameter or header itself. Leave it out."
    @sends MissingRedirectUri "missing_redirect_uri" Caller "RFC 6749 3.1.2"
        "No redirect URI is known. Give redirectUri in the client's options or redirect_uri in the call."
    InsecureUrl "insecure_url" Caller "RFC 6749 3.2"
        "The URL is not https, so others could read the tokens. Use https; http is accepted for this machine alone."
    UnsupportedByServer "unsupported_by_server" Caller "RFC 8414 2"
        "The server's metadata does not offer this. Check its metadata, or choose another way."
    CryptoUnavailable "crypto_unavailable" Caller "OIDC Core 3.1.3.7"
        "crypto.subtle is missing (not a secure context), so nothing is verified or sealed. Serve over https; idTokenSignature: \"tls\" lets ID tokens pass."
    @sends AlgorithmUnsupported "algorithm_unsupported" Caller "RFC 7518 3.1"
        "This runtime cannot verify signatures of this algorithm. Have the server sign with RS256 or ES256, or update the runtime."
    @sends MissingRefreshToken "missing_refresh_token" Caller "RFC 6749 6"
        "There is no refresh token. Ask for one (often scope offline_access), or log in again."
    @sends OriginNotAllowed "origin_not_allowed" Caller "RFC 9700 4.9"
        "The token is not for this URL. Name the URL's prefix in the option api, or do not send the token there."
    ProfileViolation "profile_violation" Caller "FAPI 2.0 5.3.3"
        "This is outside of FAPI 2.0, and fapi2 is on. Choose what the profile has, or turn fapi2 off."
    #[cfg(feature = "session")]
    NotSignedIn "not_signed_in" Caller ""
        "Nobody is signed in. Call login() first."
    #[cfg(feature = "session")]
    SessionEnded "session_ended" Caller ""
        "The session is over: it was not used for too long (idle), or its login is too long ago (absolute). Log in again."
    #[cfg(feature = "session")]
    StorageUnavailable "storage_unavailable" Caller ""
        "The browser lets this page store nothing (IndexedDB). Allow site data for it, and see that the disk is not full."
    #[cfg(feature = "session")]
    WorkerUnavailable "worker_unavailable" Caller ""
        "The Worker did not start, or it died. Allow blob: in the policy's worker-src, or serve grantkit/session/worker.js and name it in worker."
    #[cfg(feature = "session")]
    PopupBlocked "popup_blocked" Caller ""
        "The browser opened no window. Call login({ popup: true }) in the click itself, or log in by redirect."
    @sends RepeatedParameter "repeated_parameter" Server "RFC 6749 3.1"
        "A parameter occurs more than once in the callback. Start the login anew; if it happens again, tell the server's operator."
    @sends StateMismatch "state_mismatch" Server "RFC 6749 10.12"
        "The callback does not belong to this login: possibly a forged link, another tab or an old page. Start the login anew."
    @sends IssuerMismatch "issuer_mismatch" Server "RFC 9207 2.4"
        "The answer names another issuer than was asked: a mix-up attack or a wrong issuer URL. Compare the two to the letter."
    @sends MissingIssuer "missing_issuer" Server "RFC 9207 2.4"
        "The server promised to name itself in callbacks and did not. Do not go on with this callback; start the login anew."
    @sends MissingCode "missing_code" Server "RFC 6749 4.1.2"
        "The callback holds neither a code nor an error. Is this the page the server redirected to?"
    @sends RedirectRefused "redirect_refused" Transport "RFC 9700 4.11"
        "The endpoint answered with a redirect, which is not followed: it could carry secrets elsewhere. Correct the endpoint's URL."
    @sends Network "network" Transport ""
        "The request failed: no connection, a refused one, or CORS. Check the network, the URL and the server's CORS settings."
    @sends Timeout "timeout" Transport ""
        "The server did not answer in time. Try again later, or allow a longer timeout."
    @sends Aborted "aborted" Transport ""
        "The caller ended the call."
    #[cfg(feature = "session")]
    PopupClosed "popup_closed" Transport ""
        "The window was closed before the login came to its end. Offer the login again."
    @sends ResponseTooLarge "response_too_large" Server ""
        "The response is larger than any OAuth response. Is this the right URL?"
    NotOauthResponse "not_oauth_response" Server "RFC 6749 5"
        "The answer is not OAuth: a proxy, an error page or the wrong URL. The error's status and body show what came."
    MalformedJson "malformed_json" Server "RFC 8259"
        "The response is broken JSON or repeats a member. Tell the server's operator."
    InvalidMember "invalid_member" Server "RFC 6749 5.1"
        "A member is missing or of the wrong type. Tell the server's operator."
    DeviationRefused "deviation_refused" Server "RFC 6749 5.1"
        "The response departs from the specification and strict is on. The error's deviations name how."
    UnsupportedTokenType "unsupported_token_type" Server "RFC 6749 7.1"
        "A token is of a type that is not supported: issued, and this client cannot use it; or to be revoked, and the server cannot."
    TokenNotBound "token_not_bound" Server "RFC 9449 5"
        "A token bound to a key was asked for, and the server issued one that anybody may use. Turn DPoP on for this client at the server."
    MetadataInvalid "metadata_invalid" Server "RFC 8414 2"
        "The server's metadata breaks a rule here. Tell the server's operator."
    @sends MissingIdToken "missing_id_token" Server "OIDC Core 3.1.3.3"
        "An ID token was due and did not come. Was scope openid granted?"
    @sends MalformedJwt "malformed_jwt" Server "RFC 7519 7.2"
        "The token is not a JWT this client can read."
    @sends EncryptedJwt "encrypted_jwt" Server "OIDC Core 3.1.3.7"
        "The ID token is encrypted, which this client did not ask for. Turn encryption off for it at the server."
    @sends AlgorithmRefused "algorithm_refused" Server "RFC 8725 3.1"
        "The token is signed by an algorithm that was not agreed on. Set idTokenSignedResponseAlg if the server is right."
    @sends UnknownCriticalHeader "unknown_critical_header" Server "RFC 7515 4.1.11"
        "The token has a critical header that this client does not understand."
    @sends KeyNotFound "key_not_found" Server "RFC 7515 6"
        "None of the server's published keys fits the token, also after fetching them anew."
    @sends SignatureInvalid "signature_invalid" Server "RFC 7515 5.2"
        "The token's signature is wrong: it was altered, or signed by someone else. Do not use it."
    @sends AudienceMismatch "audience_mismatch" Server "OIDC Core 3.1.3.7"
        "The ID token was issued for another client. Do not use it; compare clientId."
    @sends AuthorizedPartyMismatch "authorized_party_mismatch" Server "OIDC Core 3.1.3.7"
        "The ID token names another authorized party (azp), or none among several audiences. Do not use it."
    @sends TokenExpired "token_expired" Server "OIDC Core 3.1.3.7"
        "The token has expired. If it is fresh, this machine's clock is ahead: correct it, or raise leeway."
    @sends IssuedInFuture "issued_in_future" Server "RFC 7519 4.1"
        "The token is from the future. This machine's clock is behind: correct it, or raise leeway."
    @sends NonceMismatch "nonce_mismatch" Server "OIDC Core 3.1.3.7"
        "The ID token belongs to another login (nonce): possibly a replay. Start the login anew."
    @sends SubjectMismatch "subject_mismatch" Server "OIDC Core 12.2"
        "The refreshed ID token speaks of another user. Do not use it; log in anew."
    @sends AuthenticationTooOld "authentication_too_old" Server "OIDC Core 3.1.3.7"
        "The user authenticated longer ago than max_age allows. Start the login anew."
    @sends AccessTokenHashMismatch "access_token_hash_mismatch" Server "OIDC Core 3.1.3.8"
        "The access token is not the one the ID token was issued with (at_hash). Do not use it."
    @sends TypeMismatch "type_mismatch" Server "RFC 8725 3.11"
        "The token is a JWT of another kind (typ): it was not issued for this purpose."
    @sends ResourceMismatch "resource_mismatch" Server "RFC 9728 3.3"
        "The metadata speaks for another resource than was asked. Do not use it."
    @sends MissingAccessToken "missing_access_token" Server "RFC 6750 2.1"
        "The request has no access token in its Authorization header, or more than one. Answer 401 with WWW-Authenticate."
    @sends DpopProofRefused "dpop_proof_refused" Server "RFC 9449 4.3"
        "The DPoP proof does not prove this request. Answer 401 with WWW-Authenticate: DPoP error=\"invalid_dpop_proof\"."
    InvalidRequest "invalid_request" Refusal "RFC 6749 5.2"
        "The server finds the request malformed. error_description may say which parameter."
    InvalidClient "invalid_client" Refusal "RFC 6749 5.2"
        "The server does not accept the client. Check clientId, the secret and clientAuth; some servers need basicEncoding: \"raw\"."
    InvalidGrant "invalid_grant" Refusal "RFC 6749 5.2"
        "The code or refresh token is expired, spent, revoked or issued to another client. Log in again."
    UnauthorizedClient "unauthorized_client" Refusal "RFC 6749 5.2"
        "The client may not use this grant type. Allow it at the server."
    UnsupportedGrantType "unsupported_grant_type" Refusal "RFC 6749 5.2"
        "The server does not know this grant type."
    InvalidScope "invalid_scope" Refusal "RFC 6749 5.2"
        "A requested scope is unknown or not allowed."
    AccessDenied "access_denied" Refusal "RFC 6749 4.1.2.1"
        "The user or the server denied the request."
    UnsupportedResponseType "unsupported_response_type" Refusal "RFC 6749 4.1.2.1"
        "The server does not issue codes this way."
    ServerError "server_error" Refusal "RFC 6749 4.1.2.1"
        "The server met an error of its own. Try again later."
    TemporarilyUnavailable "temporarily_unavailable" Refusal "RFC 6749 4.1.2.1"
        "The server is overloaded or under maintenance. Try again later."
    LoginRequired "login_required" Refusal "OIDC Core 3.1.2.6"
        "The user must log in: repeat the request without prompt=none."
    ConsentRequired "consent_required" Refusal "OIDC Core 3.1.2.6"
        "The user must consent: repeat the request without prompt=none."
    InteractionRequired "interaction_required" Refusal "OIDC Core 3.1.2.6"
        "The user must act: repeat the request without prompt=none."
    AccountSelectionRequired "account_selection_required" Refusal "OIDC Core 3.1.2.6"
        "The user must choose an account: repeat the request without prompt=none."
    InvalidTarget "invalid_target" Refusal "RFC 8707 2"
        "The server does not know the requested resource."
    InvalidAuthorizationDetails "invalid_authorization_details" Refusal "RFC 9396 5"
        "The server does not know these authorization details, or their type is not open to this client."
    AuthorizationPending "authorization_pending" Refusal "RFC 8628 3.5"
        "The user has not decided yet. Ask again after the interval."
    SlowDown "slow_down" Refusal "RFC 8628 3.5"
        "The user has not decided yet, and the server is asked too often. Wait five seconds longer."
    ExpiredToken "expired_token" Refusal "RFC 8628 3.5"
        "The user did not decide in time. Start anew."
    InvalidDpopProof "invalid_dpop_proof" Refusal "RFC 9449 5"
        "The server does not accept the DPoP proof. Is this machine's clock right?"
    UseDpopNonce "use_dpop_nonce" Refusal "RFC 9449 8"
        "The server asks for a DPoP nonce again and again, or does not let the page read it: CORS must expose DPoP-Nonce."
    InvalidToken "invalid_token" Refusal "RFC 6750 3.1"
        "The access token is expired, revoked or not for this resource. Refresh it."
    InsufficientScope "insufficient_scope" Refusal "RFC 6750 3.1"
        "The access token does not cover this. Ask for more scope."
    InsufficientUserAuthentication "insufficient_user_authentication" Refusal "RFC 9470 3"
        "The user must authenticate again, or more strongly. Log in with the challenge's acr_values and max_age."
    InvalidRedirectUri "invalid_redirect_uri" Refusal "RFC 7591 3.2.2"
        "The server does not accept a redirect URI of the client's."
    InvalidClientMetadata "invalid_client_metadata" Refusal "RFC 7591 3.2.2"
        "The server does not accept a member of the client's metadata. error_description may say which."
    InvalidSoftwareStatement "invalid_software_statement" Refusal "RFC 7591 3.2.2"
        "The server does not accept the software statement."
    UnapprovedSoftwareStatement "unapproved_software_statement" Refusal "RFC 7591 3.2.2"
        "The server does not know who made the software statement."
    OauthError "oauth_error" Refusal "RFC 6749 5.2"
        "The server refused, with an error of its own: see error and error_description."
}

impl Code {
    #[allow(clippy::indexing_slicing, reason = "the table has one row for each variant, in their order: the macro writes both")]
    fn row(self) -> &'static (&'static str, Fault, &'static str, &'static str) {
        &TABLE[self as usize]
    }

    /// The word that callers match on.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Whose fault it is.
    pub fn fault(self) -> Fault {
        self.row().1
    }

    /// The clause that was broken; empty where no specification speaks of it.
    pub fn spec(self) -> &'static str {
        self.row().2
    }

    /// What happened and what to do next.
    pub fn message(self) -> &'static str {
        self.row().3
    }

    /// The code for an `error` of the server's; [`Code::OauthError`] for those without a row.
    pub fn refusal(error: &str) -> Self {
        let known = |code: &&Self| code.fault() == Fault::Refusal && code.as_str() == error;
        Self::ALL.iter().find(known).copied().unwrap_or(Self::OauthError)
    }

    /// An error of this kind.
    #[cold]
    #[inline(never)]
    pub fn at(self, phase: Phase) -> Error {
        Error(Box::new(Report {
            code: self,
            phase,
            about: None,
            status: None,
            refusal: None,
            retry_after: None,
            grant_may_be_consumed: false,
            deviations: Deviations::default(),
            body: None,
        }))
    }
}

/// What the server said when it refused, [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `error`.
    pub error: String,
    /// `error_description`: for developers; secrets are redacted.
    pub description: Option<String>,
    /// `error_uri`.
    pub uri: Option<String>,
}

/// Why something did not happen.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Report>);

/// What is known of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened.
    pub code: Code,
    /// Where it happened.
    pub phase: Phase,
    /// The argument, parameter, member or claim it is about.
    pub about: Option<String>,
    /// The HTTP status, where there was a response.
    pub status: Option<u16>,
    /// The server's own words.
    pub refusal: Option<Refusal>,
    /// Seconds that the server asked to wait.
    pub retry_after: Option<u32>,
    /// The code or refresh token may be spent.
    pub grant_may_be_consumed: bool,
    /// Departures from the specification that were seen on the way.
    pub deviations: Deviations,
    /// The start of a body that was not OAuth; secrets are redacted.
    pub body: Option<String>,
}

impl Error {
    /// What happened.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// All that is known.
    pub fn report(&self) -> &Report {
        &self.0
    }

    /// Names the argument, parameter, member or claim.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn about(mut self, name: &str) -> Self {
        self.0.about = Some(name.into());
        self
    }

    /// Adds to what is known.
    #[must_use]
    pub fn with(mut self, add: impl FnOnce(&mut Report)) -> Self {
        add(&mut self.0);
        self
    }

    /// What happened and what to do next, behind the name of what it is about.
    pub fn message(&self) -> String {
        let about = self.0.about.as_deref();
        let parts = about.map_or([""; 2], |about| [about, ": "]);
        joined(&[parts[0], parts[1], self.0.code.message()])
    }

    /// As one JSON object, under the names of the JavaScript API.
    pub fn to_json(&self) -> String {
        let report = self.report();
        let mut json = Writer::default();
        json.string("code", report.code.as_str()).string("message", &self.message());
        json.string("fault", report.code.fault().as_str()).string("phase", report.phase.as_str());
        json.boolean("retryable", self.retryable()).boolean("grantMayBeConsumed", report.grant_may_be_consumed);
        json.optional("spec", Some(report.code.spec()).filter(|spec| !spec.is_empty()))
            .optional("about", report.about.as_deref());
        if let Some(refusal) = &report.refusal {
            json.string("error", &refusal.error).optional("error_description", refusal.description.as_deref());
            json.optional("error_uri", refusal.uri.as_deref());
        }
        if let Some(status) = report.status {
            json.integer("status", status.into());
        }
        if let Some(seconds) = report.retry_after {
            json.integer("retryAfter", seconds.into());
        }
        if !report.deviations.is_empty() {
            json.list("deviations", report.deviations.iter().map(Deviation::as_str));
        }
        json.optional("body", report.body.as_deref());
        json.finish()
    }

    /// Sending the same thing again is safe and may succeed.
    ///
    /// Never true while the grant may be spent: what is safe to repeat then, only the caller can know.
    pub fn retryable(&self) -> bool {
        let passing = matches!(self.0.code, Code::Network | Code::Timeout | Code::ServerError | Code::TemporarilyUnavailable)
            || self.0.status.is_some_and(|status| status == 429 || status >= 500);
        passing && !self.0.grant_may_be_consumed
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())?;
        f.write_str(": ")?;
        f.write_str(&self.message())
    }
}

impl core::error::Error for Error {}
