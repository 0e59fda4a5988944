//! Sending, by the host's `fetch`.
//!
//! Only `{method, headers, body, redirect: "manual", signal}` is handed over: workerd refuses most of the rest. A redirect is never
//! followed, because it would carry the grant (and on some runtimes the client's secret) elsewhere. Bodies are text on the way out, and read up
//! to a limit on the way in.

use alloc::{string::String, vec::Vec};
use js_sys::{Array, Function, JsString, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::{
    error::Code,
    flow::Event,
    http::{self, Request},
    limits,
    secret::Secret,
};

#[wasm_bindgen]
extern "C" {
    /// Looked up at each call, and called without a receiver.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &JsValue) -> Result<Promise, JsValue>;
}

/// What applies to one exchange.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The caller's `fetch`, in place of the global one.
    pub fetch: Option<Function>,
    /// Ends the call.
    pub signal: Option<AbortSignal>,
    /// How long it may take, body included, in milliseconds.
    pub timeout: u32,
    /// Headers to add.
    pub headers: Vec<(String, String)>,
}

/// Sends a request and reads its answer.
pub async fn send(request: &Request, call: &Call) -> Event {
    let timer = AbortSignal::timeout_with_u32(call.timeout);
    let aborted = || call.signal.as_ref().is_some_and(AbortSignal::aborted);
    if aborted() {
        return Event::Unsent(Code::Aborted);
    }
    match exchange(request, call, &timer).await {
        Ok(Ok(response)) => Event::Response(response),
        Ok(Err(code)) => Event::Failed(code),
        // Told apart by who ended it, not by the error: workerd throws a plain `Error` where others throw a `TypeError`.
        Err(_) if aborted() => Event::Failed(Code::Aborted),
        Err(_) if timer.aborted() => Event::Failed(Code::Timeout),
        Err(_) => Event::Failed(Code::Network),
    }
}

/// A caller's `fetch` may return anything, so nothing of what it returns is taken for what it should be: every look is one that may fail.
async fn exchange(request: &Request, call: &Call, timer: &AbortSignal) -> Result<Result<http::Response, Code>, JsValue> {
    let init = init(request, call, timer)?;
    let returned = match &call.fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init)?,
        None => global_fetch(&request.url, &init)?.into(),
    };
    let response = settled(&returned).await?;
    let status = get(&response, "status")?.as_f64().filter(|status| (0.0..1000.0).contains(status)).ok_or(JsValue::NULL)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at one line before")]
    let status = status as u16;
    // Browsers hide where a redirect leads (`opaqueredirect`, status 0), servers show it.
    if status == 0 || (300..400).contains(&status) || get(&response, "redirected")?.is_truthy() {
        return Ok(Err(Code::RedirectRefused));
    }
    let headers = get(&response, "headers")?;
    let header = |name: &str| Ok::<_, JsValue>(method(&headers, "get", Some(name))?.as_string());
    let (content_type, retry_after) = (header("content-type")?, header("retry-after")?);
    let (dpop_nonce, www_authenticate) = (header("dpop-nonce")?, header("www-authenticate")?);
    let date = header("date")?;
    let Some(body) = read(&response).await? else { return Ok(Err(Code::ResponseTooLarge)) };
    Ok(Ok(http::Response { status, content_type, retry_after, dpop_nonce, www_authenticate, date, body }))
}

fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())
}

fn method(object: &JsValue, name: &str, argument: Option<&str>) -> Result<JsValue, JsValue> {
    let function: Function = get(object, name)?.dyn_into()?;
    match argument {
        Some(argument) => function.call1(object, &argument.into()),
        None => function.call0(object),
    }
}

/// Waits for a promise, a thenable or a plain value.
async fn settled(value: &JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(value)).await
}

fn init(request: &Request, call: &Call, timer: &AbortSignal) -> Result<JsValue, JsValue> {
    let init = Object::new();
    let set = |object: &Object, name: &str, value: &JsValue| Reflect::set(object, &name.into(), value).map(|_| ());
    let headers = Object::new();
    for (name, value) in &request.headers {
        set(&headers, name, &value.expose().into())?;
    }
    set(&init, "method", &request.method.into())?;
    set(&init, "headers", &headers)?;
    if let Some(body) = request.body.as_ref().map(Secret::expose) {
        set(&init, "body", &body.into())?;
    }
    set(&init, "redirect", &JsString::from("manual"))?;
    match &call.signal {
        Some(signal) => set(&init, "signal", &AbortSignal::any(&Array::of2(signal, timer)))?,
        None => set(&init, "signal", timer)?,
    }
    Ok(init.into())
}

/// The body; `None` where it is larger than anything we ask for.
async fn read(response: &JsValue) -> Result<Option<Vec<u8>>, JsValue> {
    let mut body = Vec::new();
    let stream = get(response, "body")?;
    if stream.is_null() {
        return Ok(Some(body));
    }
    let reader = method(&stream, "getReader", None)?;
    loop {
        let chunk = settled(&method(&reader, "read", None)?).await?;
        if get(&chunk, "done")?.is_truthy() {
            return Ok(Some(body));
        }
        let chunk: Uint8Array = get(&chunk, "value")?.dyn_into()?;
        if body.len().saturating_add(chunk.length() as usize) > limits::RESPONSE_BYTES {
            settled(&method(&reader, "cancel", None)?).await?;
            return Ok(None);
        }
        body.extend_from_slice(&chunk.to_vec());
    }
}
