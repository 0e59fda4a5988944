//! The one command line of the project: `cargo xtask <command>`.
//!
//! Every command sets up what it needs, says what it runs and for how long, is quick the second time, and names what is
//! missing in one sentence. What it installs goes into a cache of its own; the user's tools are used, never changed.

mod bench;
mod browsers;
mod demo;
mod docs;
mod examples;
mod failure;
mod fuzz;
mod host;
mod house;
mod inline;
mod interop;
mod module;
mod package;
mod peers;
mod place;
mod progress;
mod release;
mod size;
mod supply;
mod tally;
mod test;
mod toolchain;
mod tools;

use failure::{Failure, Outcome};
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

  demo                  build, then serve the demo single-page app with an authorization server beside it
  test [group…]         every check, or the named groups: house supply fmt clippy doc native fuzz build size browsers
                        runtimes edge faults e2e session package examples interop
  interop [server…]     the package against glewlwyd, django-oauth-toolkit and keycloak, or the named ones, fetched into the cache
  build [--entry NAME]  the npm package into pkg/dist, and what it weighs; NAME is core, client, session, edge or resource
  fuzz [target…] [--for SECONDS]
                        the fuzz targets, or the named ones, each for a minute or for so long
  miri                  the tests of text and secret in the interpreter of a nightly, which is fetched where it is missing
  size                  what each entry weighs, beside its peers, and which functions weigh most
  bench [--quick]       what each operation costs, beside its peers, in six runtimes; also --only CASE,… and --in RUNTIME,…
  docs                  the API reference of the package and the crate, into target/docs
  release --dry-run     everything that publishing does but the last step; --publish is for the workflow of a tag
  help                  this text

Tools that are missing are installed into a cache ($GRANTKIT_CACHE, else the user's cache directory), Debian packages with apt-get
where that is allowed. Programs are found on PATH, or named by CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER, WEBKITDRIVER, MINIBROWSER.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match progress::watch_for_interrupts().and_then(|()| run(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(words: &[&str]) -> Outcome<()> {
    match words {
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["demo"] => demo::run(),
        ["test", groups @ ..] => test::run(groups),
        ["interop", servers @ ..] => interop::run(servers),
        ["build"] => module::build(&module::ENTRIES),
        ["build", "--entry", name] => module::build(&[module::entry(name)?]),
        ["build", option] if option.starts_with("--entry=") => {
            module::build(&[module::entry(option.trim_start_matches("--entry="))?])
        }
        ["fuzz", words @ ..] => fuzz::run(words),
        ["miri"] => fuzz::miri(),
        ["size"] => size::run(),
        ["docs"] => docs::run(),
        ["release", "--dry-run"] => release::run(release::Mode::Dry),
        ["release", "--publish"] => release::run(release::Mode::Publish),
        ["release"] => Err(Failure::new("say which: `cargo xtask release --dry-run`, or `--publish`")),
        ["bench", words @ ..] => bench::run(words),
        [command @ ("demo" | "build" | "miri" | "size" | "docs" | "release"), ..] => {
            Err(Failure::new(format!("`{}` is not understood after `{command}`: type `cargo xtask help`", words[1..].join(" "))))
        }
        [command, ..] => Err(Failure::new(format!("there is no command `{command}`: type `cargo xtask help`"))),
    }
}
