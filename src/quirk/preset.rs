//! What one provider does in its own way, as data: `grantkit/providers` has some, callers may write their own.
//!
//! Nothing here makes a check weaker but [`Preset::without_pkce`], and the issuers that are accepted beside the server's own are named one by one.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::text::{cut, form, has, is_plain, split};

/// A provider's ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// What separates scopes in requests, in place of a space: TikTok, Strava, Withings.
    pub scope_separator: Option<String>,
    /// Other names for parameters: TikTok says `client_key` for `client_id`.
    pub parameter_names: Vec<(String, String)>,
    /// The member that holds the tokens: Withings' `body`.
    pub envelope: Option<String>,
    /// The server refuses requests with PKCE parameters.
    pub without_pkce: bool,
    /// The audience of the client's JWTs is the token endpoint, not the issuer: Microsoft Entra, glewlwyd.
    pub token_endpoint_audience: bool,
    /// Other issuers that the server's documents and ID tokens may name. `{tenantid}` stands for the token's `tid`: Microsoft Entra.
    pub issuers: Vec<String>,
    /// Parameters of every authorization request: Google's `access_type`.
    pub authorization_parameters: Vec<(String, String)>,
    /// Parameters of every token request: Withings' `action`.
    pub token_parameters: Vec<(String, String)>,
}

/// Stands for a tenant in an issuer.
const TENANT: &str = "{tenantid}";

impl Preset {
    /// The provider's name for a parameter.
    pub fn name<'a>(&'a self, standard: &'a str) -> &'a str {
        form::get(&self.parameter_names, standard).unwrap_or(standard)
    }

    /// A value as the provider wants it: scopes with its separator.
    pub fn value<'a>(&self, standard: &str, value: &'a str) -> Cow<'a, str> {
        match &self.scope_separator {
            Some(separator) if standard == "scope" => replaced(value, separator).into(),
            _ => value.into(),
        }
    }

    /// Whether this issuer may be named where `server`'s is expected. `tenant`: the token's `tid`.
    pub fn accepts_issuer(&self, named: &str, server: &str, tenant: Option<&str>) -> bool {
        named == server && !has(server, b"{") || self.issuers.iter().any(|issuer| names(issuer, named, tenant))
    }
}

/// Whether a name is this issuer, its tenant filled in. A tenant is an identifier: it cannot bring a host or a path along.
fn names(issuer: &str, named: &str, tenant: Option<&str>) -> bool {
    if !has(issuer, b"{") {
        return issuer == named;
    }
    let before = cut(issuer, b'{').0;
    let after = issuer.get(before.len()..).unwrap_or("");
    let after = after.strip_prefix(TENANT).unwrap_or(after);
    let plain = |tenant: &&str| !tenant.is_empty() && is_plain(tenant, b"-");
    let filled = named.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    tenant.filter(plain).is_some_and(|tenant| filled == Some(tenant))
}

fn replaced(scope: &str, separator: &str) -> String {
    let mut text = String::new();
    let mut before = "";
    for one in split(scope, b' ') {
        text.push_str(before);
        text.push_str(one);
        before = separator;
    }
    text
}
