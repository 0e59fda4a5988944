//! From and to the words of the JavaScript API.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error, Phase},
    http::Request,
    jose::jws::Algorithm,
    limits,
    oauth::{
        access_token::{Expected, Received},
        assertion,
        authorization::Pending,
        client::{Authentication, BasicEncoding, Client, IdTokenSignature},
        device::DeviceAuthorization,
        fapi2,
        metadata::Metadata,
        resource,
        token::{Exchange, Grant},
    },
    oidc::ciba::Backchannel,
    quirk::preset::Preset,
    secret::Secret,
    text::{
        challenge::Challenge,
        integer, is_one_of, joined,
        json::{Object, Raw, Writer},
    },
    time::Leeway,
};

/// Names and values of a request.
pub type Parameters = Vec<(String, String)>;

fn invalid(phase: Phase, about: &str) -> Error {
    Code::InvalidArgument.at(phase).about(about)
}

/// The argument object of a call.
pub fn arguments(input: &str) -> Result<Object<'_>, Error> {
    Object::parse(input).ok_or_else(|| invalid(Phase::Configuration, "arguments"))
}

/// A member of an argument object that is text.
pub fn text(object: &Object<'_>, name: &str, phase: Phase) -> Result<String, Error> {
    object.filled(name).ok_or_else(|| invalid(phase, name))
}

/// A member that may be missing, but must be of its type where it is there.
fn optional<'a, T>(object: &Object<'a>, name: &str, read: impl FnOnce(Raw<'a>) -> Option<T>) -> Result<Option<T>, Error> {
    object.get(name).map(|value| read(value).ok_or_else(|| invalid(Phase::Configuration, name))).transpose()
}

/// A misspelt option would be no option at all.
fn refuse_unknown(options: &Object<'_>, known: &[&str]) -> Result<(), Error> {
    let unknown = options.iter().find(|(name, _)| !is_one_of(name, known));
    unknown.map_or(Ok(()), |(name, _)| Err(invalid(Phase::Configuration, name)))
}

/// `ClientOptions`.
///
/// # Errors
/// [`Code::InvalidArgument`], which names the option, also an unknown one.
pub fn client(options: &Object<'_>) -> Result<Client, Error> {
    const KNOWN: [&str; 23] = [
        "api",
        "signedIntrospection",
        "provider",
        "fapi2",
        "dpop",
        "dpopJkt",
        "par",
        "jar",
        "clientId",
        "clientAuth",
        "redirectUri",
        "scope",
        "resource",
        "strict",
        "basicEncoding",
        "leeway",
        "timeout",
        "idTokenSignature",
        "idTokenSignedResponseAlg",
        "dangerouslyAllowHttp",
        "dangerouslySkipIssuerCheck",
        "dangerouslySkipSubjectCheck",
        "dangerouslyPlainPkce",
    ];
    refuse_unknown(options, &KNOWN)?;
    let mut client = Client::new(text(options, "clientId", Phase::Configuration)?);
    let mut options = Options::of(options);
    let encoding = match options.word("basicEncoding", &["rfc6749", "raw"]) {
        Some(1) => BasicEncoding::Raw,
        _ => BasicEncoding::Rfc6749,
    };
    if let Some(auth) = options.get("clientAuth") {
        match auth.object().and_then(|auth| authentication(&auth, encoding)) {
            Some(authentication) => client.authentication = authentication,
            None => options.refuse("clientAuth"),
        }
    }
    client.redirect_uri = options.text("redirectUri");
    client.scope = options.text("scope");
    client.resource = options.texts("resource");
    client.api = options.texts("api");
    if !client.api.iter().all(|prefix| resource::is_prefix(prefix)) {
        options.refuse("api");
    }
    client.signed_introspection = options.flag("signedIntrospection");
    client.dangerously_skip_subject_check = options.flag("dangerouslySkipSubjectCheck");
    client.strict = options.flag("strict");
    if let Some(leeway) = options.get("leeway") {
        match whole(leeway).and_then(Leeway::from_seconds) {
            Some(leeway) => client.leeway = leeway,
            None => options.refuse("leeway"),
        }
    }
    if options.word("idTokenSignature", &["required", "tls"]) == Some(1) {
        client.id_token_signature = IdTokenSignature::Tls;
    }
    if let Some(name) = options.text("idTokenSignedResponseAlg") {
        client.id_token_algorithm = Algorithm::parse(&name);
        if client.id_token_algorithm.is_none() {
            options.refuse("idTokenSignedResponseAlg");
        }
    }
    if let Some(provider) = options.get("provider") {
        match provider.object() {
            Some(provider) => client.provider = preset(&provider, &mut options.wrong),
            None => options.refuse("provider"),
        }
    }
    client.dpop = options.flag("dpop");
    client.dpop_jkt = options.flag("dpopJkt");
    client.par = options.flag("par");
    client.jar = options.flag("jar");
    client.fapi2 = options.flag("fapi2");
    client.dangerously_allow_http = options.flag("dangerouslyAllowHttp");
    client.dangerously_skip_issuer_check = options.flag("dangerouslySkipIssuerCheck");
    client.dangerously_plain_pkce = options.flag("dangerouslyPlainPkce");
    options.end()?;
    fapi2::check(&client, Phase::Configuration)?;
    Ok(client)
}

/// Options as they are read, one a line. What is wrong first is what is told at the [`end`](Options::end): so no line leaves early, and none has to clear away
/// what was read before it.
struct Options<'a> {
    object: &'a Object<'a>,
    wrong: Option<Error>,
}

impl<'a> Options<'a> {
    fn of(object: &'a Object<'a>) -> Self {
        Self { object, wrong: None }
    }

    fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.object.get(name)
    }

    /// It is there, and not of its type.
    #[inline(never)]
    fn refuse(&mut self, name: &str) {
        self.wrong.get_or_insert_with(|| invalid(Phase::Configuration, name));
    }

    fn flag(&mut self, name: &str) -> bool {
        let value = self.get(name);
        let flag = value.map_or(Some(false), Raw::boolean);
        if flag.is_none() {
            self.refuse(name);
        }
        flag == Some(true)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let text = self.object.text(name);
        if text.is_none() && self.get(name).is_some() {
            self.refuse(name);
        }
        text
    }

    /// A text or a list of texts; none where it is missing.
    fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = self.get(name).map_or(Some(Vec::new()), strings);
        if texts.is_none() {
            self.refuse(name);
        }
        texts.unwrap_or_default()
    }

    /// Which of these words it is.
    fn word(&mut self, name: &str, words: &[&str]) -> Option<usize> {
        let text = self.text(name)?;
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            self.refuse(name);
        }
        found
    }

    /// Names and values.
    fn pairs(&mut self, name: &str) -> Parameters {
        match parameters(self.object, name, Phase::Configuration) {
            Ok(pairs) => pairs,
            Err(error) => {
                self.wrong.get_or_insert(error);
                Vec::new()
            }
        }
    }

    /// What was wrong first.
    fn end(self) -> Result<(), Error> {
        self.wrong.map_or(Ok(()), Err)
    }
}

/// `ProviderPreset`, as far as it is the core's: what tells callers where the provider is, is theirs.
fn preset(provider: &Object<'_>, wrong: &mut Option<Error>) -> Preset {
    let mut options = Options { object: provider, wrong: wrong.take() };
    let preset = Preset {
        scope_separator: options.text("scopeSeparator"),
        parameter_names: options.pairs("parameterNames"),
        envelope: options.text("envelope"),
        without_pkce: options.text("pkce").as_deref() == Some("unsupported"),
        token_endpoint_audience: options.text("assertionAudience").as_deref() == Some("token_endpoint"),
        issuers: options.texts("issuers"),
        authorization_parameters: options.pairs("authorizationParameters"),
        token_parameters: options.pairs("tokenParameters"),
    };
    *wrong = options.wrong;
    preset
}

/// `ClientAuth`: what `none()`, `secretBasic()` and their like make, less a key, which does not cross as text.
fn authentication(auth: &Object<'_>, encoding: BasicEncoding) -> Option<Authentication> {
    let secret = || auth.filled("client_secret").map(Secret::new);
    match auth.string("method")?.as_ref() {
        "none" => Some(Authentication::None),
        "client_secret_basic" => Some(Authentication::SecretBasic(secret()?, encoding)),
        "client_secret_post" => Some(Authentication::SecretPost(secret()?)),
        "client_secret_jwt" => Some(Authentication::SecretJwt(secret()?)),
        "private_key_jwt" => Some(Authentication::PrivateKeyJwt(auth.text("kid"))),
        "tls_client_auth" => Some(Authentication::Tls),
        _ => None,
    }
}

/// A member that is text, where it is there.
pub fn optional_text(object: &Object<'_>, name: &str) -> Result<Option<String>, Error> {
    optional(object, name, |value| value.string().map(String::from))
}

/// `CallOptions`, less the signal: the time limit, and headers to add.
///
/// # Errors
/// [`Code::InvalidArgument`], which names the option, also where it is unknown.
pub fn call(object: &Object<'_>) -> Result<(Option<u32>, Parameters), Error> {
    let options = object.get("call").and_then(Raw::object).unwrap_or_default();
    refuse_unknown(&options, &["timeout", "headers"])?;
    Ok((timeout(&options)?, parameters(&options, "headers", Phase::Configuration)?))
}

/// `timeout` of an argument object, in milliseconds.
///
/// # Errors
/// [`Code::InvalidArgument`] beyond what a timer can count, and for zero.
pub fn timeout(object: &Object<'_>) -> Result<Option<u32>, Error> {
    optional(object, "timeout", |value| whole(value).filter(|ms| (1..=limits::TIMEOUT_MILLISECONDS_MAX).contains(ms)))
}

fn whole(value: Raw<'_>) -> Option<u32> {
    u32::try_from(value.integer()?).ok()
}

/// A text, or a list of texts.
fn strings(value: Raw<'_>) -> Option<Vec<String>> {
    value.texts().or_else(|| Some(alloc::vec![value.string()?.into()]))
}

/// Parameters whose values are JSON: OpenID Connect Core §5.5, RFC 9396 §2.
const JSON: [&str; 2] = ["claims", "authorization_details"];

/// Parameters of a request: an object whose values are texts, numbers, flags, or lists of texts; two of them may be JSON.
///
/// # Errors
/// [`Code::InvalidArgument`], which names the parameter.
pub fn parameters(object: &Object<'_>, name: &str, phase: Phase) -> Result<Parameters, Error> {
    let Some(value) = object.get(name) else { return Ok(Vec::new()) };
    let members = value.object().ok_or_else(|| invalid(phase, name))?;
    let mut parameters = Vec::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let json = is_one_of(name, &JSON) && value.string().is_none();
        if json || value.is_number() || value.boolean().is_some() {
            parameters.push((name.to_string(), value.as_str().to_string()));
            continue;
        }
        for text in strings(value).ok_or_else(|| invalid(phase, name))? {
            parameters.push((name.to_string(), text));
        }
    }
    Ok(parameters)
}

/// Whom the tokens at hand speak of: `claims.sub`. Claims that do not say are not taken for none, or the check of OIDC Core §12.2 would be lost.
pub fn subject(object: &Object<'_>) -> Result<Option<String>, Error> {
    let Some(claims) = object.get("claims") else { return Ok(None) };
    let subject = claims.object().and_then(|claims| claims.filled("sub"));
    subject.map(Some).ok_or_else(|| invalid(Phase::Token, "claims.sub"))
}

/// `Pending`, as `authorize()` gave it.
pub fn pending(object: &Object<'_>) -> Result<Pending, Error> {
    given(object, "pending", Phase::Callback, Pending::parse)
}

/// A member that one of the other calls gave.
fn given<T>(
    object: &Object<'_>,
    name: &str,
    phase: Phase,
    parse: fn(&Object<'_>) -> Result<T, &'static str>,
) -> Result<T, Error> {
    let value = object.get(name).and_then(Raw::object).ok_or_else(|| invalid(phase, name))?;
    parse(&value).map_err(|member| invalid(phase, &joined(&[name, ".", member])))
}

/// `DeviceAuthorization`, as `deviceAuthorization()` gave it.
pub fn device(object: &Object<'_>) -> Result<DeviceAuthorization, Error> {
    given(object, "device", Phase::Token, DeviceAuthorization::parse)
}

/// `Backchannel`, as `backchannelAuthentication()` gave it.
pub fn backchannel(object: &Object<'_>) -> Result<Backchannel, Error> {
    given(object, "request", Phase::Token, Backchannel::parse)
}

/// `AssertionParameters`: what the assertion is, itself, and the other parameters.
pub fn assertion(object: &Object<'_>) -> Result<(assertion::Kind, Secret, Parameters), Error> {
    let mut parameters = parameters(object, "parameters", Phase::Token)?;
    let mut take = |name: &str| {
        let at = parameters.iter().position(|(other, _)| other == name).ok_or_else(|| invalid(Phase::Token, name))?;
        Ok(parameters.remove(at).1)
    };
    let kind = match take("type")?.as_str() {
        "jwt" => assertion::Kind::Jwt,
        "saml2" => assertion::Kind::Saml2,
        _ => return Err(invalid(Phase::Token, "type")),
    };
    Ok((kind, Secret::new(take("assertion")?), parameters))
}

/// `ServerMetadata`.
pub fn server(object: &Object<'_>) -> Result<Metadata, Error> {
    Metadata::parse(object.get("server").ok_or_else(|| invalid(Phase::Configuration, "server"))?.as_str())
}

/// The client options of an argument object.
pub fn client_of(object: &Object<'_>) -> Result<Client, Error> {
    client(&object.get("options").and_then(Raw::object).ok_or_else(|| invalid(Phase::Configuration, "options"))?)
}

/// `buildTokenRequest`: `{server, options, grant}` to `{method, url, headers, body}`.
pub fn build_token_request(input: &str) -> Result<String, Error> {
    let object = arguments(input)?;
    let (server, client) = (server(&object)?, client_of(&object)?);
    let grant = Grant::by_hand(&parameters(&object, "grant", Phase::Token)?)?;
    fapi2::check_grant(&client, &grant)?;
    Ok(request(&Exchange::new(&client, grant).request(&server, &client, None)?))
}

fn request(request: &Request) -> String {
    let mut headers = Writer::default();
    for (name, value) in &request.headers {
        headers.string(name, value.expose());
    }
    let mut json = Writer::default();
    json.string("method", request.method).string("url", &request.url).raw("headers", &headers.finish());
    json.optional("body", request.body.as_ref().map(Secret::expose));
    json.finish()
}

/// An authorization request: `{url, pending}`.
pub fn authorization((url, pending): &(String, Pending)) -> String {
    let mut json = Writer::default();
    json.string("url", url).raw("pending", &pending.to_json());
    json.finish()
}

/// What `validateAccessToken` is asked: the request, as far as its token goes, and what is expected.
///
/// # Errors
/// [`Code::InvalidArgument`], which names the option. HMAC is no algorithm here: whoever can verify it can sign.
pub fn received(object: &Object<'_>) -> Result<(Received, Expected), Error> {
    const KNOWN: [&str; 10] =
        ["method", "url", "authorization", "dpop", "audience", "scope", "algorithms", "requireDpop", "nonce", "call"];
    refuse_unknown(object, &KNOWN)?;
    let phase = Phase::AccessToken;
    let string = |name| optional_text(object, name);
    let algorithms = optional(object, "algorithms", |value| {
        let algorithm = |name: String| Algorithm::parse(&name).filter(|algorithm| *algorithm != Algorithm::Hs256);
        strings(value)?.into_iter().map(algorithm).collect::<Option<Vec<_>>>().filter(|algorithms| !algorithms.is_empty())
    });
    let received = Received {
        method: text(object, "method", phase)?,
        url: text(object, "url", phase)?,
        authorization: string("authorization")?,
        dpop: string("dpop")?,
    };
    let expected = Expected {
        audience: text(object, "audience", phase)?,
        scope: string("scope")?.unwrap_or_default(),
        algorithms: algorithms?.unwrap_or_default(),
        dpop: optional(object, "requireDpop", Raw::boolean)?.unwrap_or(false),
        nonce: string("nonce")?,
    };
    Ok((received, expected))
}

/// Challenges, as a list.
pub fn challenges(challenges: &[Challenge]) -> String {
    let mut list = String::from("[");
    for challenge in challenges {
        list.push_str(if list.len() > 1 { "," } else { "" });
        list.push_str(&challenge.to_json());
    }
    list.push(']');
    list
}

/// Parameters of an authorization request: texts, but for `max_age`.
pub fn step_up(parameters: &[(String, String)]) -> String {
    let mut json = Writer::default();
    for (name, value) in parameters {
        match integer(value).filter(|_| name == "max_age") {
            Some(seconds) => json.integer(name, seconds),
            None => json.string(name, value),
        };
    }
    json.finish()
}

/// Seconds as JavaScript counts them.
pub fn seconds(seconds: i64) -> f64 {
    i32::try_from(seconds).map_or(0.0, f64::from)
}

/// A callback as text: the body of a form post looks like the query of an address.
pub fn callback(object: &Object<'_>) -> Result<String, Error> {
    match object.get("callback") {
        Some(value) => value.string().map(String::from).ok_or_else(|| invalid(Phase::Callback, "callback")),
        None => Err(invalid(Phase::Callback, "callback")),
    }
}
