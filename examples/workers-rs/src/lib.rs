//! A login on Cloudflare Workers, in Rust: code and PKCE, as a confidential client.
//!
//! The browser keeps two cookies that no script can read and nobody but this Worker can open: a login that is under way, and the session with its access token.
//! Pages get a name, and answers of the API. Secrets come by `wrangler secret put`, or in `.dev.vars`: `CLIENT_SECRET`, and `SESSION_KEYS`, 32 random bytes in
//! base64url (`openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`), more than one of them while they are rotated: the first seals, all of them open.
//!
//! ```sh
//! cargo install wasm-bindgen-cli@0.2.130
//! npx wrangler dev
//! ```

mod cookies;
mod failure;
mod login;

use cookies::{Cookies, Session};
use failure::Failure;
use grantkit::session::seal::Purpose;
use worker::{Context, Env, Method, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let answer = match (request.method(), request.path().as_str()) {
        (Method::Get, "/") => home(&request, &env),
        (Method::Post, "/login") => log_in(&request, &env).await,
        (Method::Get, "/callback") => come_back(&request, &env).await,
        (Method::Get, "/me") => me(&request, &env).await,
        (Method::Post, "/logout") => log_out(&request, &env),
        _ => Response::error("There is nothing here.", 404).map_err(Failure::from),
    };
    let response = answer.or_else(|failure| failure.page())?;
    let headers = response.headers();
    headers.set("cache-control", "no-store")?;
    // A browser applies `form-action` to the redirect that answers a form, too: the login leads to the issuer.
    let issuer = login::setting(&env, "ISSUER")?.parse::<worker::Url>()?.origin().ascii_serialization();
    headers
        .set("content-security-policy", &format!("default-src 'none'; form-action 'self' {issuer}; frame-ancestors 'none'"))?;
    headers.set("referrer-policy", "no-referrer")?; // the code stands in the address of the callback
    Ok(response)
}

fn home(request: &Request, env: &Env) -> Result<Response, Failure> {
    let cookies = Cookies::of(request, env)?;
    let body = match cookies.session()? {
        Some(Session { name, .. }) => format!(
            "<p>Logged in as {}.</p><p><a href=/me>What the API says</a></p><form method=post action=/logout><button>Log out</button></form>",
            failure::escaped(&name)
        ),
        None => "<p>Nobody is logged in.</p><form method=post action=/login><button>Log in</button></form>".to_owned(),
    };
    Ok(Response::from_html(format!("<!doctype html><html lang=en><title>grantkit with workers-rs</title>{body}"))?)
}

/// A form of this page begins it. One of another site could too, and would come to nothing that the user did not do at the server.
async fn log_in(request: &Request, env: &Env) -> Result<Response, Failure> {
    let cookies = Cookies::of(request, env)?;
    let (url, pending) = login::leave(env, cookies.origin()).await?;
    // The code verifier lies in the browser that it is for, sealed.
    let kept = serde_json::to_string(&pending)?;
    let headers = cookies.write_login(grantkit::session::handler::state_of(&url), &kept)?;
    redirect(&url, &headers)
}

async fn come_back(request: &Request, env: &Env) -> Result<Response, Failure> {
    let (cookies, url) = (Cookies::of(request, env)?, request.url()?);
    let (name, kept) = cookies.login(grantkit::session::handler::state_of(url.as_str()))?;
    let forget = cookies.forget(&name); // it is good for one callback
    let done = login::arrive(env, url.as_str(), serde_json::from_str(&kept)?).await;
    let session = done.map_err(|failure| failure.with(forget.clone()))?;
    let seconds = session.seconds_left();
    let mut headers = cookies.write_session(&serde_json::to_string(&session)?, seconds)?;
    headers.push(forget);
    redirect("/", &headers)
}

async fn me(request: &Request, env: &Env) -> Result<Response, Failure> {
    let cookies = Cookies::of(request, env)?;
    let session = cookies.session()?.ok_or(Failure::LoggedOut)?;
    let claims = login::userinfo(env, session).await?;
    let mut response = Response::ok(claims)?;
    response.headers_mut().set("content-type", "application/json")?;
    Ok(response)
}

/// `SameSite=Lax`: a form of another site brings no session along that could be ended.
fn log_out(request: &Request, env: &Env) -> Result<Response, Failure> {
    redirect("/", &Cookies::of(request, env)?.end_session())
}

fn redirect(location: &str, cookies: &[String]) -> Result<Response, Failure> {
    let mut response = Response::empty()?.with_status(303);
    response.headers_mut().set("location", location)?;
    for cookie in cookies {
        response.headers_mut().append("set-cookie", cookie)?;
    }
    Ok(response)
}

/// What each cookie is sealed for.
const LOGIN: Purpose = Purpose::Login;
const SESSION: Purpose = Purpose::Session;
