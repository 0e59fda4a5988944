//! Who we are, and how we prove it.
//!
//! Public clients send `client_id` in the form. Confidential ones use HTTP Basic, where identifier and secret are form-encoded before
//! they are base64-encoded; many servers forget to decode, so [`BasicEncoding::Raw`] sends them as they are.
//! JWT assertions are made in [`assertion`](crate::oauth::assertion), and handed in here.
//!
//! Specifications: [RFC 6749 §2](https://www.rfc-editor.org/rfc/rfc6749.html#section-2),
//! [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.2), [RFC 8705 §2](https://www.rfc-editor.org/rfc/rfc8705.html#section-2).

use alloc::{string::String, vec::Vec};

use crate::{
    http,
    jose::jws::Algorithm,
    quirk::preset::Preset,
    secret::Secret,
    text::{base64url, form},
    time::Leeway,
};

/// How the client authenticates at the token endpoint, [§2.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// A public client: `client_id` alone.
    None,
    /// `client_secret_basic`: HTTP Basic.
    SecretBasic(Secret, BasicEncoding),
    /// `client_secret_post`: in the form.
    SecretPost(Secret),
    /// `client_secret_jwt`: a JWT under the secret, by HMAC.
    SecretJwt(Secret),
    /// `private_key_jwt`: a JWT that the host signs, with the key's identifier.
    PrivateKeyJwt(Option<String>),
    /// `tls_client_auth` and `self_signed_tls_client_auth`: the connection proves it, RFC 8705.
    Tls,
}

/// What stands between the base64 of HTTP Basic and the secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasicEncoding {
    /// Form-encoding, as [§2.3.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3.1) says.
    #[default]
    Rfc6749,
    /// Nothing, for servers that do not decode.
    Raw,
}

impl Authentication {
    /// The client's secret, where it has one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None | Self::PrivateKeyJwt(_) | Self::Tls => None,
            Self::SecretBasic(secret, _) | Self::SecretPost(secret) | Self::SecretJwt(secret) => Some(secret),
        }
    }

    /// The same as text, empty where there is none: what must not be shown when a server quotes what it was sent.
    pub fn secret_text(&self) -> &str {
        self.secret().map_or("", Secret::expose)
    }

    /// The identifier of the key that the host signs with, where it has one.
    pub fn kid(&self) -> Option<&str> {
        if let Self::PrivateKeyJwt(kid) = self { kid.as_deref() } else { None }
    }

    /// Whether a JWT is to be made first.
    pub fn needs_assertion(&self) -> bool {
        matches!(self, Self::SecretJwt(_) | Self::PrivateKeyJwt(_))
    }

    /// Adds the authentication to a request: its header, and the parameters of its form. `assertion`: the JWT, where there is one.
    pub fn apply(
        &self,
        client_id: &str,
        assertion: Option<&Secret>,
        request: &mut http::Request,
        mut put: impl FnMut(&str, &str),
    ) {
        match self {
            Self::None | Self::Tls => put("client_id", client_id),
            Self::SecretJwt(_) | Self::PrivateKeyJwt(_) => {
                put("client_id", client_id);
                put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
                put("client_assertion", assertion.map_or("", Secret::expose));
            }
            Self::SecretBasic(secret, encoding) => {
                request.set("authorization", basic(client_id, secret.expose(), *encoding));
            }
            Self::SecretPost(secret) => {
                put("client_id", client_id);
                put("client_secret", secret.expose());
            }
        }
    }
}

fn basic(id: &str, secret: &str, encoding: BasicEncoding) -> Secret {
    let part = |text: &str| match encoding {
        BasicEncoding::Rfc6749 => form::encode(text),
        BasicEncoding::Raw => text.into(),
    };
    let mut pair = part(id);
    pair.push(':');
    pair.push_str(&part(secret));
    let mut header = String::from("Basic ");
    header.push_str(&base64url::encode_standard(Secret::new(pair).expose().as_bytes()));
    Secret::new(header)
}

/// Who vouches for an ID token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdTokenSignature {
    /// Its signature.
    #[default]
    Required,
    /// The TLS connection to the token endpoint, as OpenID Connect Core §3.1.3.7 step 6 allows.
    Tls,
}

/// A registered client, and how careful it is. The defaults are the safe choice.
#[derive(Clone, Debug)]
pub struct Client {
    /// The identifier that the server issued.
    pub id: String,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Where the server sends the browser back to.
    pub redirect_uri: Option<String>,
    /// The scope to ask for where a call names none.
    pub scope: Option<String>,
    /// The resource indicators (RFC 8707) to name where a call names none.
    pub resource: Vec<String>,
    /// Refuse every departure from RFC 6749 §5.1.
    pub strict: bool,
    /// How far clocks may differ.
    pub leeway: Leeway,
    /// Who vouches for an ID token.
    pub id_token_signature: IdTokenSignature,
    /// The one algorithm that an ID token may be signed by.
    pub id_token_algorithm: Option<Algorithm>,
    /// Tokens are to be bound to a key of the host's, by DPoP (RFC 9449).
    pub dpop: bool,
    /// The DPoP key outlives the redirect, so the code is bound to it too (RFC 9449 §10).
    pub dpop_jkt: bool,
    /// Authorization requests are pushed even where the server does not insist (RFC 9126).
    pub par: bool,
    /// Authorization requests are signed (RFC 9101).
    pub jar: bool,
    /// What is known of the provider beforehand.
    pub provider: Preset,
    /// Everything outside of FAPI 2.0 is refused: [`fapi2`](crate::oauth::fapi2).
    pub fapi2: bool,
    /// The host can verify signatures: in a browser, `crypto.subtle` is there.
    pub host_verifies: bool,
    /// URL prefixes that access tokens may go to.
    pub api: Vec<String>,
    /// Answers of the introspection endpoint are to be signed (RFC 9701).
    pub signed_introspection: bool,
    /// Userinfo is taken of whichever user it speaks: a swapped access token goes unnoticed.
    pub dangerously_skip_subject_check: bool,
    /// Endpoints on `http:` beyond this machine are accepted: everyone on the way can read the tokens.
    pub dangerously_allow_http: bool,
    /// Another issuer than the one asked for is accepted: opens the way for mix-up attacks.
    pub dangerously_skip_issuer_check: bool,
    /// The `plain` method of PKCE, for servers that know no other: whoever sees the authorization request can redeem the code.
    pub dangerously_plain_pkce: bool,
}

impl Client {
    /// A public client with safe defaults.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            authentication: Authentication::None,
            redirect_uri: None,
            scope: None,
            resource: Vec::new(),
            strict: false,
            leeway: Leeway::default(),
            id_token_signature: IdTokenSignature::default(),
            id_token_algorithm: None,
            dpop: false,
            dpop_jkt: false,
            par: false,
            jar: false,
            provider: Preset::default(),
            fapi2: false,
            host_verifies: true,
            api: Vec::new(),
            signed_introspection: false,
            dangerously_skip_subject_check: false,
            dangerously_allow_http: false,
            dangerously_skip_issuer_check: false,
            dangerously_plain_pkce: false,
        }
    }

    /// Whether ID tokens are verified with the server's keys: not where TLS vouches for them, or HMAC with our own secret.
    pub fn needs_keys(&self) -> bool {
        self.id_token_signature == IdTokenSignature::Required && self.id_token_algorithm != Some(Algorithm::Hs256)
    }
}
