//! Sending, by the host's `fetch`.
//!
//! Only `{method, headers, body, redirect: "manual", signal}` is handed over: workerd refuses most of the rest. A redirect is never
//! followed, because it would carry the grant (and on some runtimes the client's secret) elsewhere. Bodies are text on the way out, and read up
//! to a limit on the way in.

use alloc::{string::String, vec::Vec};
use js_sys::{Array, Function, JsString, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, ReadableStreamDefaultReader, Response};

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
        return Event::Failed(Code::Aborted);
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

async fn exchange(request: &Request, call: &Call, timer: &AbortSignal) -> Result<Result<http::Response, Code>, JsValue> {
    let init = init(request, call, timer)?;
    let promise = match &call.fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init)?.unchecked_into(),
        None => global_fetch(&request.url, &init)?,
    };
    let response: Response = JsFuture::from(promise).await?.unchecked_into();
    let status = response.status();
    // Browsers hide where a redirect leads (`opaqueredirect`, status 0), servers show it.
    if status == 0 || (300..400).contains(&status) || response.redirected() {
        return Ok(Err(Code::RedirectRefused));
    }
    let headers = response.headers();
    let Some(body) = read(&response).await? else { return Ok(Err(Code::ResponseTooLarge)) };
    Ok(Ok(http::Response {
        status,
        content_type: header(&headers, "content-type"),
        retry_after: header(&headers, "retry-after"),
        dpop_nonce: header(&headers, "dpop-nonce"),
        www_authenticate: header(&headers, "www-authenticate"),
        date: header(&headers, "date"),
        body,
    }))
}

fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten()
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
async fn read(response: &Response) -> Result<Option<Vec<u8>>, JsValue> {
    let mut body = Vec::new();
    let Some(stream) = response.body() else { return Ok(Some(body)) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(Some(body));
        }
        let chunk: Uint8Array = Reflect::get(&chunk, &"value".into())?.unchecked_into();
        let chunk = chunk.to_vec();
        if body.len().saturating_add(chunk.len()) > limits::RESPONSE_BYTES {
            let _ = JsFuture::from(reader.cancel()).await;
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
}
