//! `cargo xtask demo`: the single-page app and an authorization server beside it, until Ctrl-C.

use crate::failure::{Failure, Outcome};
use crate::{module, place, progress, toolchain};
use std::process::Command;

/// Builds, serves, waits. The server is ended with everything that it started.
pub(crate) fn run() -> Outcome<()> {
    let node = module::make_all(&module::ENTRIES)?;
    let server = place::root().join("www/serve.mjs");
    if !server.exists() {
        return Err(Failure::new("the demo is not there: www/serve.mjs is missing"));
    }
    let mut command = toolchain::clean(Command::new(node));
    progress::say("serve", "the demo; Ctrl-C ends it");
    progress::attend("the demo", command.arg(server))
}
