//! A page in Rust, with Yew: log in, and see who it is. The issuer and the client stand in `index.html`, beside `data-`.
//!
//! ```sh
//! cargo build --release --target wasm32-unknown-unknown
//! wasm-bindgen --target web --out-dir dist target/wasm32-unknown-unknown/release/grantkit-example-yew.wasm && cp index.html dist
//! ```
//!
//! and serve `dist` so that `/callback` is answered with `index.html`. trunk does the same.

mod login;

use grantkit::{error::Error, text::json::Object};
use login::Login;
use yew::{platform::spawn_local, prelude::*};

/// What the page knows.
#[derive(Clone, PartialEq)]
enum State {
    Starting,
    Out(Option<String>),
    In(String),
}

#[function_component]
fn App() -> Html {
    let state = use_state(|| State::Starting);
    {
        let state = state.clone();
        use_effect_with((), move |()| {
            // Once: a code is good for one request.
            spawn_local(async move { state.set(arrive().await) });
        });
    }
    let log_in = {
        let state = state.clone();
        Callback::from(move |_: MouseEvent| {
            let state = state.clone();
            spawn_local(async move {
                if let Err(error) = leave().await {
                    state.set(State::Out(Some(explain(&error))));
                }
            });
        })
    };
    match &*state {
        State::Starting => html! { <p role="status">{ "One moment…" }</p> },
        State::In(name) => html! { <p role="status">{ format!("Logged in as {name}") }</p> },
        State::Out(why) => html! {
            <main>
                <p role="status">{ why.clone().unwrap_or_else(|| "Nobody is logged in.".into()) }</p>
                <button onclick={log_in}>{ "Log in" }</button>
            </main>
        },
    }
}

async fn leave() -> Result<(), Error> {
    let login = Login::open().await?;
    let url = login.leave().await?;
    let _ = gloo::utils::window().location().assign(&url);
    Ok(())
}

async fn arrive() -> State {
    let Some(callback) = login::callback() else { return State::Out(None) };
    let tokens = match Login::open().await {
        Ok(login) => login.come_back(&callback).await,
        Err(error) => Err(error),
    };
    match tokens {
        Ok(tokens) => {
            let claims = tokens.claims().and_then(Object::parse).unwrap_or_default();
            State::In(claims.string("name").or_else(|| claims.string("sub")).unwrap_or_default().into())
        }
        Err(error) => State::Out(Some(explain(&error))),
    }
}

/// For the user a word; for the developer all that is known, in which secrets are redacted.
fn explain(error: &Error) -> String {
    if let Ok(value) = error.try_into() {
        web_sys::console::error_1(&value);
    }
    format!("The login did not work: {}", error.code().as_str())
}

fn main() {
    yew::Renderer::<App>::new().render();
}
