//! Sending a form to one of the server's endpoints: the client authenticates, proves its DPoP key, and learns nonces.

use alloc::{borrow::Cow, boxed::Box, string::String, vec::Vec};

use crate::{
    error::{Code, Error, Phase},
    flow::{Effect, Event, Relation, Signer, Step, response},
    http::{Request, Response},
    jose::{
        jwk::OwnKey,
        jws::{self, Algorithm},
    },
    limits,
    oauth::{assertion, client::Authentication, dpop::Proof, endpoint, fapi2},
    quirk::{deviation::Deviations, interop},
    secret::Secret,
    text::json::Object,
    time::Timestamp,
};

/// A form, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) endpoint: &'static str,
    pub(super) phase: Phase,
    pub(super) parameters: Vec<(Cow<'static, str>, Secret)>,
    /// Whether tokens come of it, which are to be bound.
    pub(super) dpop: bool,
}

/// What came back: a response, or why there is none.
pub(super) type Sent = Result<Response, Code>;

/// Sends a form. Where the server asks for a DPoP nonce it did not look at the grant (RFC 9449 §8), so it is sent a second time, once.
pub(super) fn post(relation: &mut Relation, form: Form, now: Timestamp) -> Result<Step<Sent>, Error> {
    post_accepting(relation, form, "application/json", now)
}

/// As [`post`], for an answer of this media type.
pub(super) fn post_accepting(
    relation: &mut Relation,
    form: Form,
    accept: &'static str,
    now: Timestamp,
) -> Result<Step<Sent>, Error> {
    attempt(relation, form, accept, true, now)
}

fn attempt(relation: &mut Relation, form: Form, accept: &'static str, first: bool, now: Timestamp) -> Result<Step<Sent>, Error> {
    let phase = form.phase;
    // Refused before anything is signed, if it is to be refused.
    fapi2::check(&relation.client, phase)?;
    relation.server.endpoint(form.endpoint, &relation.client, phase)?;
    authenticate(relation, phase, now)?.then(
        relation,
        now,
        Box::new(move |relation, assertion, now| {
            let (server, client) = (&relation.server, &relation.client);
            let mut request = endpoint::request(form.endpoint, phase, &form.parameters, server, client, assertion.as_ref())?;
            request.accept(accept);
            if form.dpop && relation.client.dpop {
                let prove = prove(relation, request.method.into(), request.url.clone(), None, phase, now)?;
                return prove.then(
                    relation,
                    now,
                    Box::new(move |_, proof, _| {
                        let mut request = request;
                        request.set("dpop", proof);
                        send(request, form, accept, first)
                    }),
                );
            }
            send(request, form, accept, first)
        }),
    )
}

/// The client's JWT, where it authenticates by one.
fn authenticate(relation: &mut Relation, phase: Phase, now: Timestamp) -> Result<Step<Option<Secret>>, Error> {
    match &relation.client.authentication {
        Authentication::None | Authentication::SecretBasic(..) | Authentication::SecretPost(_) | Authentication::Tls => {
            Ok(Step::Done(None))
        }
        Authentication::SecretJwt(_) => draw(phase, |relation, entropy, now| {
            let (client, audience) = (&relation.client, audience(relation)?);
            let secret = client.authentication.secret_text();
            let now = relation.server_time(now);
            let input = assertion::signing_input(&client.id, audience, Algorithm::Hs256, None, &entropy, now);
            let signature = jws::hmac(secret, &input);
            Ok(Step::Done(Some(jws::compact(input, &signature))))
        }),
        Authentication::PrivateKeyJwt(_) => own_key(relation, Signer::Client, phase)?.then(
            relation,
            now,
            Box::new(move |_, key, _| {
                draw(phase, move |relation, entropy, now| {
                    let client = &relation.client;
                    let kid = client.authentication.kid();
                    let now = relation.server_time(now);
                    let input = assertion::signing_input(&client.id, audience(relation)?, key.algorithm, kid, &entropy, now);
                    sign(Signer::Client, input, phase, |token| Ok(Step::Done(Some(token))))
                })
            }),
        ),
    }
}

/// For whom the client's JWT is: the issuer, unless the provider is known to want its token endpoint.
fn audience(relation: &Relation) -> Result<&str, Error> {
    if !relation.client.provider.token_endpoint_audience {
        return Ok(&relation.server.issuer);
    }
    relation.server.endpoint("token_endpoint", &relation.client, Phase::Token)
}

/// Makes a DPoP proof for a request; with the access token, where one is shown.
pub(super) fn prove(
    relation: &mut Relation,
    method: Cow<'static, str>,
    url: String,
    access_token: Option<Secret>,
    phase: Phase,
    now: Timestamp,
) -> Result<Step<Secret>, Error> {
    own_key(relation, Signer::Dpop, phase)?.then(
        relation,
        now,
        Box::new(move |_, key, _| {
            draw(phase, move |relation, entropy, now| {
                let Some(public) = &key.public else { return Err(Code::InvalidArgument.at(phase).about("dpop")) };
                let nonce = relation.nonces.get(&url);
                let access_token = access_token.as_ref().map(Secret::expose);
                let proof = Proof { method: &method, url: &url, nonce, access_token };
                let input = proof.signing_input(public, key.algorithm, &entropy, relation.server_time(now));
                sign(Signer::Dpop, input, phase, |proof| Ok(Step::Done(proof)))
            })
        }),
    )
}

fn send(request: Request, form: Form, accept: &'static str, first: bool) -> Result<Step<Sent>, Error> {
    let url = request.url.clone();
    Step::ask(Effect::Send(request), move |relation, event, now| {
        if let Event::Unsent(code) = event {
            return Err(code.at(form.phase));
        }
        let sent = response(event);
        if let Ok(response) = &sent {
            relation.measure_clock(response, now);
            let news = relation.nonces.learn(&url, response.dpop_nonce.as_deref());
            if first && news && form.dpop && relation.client.dpop && asks_for_nonce(response) {
                return attempt(relation, form, accept, false, now);
            }
        }
        Ok(Step::Done(sent))
    })
}

/// [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8).
fn asks_for_nonce(response: &Response) -> bool {
    let text = interop::object(response, &mut Deviations::default());
    let object = text.as_deref().ok().and_then(Object::parse);
    object.is_some_and(|object| object.string("error").is_some_and(|error| error == "use_dpop_nonce"))
}

/// What the host tells of a key, asked for once.
pub(super) fn own_key(relation: &Relation, signer: Signer, phase: Phase) -> Result<Step<OwnKey>, Error> {
    let known = match signer {
        Signer::Client => &relation.client_key,
        Signer::Dpop => &relation.dpop_key,
    };
    if let Some(key) = known {
        return Ok(Step::Done(key.clone()));
    }
    Step::ask(Effect::Key(signer), move |relation, event, _| {
        let Event::Key(key) = event else { return Err(failed(event, phase)) };
        let option = if signer == Signer::Client { "clientAuth" } else { "dpop" };
        fapi2::check_key(&relation.client, key.algorithm, phase, option)?;
        match signer {
            Signer::Client => relation.client_key = Some(key.clone()),
            Signer::Dpop => relation.dpop_key = Some(key.clone()),
        }
        Ok(Step::Done(key))
    })
}

type Entropy = [u8; limits::ENTROPY_BYTES];

/// Goes on with fresh random bytes.
pub(super) fn draw<T: 'static>(
    phase: Phase,
    rest: impl FnOnce(&mut Relation, Entropy, Timestamp) -> Result<Step<T>, Error> + 'static,
) -> Result<Step<T>, Error> {
    Step::ask(Effect::Draw, move |relation, event, now| {
        let Event::Drawn([entropy, ..]) = event else { return Err(failed(event, phase)) };
        rest(relation, entropy, now)
    })
}

/// Goes on with a signed token.
pub(super) fn sign<T: 'static>(
    signer: Signer,
    input: String,
    phase: Phase,
    rest: impl FnOnce(Secret) -> Result<Step<T>, Error> + 'static,
) -> Result<Step<T>, Error> {
    Step::ask(Effect::Sign(signer, input.clone()), move |_, event, _| {
        let Event::Signed(signature) = event else { return Err(failed(event, phase)) };
        rest(jws::compact(input, &signature))
    })
}

/// Why an effect did not happen.
pub(super) fn failed(event: Event, phase: Phase) -> Error {
    let Event::Failed(code) = event else { return Code::InvalidArgument.at(phase).about("event") };
    code.at(phase)
}
