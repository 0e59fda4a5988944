//! A token handler, or backend for frontend: what each request to it is, where it may go, and with what.
//!
//! The handler stands between a page and everything that takes a token. The page holds one cookie that no script can read; whoever takes over the page can use
//! the session from there, and can take nothing away. What is decided here is what a request asks for, whether it may, and what must not go along with it.
//!
//! Left out: answering CORS. The handler speaks with pages of its own origin, and approves no other.
//!
//! Specification: [OAuth 2.0 for Browser-Based Applications §6.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-browser-based-apps#section-6.1),
//! [RFC 9110 §7.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-7.6.1) for what ends at each hop.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    secret::opaque,
    session::{
        cookie::{Names, SameSite},
        csrf::{self, Evidence},
        policy::Terms,
        record::Keep,
        refusal::{Refusal, Why},
    },
    text::{TOKEN, base64url, cut, form, integer, is_plain, joined, json::Object, split, uri, uri::Uri},
};

/// The header that the application's own scripts send with each request; its value is `1`.
pub const HEADER: &str = "x-csrf";

/// Headers that speak of one connection, RFC 9110 §7.6.1, and of old.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a page must not send through: its cookies, tokens of its own, our header, and encodings that the runtime may not decode.
const NOT_UPWARD: [&str; 7] = ["cookie", "authorization", "dpop", HEADER, "accept-encoding", "host", "content-length"];

/// What an API must not send through: cookies of this origin, what this origin promises of itself, files that a server in front of this one would send instead.
const NOT_DOWNWARD: [&str; 7] =
    ["set-cookie", "set-cookie2", "clear-site-data", "strict-transport-security", "alt-svc", "edge-control", "x-sendfile"];

/// Whether a header of an API's approves other origins, or tells something to the caches and servers in front of this one: each of them would believe that before
/// what the browser is told, RFC 9213 §2.2.
fn is_for_others(name: &str) -> bool {
    let begins = ["access-control-", "surrogate-", "x-accel-"].iter().any(|begin| name.starts_with(begin));
    begins || name.ends_with("-cache-control")
}

/// Whose token goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// The user's.
    Session,
    /// The handler's own, of the client credentials grant.
    Client,
    /// Nobody's.
    None,
}

/// A path that leads to an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What paths begin with, up to a slash; or one whole path.
    prefix: String,
    /// What stands in its place.
    target: String,
    /// The methods that it takes; empty for all.
    methods: Vec<String>,
    /// Whose token goes along.
    pub token: Token,
    /// Milliseconds that the API has until its answer begins, where there is a limit.
    pub timeout: Option<u32>,
}

impl Route {
    /// A route from a path of this origin to an absolute URL; both end with a slash, or neither does.
    ///
    /// # Errors
    /// [`Why::Misconfigured`]
    pub fn new(prefix: &str, target: &str, methods: Vec<String>, token: Token, allow_http: bool) -> Result<Self, Refusal> {
        let parsed = Uri::parse(target).filter(|uri| {
            (uri.secure || uri.is_loopback() || allow_http)
                && uri.query.is_none()
                && uri.fragment.is_none()
                && uri::is_plain_path(uri.path)
                && target.ends_with('/') == prefix.ends_with('/')
        });
        let methods: Vec<String> = methods.iter().map(|method| method.to_ascii_uppercase()).collect();
        if parsed.is_none() || !uri::is_plain_path(prefix) || prefix == "/" {
            return Err(Why::Misconfigured.about("routes"));
        }
        // In the spelling in which paths are read.
        let prefix = uri::unescaped(prefix).ok_or(Why::Misconfigured.about("routes"))?;
        Ok(Self { prefix, target: target.into(), methods, token, timeout: None })
    }

    fn leads(&self, path: &str) -> bool {
        if self.prefix.ends_with('/') { path.starts_with(&self.prefix) } else { path == self.prefix }
    }

    /// Where a path leads; it cannot lead out of the target.
    fn url(&self, path: &str, query: &str) -> Result<String, Refusal> {
        let rest = path.strip_prefix(&self.prefix).unwrap_or("");
        if !uri::is_plain_path(path) {
            return Err(Why::PathRefused.into());
        }
        let (rest, query, mark) = (uri::escaped(rest), uri::escaped(query), if query.is_empty() { "" } else { "?" });
        let url = joined(&[self.target.as_str(), &rest, mark, &query]);
        let (target, reached) = (Uri::parse(&self.target), Uri::parse(&url));
        let stays = target.zip(reached).is_some_and(|(target, reached)| {
            target.origin == reached.origin && reached.path.starts_with(target.path) && reached.fragment.is_none()
        });
        if stays { Ok(url) } else { Err(Why::PathRefused.into()) }
    }

    /// A redirect of the API's, as this origin's: `None` where it leads out of the route.
    pub fn location(&self, given: &str, asked: &str) -> Option<String> {
        let asked = Uri::parse(asked)?;
        let absolute =
            if given.starts_with('/') && !given.starts_with("//") { joined(&[asked.origin, given]) } else { given.to_string() };
        let (target, reached) = (Uri::parse(&self.target)?, Uri::parse(&absolute)?);
        let rest = reached.path.strip_prefix(target.path).filter(|_| reached.same_origin(&target))?;
        let path = joined(&[&self.prefix, rest]);
        if !self.leads(&path) || !uri::is_plain_path(&path) {
            return None;
        }
        Some(reached.query.map_or_else(|| path.clone(), |query| joined(&[&path, "?", query])))
    }

    /// The URL prefix that its tokens are for.
    pub fn target(&self) -> &str {
        &self.target
    }
}

/// What the operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The path under which the endpoints are, such as `/auth`.
    pub base: String,
    /// The origin, where requests do not tell: behind a proxy.
    pub origin: Option<String>,
    /// The cookies' names.
    pub names: Names,
    /// When the session's cookie is sent.
    pub same_site: SameSite,
    /// How long sessions last.
    pub terms: Terms,
    /// What is kept of tokens.
    pub keep: Keep,
    /// Where paths lead.
    pub routes: Vec<Route>,
    /// Responses of the authorization server come by a post from its site, which brings no `Lax` cookie.
    pub form_post: bool,
    /// What each authorization request says.
    pub asks: Asks,
}

/// What the operator says in each authorization request, as far as the link to a login may say it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// Seconds since the user's last authentication, at the most.
    pub max_age: Option<i64>,
    /// There are `acr_values`.
    pub acr_values: bool,
    /// The words of `prompt`.
    pub prompt: Option<String>,
}

impl Asks {
    /// Whether a link may say this: nothing that widens what the tokens are good for, and nothing that asks for less than the operator does.
    fn admits(&self, name: &str, value: &str) -> bool {
        match name {
            "login_hint" | "ui_locales" => !value.is_empty(),
            "acr_values" => !value.is_empty() && !self.acr_values,
            "max_age" => integer(value).is_some_and(|age| age >= 0 && self.max_age.is_none_or(|most| age < most)),
            // `none` asks for a user whom the server knows already: it takes nothing away, unless each login is to be one.
            "prompt" => match &self.prompt {
                None => !value.is_empty(),
                Some(words) => value == "none" && !split(words, b' ').any(|word| word == "login"),
            },
            _ => false,
        }
    }
}

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Something else than the handler.
    Asset,
    /// The browser looks ahead; it gets nothing.
    Prefetch,
    /// A login, with parameters of the authorization request.
    Login {
        /// Where to go afterwards.
        return_to: String,
        /// Names and values.
        parameters: Vec<(String, String)>,
    },
    /// The browser comes back from the authorization server.
    Callback,
    /// The page asks who is logged in.
    Session,
    /// The page wants a new token to be fetched.
    Refresh,
    /// The page logs out.
    Logout,
    /// The authorization server tells of a logout.
    Backchannel,
    /// An API.
    Proxy {
        /// Which route.
        route: usize,
        /// Where.
        url: String,
        /// It is to become a WebSocket.
        websocket: bool,
        /// Milliseconds that the API has until its answer begins.
        timeout: Option<u32>,
    },
}

/// A request, as far as it is looked at before its session is.
#[derive(Clone, Copy, Default)]
pub struct Incoming<'a> {
    /// Scheme, host and port that it was sent to.
    pub origin: &'a str,
    /// The path, as the URL parser of the host left it.
    pub path: &'a str,
    /// What follows the `?`.
    pub query: &'a str,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

// The query of a callback holds its code.
opaque!(Incoming<'_>);

impl Config {
    /// The origin that a request was sent to.
    pub fn origin<'a>(&'a self, incoming: &Incoming<'a>) -> &'a str {
        self.origin.as_deref().unwrap_or(incoming.origin)
    }

    /// The cookie policy of a login.
    pub const fn login_same_site(&self) -> SameSite {
        if self.form_post { SameSite::None } else { SameSite::Lax }
    }

    /// What a request is for, and whether it may.
    ///
    /// # Errors
    /// The refusal that the page gets.
    pub fn read(&self, incoming: &Incoming<'_>) -> Result<Wish, Refusal> {
        // One spelling for what every reader takes for the same: else `/api/%61dmin/` were another route here than for the API.
        let path = uri::unescaped(incoming.path).unwrap_or_else(|| incoming.path.into());
        let incoming = &Incoming { path: &path, ..*incoming };
        let endpoint = incoming.path.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('/'));
        let route = || {
            let leading = self.routes.iter().enumerate().filter(|(_, route)| route.leads(incoming.path));
            leading.max_by_key(|(_, route)| route.prefix.len())
        };
        let origin = self.origin(incoming);
        match endpoint {
            Some(endpoint) => {
                check_origin(origin)?;
                self.endpoint(endpoint, incoming, origin)
            }
            None => match route() {
                Some((index, route)) => {
                    check_origin(origin)?;
                    proxy(index, route, incoming, origin)
                }
                None => Ok(Wish::Asset),
            },
        }
    }

    fn endpoint(&self, name: &str, incoming: &Incoming<'_>, origin: &str) -> Result<Wish, Refusal> {
        let evidence = &incoming.evidence;
        let takes = |methods: &[&'static str]| {
            let is = methods.contains(&evidence.method);
            if is { Ok(()) } else { Err(Why::MethodNotAllowed.about(if methods.contains(&"GET") { "GET" } else { "POST" })) }
        };
        match name {
            "login" => {
                takes(&["GET"])?;
                if evidence.is_prefetch() {
                    return Ok(Wish::Prefetch);
                }
                evidence.check_navigation()?;
                let pairs = form::parse(incoming.query);
                let given = pairs.iter().find(|(name, _)| name == "returnTo").map(|(_, value)| value.as_str());
                let return_to = csrf::return_to(given, &self.base)?;
                let parameters = pairs.into_iter().filter(|(name, value)| self.asks.admits(name, value)).collect();
                Ok(Wish::Login { return_to, parameters })
            }
            "callback" => takes(&["GET", "POST"]).map(|()| Wish::Callback),
            "session" => {
                takes(&["GET"])?;
                evidence.check(origin).map(|()| Wish::Session)
            }
            "refresh" => {
                takes(&["POST"])?;
                evidence.check(origin).map(|()| Wish::Refresh)
            }
            "logout" => {
                takes(&["POST"])?;
                evidence.check(origin).map(|()| Wish::Logout)
            }
            "backchannel-logout" => takes(&["POST"]).map(|()| Wish::Backchannel),
            _ => Err(Why::NotFound.into()),
        }
    }
}

fn proxy(index: usize, route: &Route, incoming: &Incoming<'_>, origin: &str) -> Result<Wish, Refusal> {
    let evidence = &incoming.evidence;
    if route.token != Token::None {
        evidence.check(origin)?;
    }
    let known = !matches!(evidence.method, "TRACE" | "TRACK" | "CONNECT");
    if !known || !(route.methods.is_empty() || route.methods.iter().any(|method| method == evidence.method)) {
        return Err(Why::MethodNotAllowed.about("routes"));
    }
    let url = route.url(incoming.path, incoming.query)?;
    Ok(Wish::Proxy { route: index, url, websocket: evidence.websocket, timeout: route.timeout })
}

/// Cookies are kept where the connection is: https, or this machine.
fn check_origin(origin: &str) -> Result<(), Refusal> {
    let good = Uri::parse(origin).is_some_and(|uri| (uri.secure || uri.is_loopback()) && uri.path.is_empty());
    if good { Ok(()) } else { Err(Why::InsecureOrigin.into()) }
}

/// Headers that end at this hop, by their names. What `Connection` lists and could be no name is nobody's, and the host would not take it for one.
fn hop_by_hop(connection: Option<&str>) -> Vec<String> {
    let named = split(connection.unwrap_or(""), b',').map(|name| name.trim_ascii().to_ascii_lowercase());
    HOP_BY_HOP.iter().map(ToString::to_string).chain(named.filter(|name| !name.is_empty() && is_plain(name, TOKEN))).collect()
}

/// The headers of a request that do not go on to an API. `connection`: the header of that name, whose words name more of them.
pub fn request_headers(connection: Option<&str>, websocket: bool) -> Vec<String> {
    let mut without = hop_by_hop(connection);
    without.extend(NOT_UPWARD.map(String::from));
    if websocket {
        without.retain(|name| name != "upgrade" && name != "connection");
    }
    without
}

/// What becomes of the headers of an API's response: those to leave out, and those to set.
///
/// The response is for one user, so nobody but that user's browser may store it, and an API that says nothing, or `public`, did not know.
pub fn response_headers(
    names: &[&str],
    connection: Option<&str>,
    cache_control: Option<&str>,
) -> (Vec<String>, Option<&'static str>) {
    let mut without = hop_by_hop(connection);
    without.extend(NOT_DOWNWARD.map(String::from));
    without.extend(names.iter().filter(|name| is_for_others(name)).map(ToString::to_string));
    // The runtime has decoded the body: its length is another now.
    if names.contains(&"content-encoding") {
        without.extend(["content-encoding", "content-length"].map(String::from));
    }
    let private = cache_control.is_some_and(|value| {
        split(value, b',').any(|word| matches!(word.trim_ascii().to_ascii_lowercase().as_str(), "private" | "no-store"))
    });
    if !private {
        without.push("expires".into());
    }
    (without, (!private).then_some("no-store"))
}

/// The `state` of an authorization response, to find its login by; whether it is the right one is judged later. Of a signed response (JARM) it is read without
/// a look at the signature.
pub fn state_of(response: &str) -> Option<String> {
    let pairs = form::parse(cut(response, b'?').1.unwrap_or(response));
    let value = |name: &str| pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    if let Some(state) = value("state") {
        return Some(state);
    }
    let jwt = value("response")?;
    let payload = String::from_utf8(base64url::decode(split(&jwt, b'.').nth(1)?)?).ok()?;
    Object::parse(&payload)?.string("state").map(String::from)
}

/// Errors of a silent login that say nothing but that it cannot be silent: OpenID Connect Core §3.1.2.6.
pub fn is_silent_no(code: &str) -> bool {
    matches!(code, "login_required" | "consent_required" | "interaction_required" | "account_selection_required")
}
