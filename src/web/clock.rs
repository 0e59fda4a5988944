//! What time it is, and letting it pass.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::{error::Code, flow::Event, time::Timestamp};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, milliseconds: f64) -> JsValue;
}

/// Now, by this machine's clock.
#[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit, whatever a clock says")]
pub fn now() -> Timestamp {
    Timestamp::from_seconds((js_sys::Date::now() / 1000.0) as i64)
}

/// Waits, unless the caller ends the call: then at most a second longer, so that no timer has to be cancelled.
pub async fn wait(seconds: u32, signal: Option<&AbortSignal>) -> Event {
    for _ in 0..seconds {
        if signal.is_some_and(AbortSignal::aborted) {
            return Event::Failed(Code::Aborted);
        }
        let second = Promise::new(&mut |done, _| {
            set_timeout(&done, 1000.0);
        });
        if JsFuture::from(second).await.is_err() {
            break;
        }
    }
    if signal.is_some_and(AbortSignal::aborted) { Event::Failed(Code::Aborted) } else { Event::Waited }
}
