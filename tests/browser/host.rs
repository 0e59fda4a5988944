//! The web host, in the engine that runs it.

use grantkit::{
    error::Code,
    flow::{Effect, Event, Relation, Signer, Step},
    http::Request,
    jose::{
        jwk::Jwk,
        jws::{Check, Jws},
    },
    oauth::{client::Client as OauthClient, metadata::Metadata},
    text::json::Object,
    web::{
        client::Client,
        clock,
        host::{Call, Host},
        random,
    },
};
use js_sys::{Array, Function, Object as JsObject, Reflect, Uint8Array};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

/// Performs one effect.
async fn perform(host: &Host, effect: Effect, call: &Call) -> Event {
    match host.begin(effect, call).unwrap() {
        Ok((asked, promise)) => {
            let answer = JsFuture::from(promise).await.ok();
            host.finish(asked, answer.map(|bytes| Uint8Array::new(&bytes).to_vec()), call)
        }
        Err(event) => event,
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/rfc7515.json")).unwrap()
}

fn check(part: &str) -> Check {
    let vectors = vectors();
    let key = Jwk::parse(&Object::parse(&vectors[part]["key"].to_string()).unwrap()).unwrap();
    Jws::parse(vectors[part]["token"].as_str().unwrap()).unwrap().check(&key)
}

#[wasm_bindgen_test]
async fn rfc7515_a_2_and_a_3_verify_and_changed_ones_do_not() {
    let host = Host::default();
    for part in ["A.2", "A.3"] {
        let mut check = check(part);
        for _ in 0..2 {
            assert!(
                matches!(perform(&host, Effect::Verify(check.clone()), &Call::default()).await, Event::Verified(true)),
                "{part}, also with the key at hand"
            );
        }
        check.signature[0] ^= 1;
        assert!(
            matches!(perform(&host, Effect::Verify(check.clone()), &Call::default()).await, Event::Verified(false)),
            "{part}"
        );
        check.signature[0] ^= 1;
        check.signed.push('x');
        assert!(
            matches!(perform(&host, Effect::Verify(check.clone()), &Call::default()).await, Event::Verified(false)),
            "{part}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_key_that_cannot_be_imported_is_told_from_a_wrong_signature() {
    let mut check = check("A.3");
    check.key = r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#.into();
    assert!(matches!(
        perform(&Host::default(), Effect::Verify(check), &Call::default()).await,
        Event::Failed(Code::AlgorithmUnsupported)
    ));
}

#[wasm_bindgen_test]
fn randomness_differs_each_time() {
    let (mut a, mut b) = ([[0; 32]; 3], [[0; 32]; 3]);
    for bytes in [&mut a, &mut b] {
        let Event::Drawn(drawn) = random::draw() else { panic!("no randomness") };
        *bytes = drawn;
    }
    assert!(a != b && a[0] != a[1] && a[2] != [0; 32]);
}

#[wasm_bindgen_test]
fn the_clock_tells_seconds_since_1970() {
    assert!(clock::now().seconds() > 1_700_000_000);
}

/// A call whose `fetch` runs this body, with `url` and `init`.
fn call(body: &str) -> Call {
    Call { fetch: Some(Function::new_with_args("url, init", body)), timeout: 1_000, ..Call::default() }
}

async fn send(body: &str) -> Event {
    get(&call(body)).await
}

async fn get(call: &Call) -> Event {
    perform(&Host::default(), Effect::Send(Request::get("https://op.example/x")), call).await
}

fn failure(event: Event) -> Code {
    match event {
        Event::Failed(code) => code,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_response_is_read_with_status_headers_and_body() {
    let body = "return Promise.resolve(new Response('{\"a\":1}', {status: 201, headers: {'content-type': 'application/json', 'retry-after': '7'}}))";
    let Event::Response(response) = send(body).await else { panic!("no response") };
    assert_eq!((response.status, response.body.as_slice()), (201, b"{\"a\":1}".as_slice()));
    assert_eq!((response.content_type.as_deref(), response.wait()), (Some("application/json"), Some(7)));
}

#[wasm_bindgen_test]
async fn only_what_every_runtime_takes_is_handed_to_fetch() {
    let seen = Array::new();
    let note = Function::new_with_args(
        "seen, url, init",
        "seen.push(url, Object.keys(init).join(), init.redirect, JSON.stringify(init.headers), this === undefined || this === globalThis); \
         return Promise.resolve(new Response(''))",
    );
    let fetch: Function = note.bind1(&JsValue::UNDEFINED, &seen).unchecked_into();
    let mut request = Request::get("https://op.example/x");
    request.method = "POST";
    request.body = Some(grantkit::secret::Secret::new("a=b"));
    perform(&Host::default(), Effect::Send(request), &Call { fetch: Some(fetch), timeout: 1_000, ..Call::default() }).await;
    let seen: Vec<_> = seen.iter().map(|value| value.as_string().unwrap_or_else(|| format!("{value:?}"))).collect();
    assert_eq!(
        seen,
        [
            "https://op.example/x",
            "method,headers,body,redirect,signal",
            "manual",
            "{\"accept\":\"application/json\"}",
            "JsValue(true)",
        ]
    );
}

#[wasm_bindgen_test]
async fn failures_are_told_apart_by_who_ended_the_call() {
    assert_eq!(failure(send("return Promise.reject(new TypeError('x'))").await), Code::Network);
    assert_eq!(failure(send("throw new Error('x')").await), Code::Network);
    assert_eq!(failure(send("return Promise.resolve(Response.error())").await), Code::RedirectRefused);
    assert_eq!(
        failure(send("return Promise.resolve(Response.redirect('https://evil.example/', 302))").await),
        Code::RedirectRefused
    );
    let large = "return Promise.resolve(new Response(new Uint8Array(1048577)))";
    assert_eq!(failure(send(large).await), Code::ResponseTooLarge);
    let hangs = "return new Promise((_, no) => init.signal.addEventListener('abort', () => no(init.signal.reason)))";
    let quick = Call { timeout: 20, ..call(hangs) };
    assert_eq!(failure(get(&quick).await), Code::Timeout);
    let ended = Call { signal: Some(web_sys::AbortSignal::abort()), ..call(hangs) };
    let event = get(&ended).await;
    assert!(matches!(event, Event::Unsent(Code::Aborted)), "nothing was sent");
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_off_is_a_network_failure() {
    let breaks = "return Promise.resolve(new Response(new ReadableStream({pull(c) { c.error(new Error('reset')) }})))";
    assert_eq!(failure(send(breaks).await), Code::Network);
}

#[wasm_bindgen_test]
async fn the_driver_performs_a_flow_to_its_end() {
    let client = Client::new(Relation::undiscovered(OauthClient::new("app")), Host::default());
    assert!(Reflect::has(&js_sys::global(), &"crypto".into()).unwrap());
    let document =
        "return Promise.resolve(Response.json({issuer: 'https://op.example', token_endpoint: 'https://op.example/token'}))";
    let step = client.with(|relation| relation.discover("https://op.example")).unwrap();
    client.run(step, &call(document)).await.unwrap();
    let server: Metadata = client.with(|relation| relation.server.clone());
    assert_eq!(server.issuer, "https://op.example");
    let step: Step<_> = client.with(|relation| relation.client_credentials(&[], clock::now())).unwrap();
    let tokens = client
        .run(step, &call("return Promise.resolve(Response.json({access_token: 'at', token_type: 'Bearer'}))"))
        .await
        .unwrap();
    assert_eq!(tokens.response().access_token.expose(), "at");
}

#[wasm_bindgen_test]
async fn a_key_pair_made_here_proves_itself_and_cannot_be_taken_out() {
    let object = JsObject::new();
    let host = Host::new(object.clone().into());
    let Event::Key(own) = perform(&host, Effect::Key(Signer::Dpop), &Call::default()).await else { panic!("no key") };
    let public = own.public.unwrap();
    let sign = Effect::Sign(Signer::Dpop, "text".into());
    let Event::Signed(signature) = perform(&host, sign, &Call::default()).await else { panic!("no signature") };
    let check = Check { algorithm: own.algorithm, key: public.public().into(), signed: "text".into(), signature };
    assert!(
        matches!(perform(&host, Effect::Verify(check.clone()), &Call::default()).await, Event::Verified(true)),
        "the same key each time"
    );
    let pair = Reflect::get(&object, &"pair".into()).unwrap();
    let private = Reflect::get(&pair, &"privateKey".into()).unwrap();
    assert_eq!(Reflect::get(&private, &"extractable".into()).unwrap().as_bool(), Some(false));
}

#[wasm_bindgen_test]
async fn a_client_without_a_key_cannot_sign() {
    let event = perform(&Host::default(), Effect::Sign(Signer::Client, "text".into()), &Call::default()).await;
    assert!(matches!(event, Event::Failed(Code::AlgorithmUnsupported)));
}

#[wasm_bindgen_test]
async fn waiting_takes_its_time_and_ends_with_the_call() {
    let before = js_sys::Date::now();
    assert!(matches!(perform(&Host::default(), Effect::Wait(1), &Call::default()).await, Event::Waited));
    assert!(js_sys::Date::now() - before >= 900.0);
    let ended = Call { signal: Some(web_sys::AbortSignal::abort()), ..Call::default() };
    assert!(matches!(perform(&Host::default(), Effect::Wait(5), &ended).await, Event::Failed(Code::Aborted)));
}
