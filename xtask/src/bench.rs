//! `cargo xtask bench`: what each operation costs, beside its peers, in every runtime that is here.

use crate::failure::Outcome;
use crate::{browsers, module, peers, place, progress, toolchain, tools};
use std::process::Command;

/// Runs the benches; `words` go to `benches/time/run.mjs`, which says what they may be.
pub(crate) fn run(words: &[&str]) -> Outcome<()> {
    let node = module::make_all(&module::ENTRIES)?;
    let peers = peers::install()?;
    let mut command = toolchain::clean(Command::new(node));
    command
        .arg(place::root().join("benches/time/run.mjs"))
        .args(words)
        .env("PEERS", peers.join("node_modules"))
        .env("CHROMIUM", browsers::chromium()?)
        .env("FIREFOX", browsers::firefox()?)
        .env("GECKODRIVER", tools::geckodriver()?)
        .current_dir(place::root());
    progress::attend("the benches", &mut command)
}
