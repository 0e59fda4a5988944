//! `cargo xtask bench`: what each operation costs, beside its peers, in every runtime that is here.

use crate::failure::Outcome;
use crate::toolchain::WASM;
use crate::{browsers, module, peers, place, progress, toolchain, tools};
use std::path::PathBuf;
use std::process::Command;

/// Runs the benches; `words` go to `benches/time/run.mjs`, which says what they may be. What only one runtime or part needs may be missing: it is named there, and
/// left out.
pub(crate) fn run(words: &[&str]) -> Outcome<()> {
    let node = module::make_all(&module::ENTRIES)?;
    let peers = peers::install()?;
    let mut command = toolchain::clean(Command::new(node));
    command.arg(place::root().join("benches/time/run.mjs")).args(words);
    command.env("PEERS", peers.join("node_modules")).current_dir(place::root());
    let mut offer = |name: &str, found: Outcome<PathBuf>| match found {
        Ok(path) => {
            command.env(name, path);
        }
        Err(failure) => progress::say("without", &format!("{name}: {failure}")),
    };
    let runtimes = value_of("--in", words);
    let in_runtime = |name: &str| runtimes.is_none_or(|runtimes| runtimes.split(',').any(|word| begins(name, word)));
    if in_runtime("chromium") {
        offer("CHROMIUM", browsers::chromium());
    }
    if in_runtime("firefox") {
        offer("FIREFOX", browsers::firefox());
        offer("GECKODRIVER", tools::geckodriver());
    }
    if runtimes.is_none() && value_of("--only", words).is_none_or(|names| names.split(',').any(|word| begins("native", word))) {
        offer("NATIVE", native());
    }
    progress::attend("the benches", &mut command)
}

/// What stands behind an option.
fn value_of<'a>(option: &str, words: &[&'a str]) -> Option<&'a str> {
    words.iter().position(|word| *word == option).and_then(|at| words.get(at.checked_add(1)?)).copied()
}

fn begins(name: &str, word: &str) -> bool {
    name.starts_with(&word.to_ascii_lowercase())
}

/// The program of `benches/rust/native`.
fn native() -> Outcome<PathBuf> {
    let mut command = toolchain::cargo();
    command.args(["build", "--profile", "bench", "--package", "native", "--manifest-path"]).arg(workspace().join("Cargo.toml"));
    command.arg("--target-dir").arg(target_dir());
    progress::must("compile the native bench", &mut command)?;
    Ok(target_dir().join("release").join(if cfg!(windows) { "native.exe" } else { "native" }))
}

/// The same login as a module for pages, once with grantkit and once with `oauth2` and `reqwest`: the folder of each.
pub(crate) fn programs() -> Outcome<[PathBuf; 2]> {
    let mut command = toolchain::wasm()?.cargo();
    command.args(["build", "--release", "--target", WASM, "--package", "login-with-grantkit", "--package", "login-with-oauth2"]);
    command.arg("--manifest-path").arg(workspace().join("Cargo.toml")).arg("--target-dir").arg(target_dir());
    progress::must("compile a login in Rust, with grantkit and with oauth2", &mut command)?;
    let built = target_dir().join(WASM).join("release");
    let finish = |name: &'static str| module::small(name, &built.join(format!("{}.wasm", name.replace('-', "_"))));
    Ok([finish("login-with-grantkit")?, finish("login-with-oauth2")?])
}

fn workspace() -> PathBuf {
    place::root().join("benches/rust")
}

fn target_dir() -> PathBuf {
    place::root().join("target/benches")
}
