//! The token handler's door: one question by its name, arguments and answer as JSON text.
//!
//! Nothing here has a clock, keys or a network: the host brings the time with each question, and holds the keys that it seals with.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Fault, Phase},
    js::convert,
    limits,
    oauth::resource::{self, AccessToken},
    secret::Secret,
    session::{
        cookie::{self, Jar, Names, SameSite},
        csrf::Evidence,
        handler::{self, Asks, Config, Incoming, Route, Token, Wish},
        policy::{self, Due, Ended, Failed, Session, Terms},
        rate::{self, Bucket},
        record::{Keep, Record},
        refusal::{self, Refusal, Why},
        relay,
        seal::{self, KeyId, Purpose},
        turn::{Entry, Message, Spans},
    },
    text::{
        integer,
        json::{Object, Raw, Writer, push_integer},
        uri,
    },
    time::Timestamp,
};

/// Keys that a handler may have: their numbers are a byte.
const SESSION_KEYS: usize = 256;

/// What the operator decided, and the names of the keys, the one that seals first.
#[derive(Debug)]
pub struct Handler {
    config: Config,
    keys: Vec<KeyId>,
}

impl Handler {
    /// Reads the options.
    ///
    /// # Errors
    /// [`Why::Misconfigured`], which names the option, and the sentence that says more of a key.
    pub fn new(input: &str) -> Result<Self, (Refusal, Option<&'static str>)> {
        let wrong = |about: &'static str| (Why::Misconfigured.about(about), None);
        let options = Object::parse(input).ok_or_else(|| wrong("options"))?;
        let keys = options.get("sessionKeys").and_then(Raw::texts).filter(|keys| (1..=SESSION_KEYS).contains(&keys.len()));
        let keys = keys.ok_or_else(|| wrong("sessionKeys"))?;
        let weak = |weak: seal::Weak| (Why::Misconfigured.about("sessionKeys"), Some(weak.message()));
        let keys = keys.iter().map(|key| seal::key_id(key).map_err(weak)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { config: config(&options).map_err(wrong)?, keys })
    }

    /// What bytes that are sealed begin with: behind it come the initialisation vector and the ciphertext with its tag. The host puts them together and writes the text
    /// that they stand for, where it can: they are most of what a request brings.
    pub fn head(&self) -> Vec<u8> {
        self.keys.first().map(seal::head).unwrap_or_default()
    }

    /// The number of the key that opens these bytes.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`] for what is not sealed, or by no key of ours.
    pub fn key_of(&self, sealed: &[u8]) -> Result<u8, Refusal> {
        let (key, _) = seal::take_key(sealed)?;
        Ok(u8::try_from(seal::key_among(key, &self.keys)?).map_err(|_| Why::SessionDamaged)?)
    }

    /// The sealed text of the session of a `Cookie` header; `None` where there is none.
    ///
    /// # Errors
    /// [`Why::SessionDamaged`] for chunks that are not all there.
    pub fn session(&self, cookies: &str) -> Result<Option<String>, Refusal> {
        Ok(self.config.names.read_session(&Jar::parse(cookies))?)
    }

    /// The `Authorization` of a request to a route, where the token is shown as it is: most requests ask for no more. `None` for a token of any other type, and
    /// for a URL that the route does not lead to: the client knows what to do, or why not.
    pub fn bearer(&self, route: usize, url: &str, token: &str, token_type: &str) -> Option<String> {
        let target = String::from(self.config.routes.get(route)?.target());
        let token = AccessToken::new(Secret::new(token), token_type, Phase::Resource).ok()?;
        (!token.dpop && resource::allows(&[target], url)).then(|| token.authorization().expose().into())
    }

    /// Answers a question by its name.
    ///
    /// # Errors
    /// The refusal that the page gets. A question that cannot be read is [`Why::Internal`]: the host asked it.
    pub fn ask(&self, what: &str, input: &str) -> Result<String, Refusal> {
        let object = Object::parse(input).ok_or(Why::Internal)?;
        let ask = Ask(&object);
        let (config, terms) = (&self.config, &self.config.terms);
        let cookies = object.string("cookies").unwrap_or_default();
        let jar = Jar::parse(&cookies);
        let now = Timestamp::from_seconds(object.get("now").and_then(Raw::integer).unwrap_or(0));
        Ok(match what {
            "read" => wish(&config.read(&ask.incoming(&Strings::of(&ask))?)?),
            "session_name" => config.names.session.clone(),
            "login_name" => config.names.login(&ask.text("state")?).ok_or(Why::CallbackUnknown)?,
            "login_cookie" => {
                let name = config.names.login(&ask.text("state")?).ok_or(Why::CallbackUnknown)?;
                jar.get(&name)?.unwrap_or_default().to_string()
            }
            "associated_data" => {
                let purpose = Purpose::parse(&ask.text("purpose")?).ok_or(Why::Internal)?;
                seal::associated_data(purpose, &ask.text("name")?, &ask.text("origin")?)
            }
            "write_session" => {
                let max_age = ask.number("maxAge").and_then(|n| u32::try_from(n).ok()).ok_or(Why::Internal)?;
                list(&config.names.write_session(&ask.text("sealed")?, config.same_site, max_age, &jar)?)
            }
            "delete_session" => list(&config.names.delete_session(config.same_site, &jar)),
            "write_login" => {
                let (state, sealed) = (ask.text("state")?, ask.text("sealed")?);
                list(&config.names.write_login(&state, &sealed, config.login_same_site(), &jar)?)
            }
            "delete_login" => {
                let name = config.names.login(&ask.text("state")?).ok_or(Why::CallbackUnknown)?;
                list(&[cookie::delete(&name, config.login_same_site())])
            }
            "delete_logins" => list(&config.names.delete_logins(config.login_same_site(), &jar)),
            "begin" => {
                let dpop = object.get("dpop").map(Raw::as_str);
                Record::begin(&ask.text("id")?, &ask.object("tokens")?, dpop, &config.keep, now).to_json()
            }
            "due" => due(&Session::parse(&ask.object("policy")?).map_err(|_| Why::SessionDamaged)?, terms, now),
            "refreshed" => ask.record()?.refreshed(&ask.object("tokens")?, &config.keep, now).to_json(),
            "failed" => {
                let (record, failed) = ask.record()?.failed(&ask.object("report")?, now);
                let mut json = Writer::default();
                json.string("record", &record.to_json()).string("failed", word(failed));
                json.finish()
            }
            "lost" => ask.record()?.lost().to_json(),
            "touched" => ask.record()?.touched(now).to_json(),
            "refused_token" => {
                let status = ask.number("status").and_then(|status| u16::try_from(status).ok());
                let asked = status.is_none_or(|status| policy::refuses(status, object.string("challenge").as_deref()));
                let record = ask.record()?.with_refused_token(now).filter(|_| asked);
                record.map(|record| record.to_json()).unwrap_or_default()
            }
            "at" => ask.record()?.at(ask.number("generation").ok_or(Why::Internal)?).to_json(),
            "view" => ask.record()?.view(terms, now),
            "request_headers" => {
                let websocket = object.get("websocket").and_then(Raw::boolean).unwrap_or(false);
                names_left_out(&handler::request_headers(object.string("connection").as_deref(), websocket)).finish()
            }
            "response_headers" => response_headers(&ask)?,
            "location" => {
                let route =
                    ask.number("route").and_then(|index| config.routes.get(usize::try_from(index).ok()?)).ok_or(Why::Internal)?;
                route.location(&ask.text("location")?, &ask.text("url")?).ok_or(Why::UpstreamRedirect)?
            }
            "absolute" => {
                let mut seconds = String::new();
                push_integer(&mut seconds, terms.absolute.unwrap_or(limits::SESSION_ABSOLUTE_SECONDS).into());
                seconds
            }
            "state_of" => handler::state_of(&ask.text("response")?).ok_or(Why::CallbackUnknown)?,
            _ => return ask_of_nobody(what, &ask, now),
        })
    }
}

/// Questions that need no options: also a store asks them, which has none.
///
/// # Errors
/// [`Why::Internal`]
pub fn ask_of_nobody(what: &str, ask: &Ask<'_>, now: Timestamp) -> Result<String, Refusal> {
    Ok(match what {
        "turn" => {
            let entry = ask.0.string("entry").and_then(|entry| Entry::parse(&entry));
            let keep = ask.number("keep").and_then(|keep| u32::try_from(keep).ok());
            let spans = Spans { keep: keep.unwrap_or(Spans::default().keep), ..Spans::default() };
            let texts = [ask.0.string("sealed"), ask.0.string("why")].map(Option::unwrap_or_default);
            let generation = ask.number("generation").unwrap_or(0);
            let message = match ask.text("message")?.as_str() {
                "begin" => Message::Begin(&texts[0]),
                "read" => Message::Read,
                "ask" => Message::Ask(generation),
                "tell" => Message::Tell(generation, &texts[0]),
                "still" => Message::Still(generation),
                "end" => Message::End(&texts[1]),
                _ => return Err(Why::Internal.into()),
            };
            let (entry, answer) = Entry::take(entry, message, &spans, now);
            let mut json = Writer::default();
            json.raw("answer", &answer.to_json());
            if let Some(entry) = entry {
                json.string("entry", &entry.to_json()).integer("forgetAt", entry.forget_at().seconds());
            }
            json.finish()
        }
        "admit" => {
            let number = |name: &str| ask.number(name);
            let left = number("left").and_then(|left| u32::try_from(left).ok());
            let bucket = left.zip(number("at")).map(|(left, at)| Bucket { left, at: Timestamp::from_seconds(at) });
            let (bucket, taken) = bucket.unwrap_or(Bucket::new(now)).take(now);
            let mut json = Writer::default();
            json.integer("left", bucket.left.into()).integer("at", bucket.at.seconds());
            if let Err(seconds) = taken {
                json.integer("wait", seconds.into());
            }
            json.finish()
        }
        "is_fresh" => {
            let time = |name| ask.number(name).map(Timestamp::from_seconds);
            let token = Session::begin(time("expiresAt"), true, time("obtained").unwrap_or(now));
            let refused = ask.0.get("refused").and_then(Raw::boolean).unwrap_or(false) && token.believes_refusal(now);
            word_of(!refused && token.due(&Terms::default(), now) == Due::Use)
        }
        // A login takes as long as its cookie lives, also for a browser that keeps cookies longer.
        "login_is_over" => word_of(
            ask.number("began").is_none_or(|began| now.since(Timestamp::from_seconds(began)) > i64::from(limits::LOGIN_SECONDS)),
        ),
        // A logout token that is played again ends no session that began after it.
        "is_ended" => word_of(
            ask.number("began")
                .zip(ask.number("iat"))
                .is_some_and(|(began, told)| began <= told.saturating_add(limits::LEEWAY_SECONDS.into())),
        ),
        "address" => rate::address(&ask.text("address")?),
        "relay" => relay::location(&ask.text("page")?, &ask.0.string("body").unwrap_or_default()),
        "is_silent_no" => word_of(handler::is_silent_no(&ask.text("code")?)),
        "refusal" => {
            let word = ask.text("why")?;
            let why = Why::ALL.iter().find(|why| why.as_str() == word).copied().unwrap_or(Why::Internal);
            let retry_after = ask.number("retryAfter").and_then(|seconds| u32::try_from(seconds).ok());
            Refusal { retry_after, ..why.into() }.to_json()
        }
        "error" => error(&ask.object("report")?),
        _ => return Err(Why::Internal.into()),
    })
}

fn word_of(flag: bool) -> String {
    if flag { "true" } else { "false" }.to_string()
}

/// The arguments of a question.
#[derive(Debug)]
pub struct Ask<'a>(pub &'a Object<'a>);

/// What a request says of itself: texts that are borrowed from.
struct Strings([Option<String>; 9]);

impl Strings {
    fn of(ask: &Ask<'_>) -> Self {
        let names = ["origin", "path", "query", "method", "site", "destination", "mode", "fromOrigin", "purpose"];
        Self(names.map(|name| ask.0.string(name).map(String::from)))
    }
}

impl Ask<'_> {
    fn text(&self, name: &str) -> Result<String, Refusal> {
        self.0.string(name).map(String::from).ok_or_else(|| Why::Internal.into())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Raw::integer)
    }

    fn object(&self, name: &str) -> Result<Object<'_>, Refusal> {
        self.0.get(name).and_then(Raw::object).ok_or_else(|| Why::Internal.into())
    }

    fn record(&self) -> Result<Record, Refusal> {
        Ok(Record::parse(&self.text("record")?)?)
    }

    fn incoming<'b>(&'b self, strings: &'b Strings) -> Result<Incoming<'b>, Refusal> {
        let [origin, path, query, method, site, destination, mode, from, purpose] = &strings.0;
        let (Some(origin), Some(path), Some(method)) = (origin, path, method) else { return Err(Why::Internal.into()) };
        let flag = |name| self.0.get(name).and_then(Raw::boolean).unwrap_or(false);
        Ok(Incoming {
            origin,
            path,
            query: query.as_deref().unwrap_or(""),
            evidence: Evidence {
                method,
                site: site.as_deref(),
                destination: destination.as_deref(),
                mode: mode.as_deref(),
                origin: from.as_deref(),
                purpose: purpose.as_deref(),
                header: flag("header").then_some("1"),
                websocket: flag("websocket"),
            },
        })
    }
}

fn config(options: &Object<'_>) -> Result<Config, &'static str> {
    let text = |name: &'static str| match options.get(name) {
        Some(value) => value.string().map(|text| Some(String::from(text))).ok_or(name),
        None => Ok(None),
    };
    let flag = |name: &'static str| options.get(name).and_then(Raw::boolean).unwrap_or(false);
    let seconds = |name: &'static str, or: u32| match options.get(name) {
        Some(value) => value.integer().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0).ok_or(name),
        None => Ok(or),
    };
    let base = text("base")?.unwrap_or_else(|| "/auth".to_string());
    if !uri::is_plain_path(&base) || base.len() < 2 || base.ends_with('/') {
        return Err("base");
    }
    let base = uri::unescaped(&base).ok_or("base")?;
    let same_site = match text("sameSite")?.as_deref() {
        None | Some("strict") => SameSite::Strict,
        Some("lax") => SameSite::Lax,
        Some(_) => return Err("sameSite"),
    };
    Ok(Config {
        base,
        origin: text("origin")?,
        names: Names::new(text("cookie")?.as_deref().unwrap_or("session")).ok_or("cookie")?,
        same_site,
        terms: Terms {
            idle: Some(seconds("idle", limits::SESSION_IDLE_SECONDS)?),
            absolute: Some(seconds("absolute", limits::SESSION_ABSOLUTE_SECONDS)?),
            ..Terms::default()
        },
        keep: Keep {
            claims: options.get("claims").map(|value| value.texts().ok_or("claims")).transpose()?,
            id_token: flag("idTokenHint"),
        },
        routes: routes(options)?,
        form_post: flag("formPost"),
        asks: options.get("authorization").and_then(Raw::object).map(|given| asks(&given)).unwrap_or_default(),
    })
}

/// Whether the whole of it can be sent, the client says.
fn asks(given: &Object<'_>) -> Asks {
    // A number, or its digits.
    let max_age =
        given.get("max_age").and_then(|value| value.string().map_or_else(|| integer(value.as_str()), |text| integer(&text)));
    Asks { max_age, acr_values: given.get("acr_values").is_some(), prompt: given.string("prompt").map(String::from) }
}

fn routes(options: &Object<'_>) -> Result<Vec<Route>, &'static str> {
    let about = "routes";
    let Some(routes) = options.get(about) else { return Ok(Vec::new()) };
    let allow_http = options.get("dangerouslyAllowHttp").and_then(Raw::boolean).unwrap_or(false);
    let route = |route: Raw<'_>| {
        let route = route.object()?;
        let methods = match route.get("methods") {
            Some(methods) => methods.texts()?,
            None => Vec::new(),
        };
        let token = match route.string("token").as_deref() {
            None | Some("session") => Token::Session,
            Some("client") => Token::Client,
            Some("none") => Token::None,
            Some(_) => return None,
        };
        let mut read = Route::new(&route.string("prefix")?, &route.string("target")?, methods, token, allow_http).ok()?;
        read.timeout = convert::timeout(&route).ok()?;
        Some(read)
    };
    routes.array().and_then(|routes| routes.into_iter().map(route).collect::<Option<Vec<_>>>()).ok_or(about)
}

fn list(items: &[String]) -> String {
    let mut json = Writer::default();
    json.list("cookies", items.iter().map(String::as_str));
    json.finish()
}

fn wish(wish: &Wish) -> String {
    let mut json = Writer::default();
    match wish {
        Wish::Asset => json.string("wish", "asset"),
        Wish::Prefetch => json.string("wish", "prefetch"),
        Wish::Login { return_to, parameters } => {
            let mut given = Writer::default();
            for (name, value) in parameters {
                given.string(name, value);
            }
            json.string("wish", "login").string("returnTo", return_to).raw("parameters", &given.finish())
        }
        Wish::Callback => json.string("wish", "callback"),
        Wish::Session => json.string("wish", "session"),
        Wish::Refresh => json.string("wish", "refresh"),
        Wish::Logout => json.string("wish", "logout"),
        Wish::Backchannel => json.string("wish", "backchannel"),
        Wish::Proxy { route, url, websocket, timeout } => {
            json.string("wish", "proxy").integer("route", i64::try_from(*route).unwrap_or(0)).string("url", url);
            if let Some(timeout) = timeout {
                json.integer("timeout", (*timeout).into());
            }
            json.boolean("websocket", *websocket)
        }
    };
    json.finish()
}

fn due(session: &Session, terms: &Terms, now: Timestamp) -> String {
    let due = session.due(terms, now);
    let mut json = Writer::default();
    json.string(
        "due",
        match due {
            Due::Use => "use",
            Due::Refresh => "refresh",
            Due::Wait(_) => "wait",
            Due::Authorize => "authorize",
            Due::End(Ended::Idle | Ended::Absolute | Ended::Refused) => "end",
        },
    );
    if let Some(refusal) = Record::refusal(due) {
        json.raw("refusal", &refusal.to_json());
    }
    // Good for a request yet, where a refresh that is due cannot be had.
    json.boolean("usable", session.expires_at.is_none_or(|expires_at| now < expires_at));
    json.boolean("touch", session.needs_touch(terms, now)).integer("maxAge", session.seconds_left(terms, now).into());
    json.finish()
}

const fn word(failed: Failed) -> &'static str {
    match failed {
        Failed::Later(_) => "later",
        Failed::Doubtful => "doubtful",
        Failed::Ended(ended) => ended.as_str(),
    }
}

fn response_headers(ask: &Ask<'_>) -> Result<String, Refusal> {
    let names = ask.0.get("names").and_then(Raw::texts).ok_or(Why::Internal)?;
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (connection, cache) = (ask.0.string("connection"), ask.0.string("cacheControl"));
    let (without, cache_control) = handler::response_headers(&names, connection.as_deref(), cache.as_deref());
    let mut json = names_left_out(&without);
    json.optional("cacheControl", cache_control);
    Ok(json.finish())
}

fn names_left_out(without: &[String]) -> Writer {
    let mut json = Writer::default();
    json.list("without", without.iter().map(String::as_str));
    json
}

/// An error of the protocol's as the page gets it: what happened and what to do, and nothing of what the server wrote.
fn error(report: &Object<'_>) -> String {
    let fault = report.string("fault");
    let fault = [Fault::Caller, Fault::Server, Fault::Refusal, Fault::Transport]
        .into_iter()
        .find(|one| fault.as_deref() == Some(one.as_str()))
        .unwrap_or(Fault::Caller);
    let spent = report.get("grantMayBeConsumed").and_then(Raw::boolean).unwrap_or(true);
    let (status, action) = refusal::of_error(fault, spent);
    let mut json = Writer::default();
    json.optional("code", report.string("code").as_deref()).optional("message", report.string("message").as_deref());
    json.integer("status", status.into()).string("action", action.as_str()).string("fault", fault.as_str());
    if let Some(seconds) = report.get("retryAfter").and_then(Raw::integer) {
        json.integer("retryAfter", seconds);
    }
    json.finish()
}

/// The same for JavaScript.
#[cfg(target_arch = "wasm32")]
pub mod door {
    use alloc::{string::String, vec::Vec};
    use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

    use super::{Ask, Handler, ask_of_nobody};
    use crate::{
        session::refusal::{Refusal, Why},
        text::{
            base64url, joined,
            json::{Object, Raw, Writer},
        },
        time::Timestamp,
    };

    /// What went right as it is, what went wrong as JSON behind a `!`.
    fn settle(result: Result<String, Refusal>) -> String {
        result.unwrap_or_else(|refusal| joined(&["!", &refusal.to_json()]))
    }

    /// A token handler's decisions, as JavaScript holds them.
    #[wasm_bindgen]
    #[derive(Debug)]
    pub struct Edge(Handler);

    #[wasm_bindgen]
    impl Edge {
        /// Reads the options. Throws a text: `{about, message}` as JSON.
        #[wasm_bindgen(constructor)]
        pub fn new(options: &str) -> Result<Self, JsValue> {
            Handler::new(options).map(Self).map_err(|(refusal, more)| {
                let mut json = Writer::default();
                json.optional("about", refusal.about).string("message", more.unwrap_or_else(|| refusal.why.message()));
                json.finish().into()
            })
        }

        /// See [`Handler::head`].
        pub fn head(&self) -> Vec<u8> {
            self.0.head()
        }

        /// See [`Handler::key_of`]; nothing where it is refused.
        pub fn key_of(&self, sealed: &[u8]) -> Option<u8> {
            self.0.key_of(sealed).ok()
        }

        /// See [`Handler::session`].
        pub fn session(&self, cookies: &str) -> Option<String> {
            self.0.session(cookies).transpose().map(settle)
        }

        /// See [`Handler::bearer`].
        pub fn bearer(&self, route: usize, url: &str, token: &str, token_type: &str) -> Option<String> {
            self.0.bearer(route, url, token, token_type)
        }

        /// Answers a question.
        pub fn ask(&self, what: &str, input: &str) -> String {
            settle(self.0.ask(what, input))
        }
    }

    /// Bytes as base64url, for a host that cannot write it.
    #[wasm_bindgen]
    pub fn to_base64url(bytes: &[u8]) -> String {
        base64url::encode(bytes)
    }

    /// The bytes of base64url, for a host that cannot read it; nothing for what is none.
    #[wasm_bindgen]
    pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
        base64url::decode(text)
    }

    /// Answers a question that needs no options.
    #[wasm_bindgen]
    pub fn ask(what: &str, input: &str) -> String {
        let object = Object::parse(input);
        let answer = object.ok_or_else(|| Why::Internal.into()).and_then(|object| {
            let now = object.get("now").and_then(Raw::integer).unwrap_or(0);
            ask_of_nobody(what, &Ask(&object), Timestamp::from_seconds(now))
        });
        settle(answer)
    }
}
