//! `cargo xtask interop`: the package against authorization servers that others wrote, which are fetched into the cache.
//!
//! Each server's folder below `tests/interop` holds how it is fetched and started, and its tests. What a server needs of this
//! machine is known here, so that it can be said in one sentence.

use crate::failure::{Failure, Outcome};
use crate::host::{self, Advice};
use crate::progress::{self, Show};
use crate::tally::Tally;
use crate::{module, place, toolchain, tools};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long fetching a server may take, and how long its tests.
const LIMIT: Duration = Duration::from_secs(20 * 60);

const OLDEST_JAVA: u32 = 17;

const PYTHON: Advice = Advice { apt: &["python3", "python3-venv"], brew: "python", winget: "" };
const MAVEN: Advice = Advice { apt: &["maven", "default-jre-headless"], brew: "maven", winget: "" };

/// An authorization server.
#[derive(Clone, Copy)]
pub(crate) struct Server {
    /// Its name, which is that of its folder.
    pub(crate) name: &'static str,
    /// Why it cannot be had on this system, whatever is installed.
    out_of_reach: fn() -> Option<String>,
    /// Sees to the programs that it needs.
    prepare: fn() -> Outcome<()>,
}

/// All of them.
pub(crate) const SERVERS: [Server; 3] = [
    Server { name: "glewlwyd", out_of_reach: without_package, prepare: python },
    Server { name: "django-oauth-toolkit", out_of_reach: on_windows, prepare: python },
    Server { name: "keycloak", out_of_reach: on_windows, prepare: maven },
];

/// What became of a server's tests.
pub(crate) enum Ending {
    /// They ran.
    Ran(Tally),
    /// They cannot run here, and why.
    Skipped(String),
}

/// Runs the tests against the named servers, or against all of them; one that cannot be had is an error.
pub(crate) fn run(names: &[&str]) -> Outcome<()> {
    if let Some(unknown) = names.iter().find(|name| !SERVERS.iter().any(|server| server.name == **name)) {
        let known = SERVERS.map(|server| server.name).join(" ");
        return Err(Failure::new(format!("there is no server `{unknown}`: type `cargo xtask interop` and any of {known}")));
    }
    let node = module::make_all(&module::ENTRIES)?;
    let mut total = Tally::default();
    let mut failures = Vec::new();
    for server in SERVERS.into_iter().filter(|server| names.is_empty() || names.contains(&server.name)) {
        println!("\n== {}", server.name);
        let failure = match server.test(&node) {
            Ok(Ending::Ran(tally)) => {
                total += tally;
                if tally.failed > 0 {
                    failures.push(format!("{} failed, as printed above", server.name));
                }
                continue;
            }
            Ok(Ending::Skipped(why)) => format!("{} cannot be had: {why}", server.name),
            Err(failure) if failure.is_interrupt() => return Err(failure),
            Err(failure) => failure.to_string(),
        };
        total.failed += 1;
        failures.push(failure);
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("; "))) }
}

impl Server {
    /// Fetches the server where the cache does not have it, and runs its tests, which start it, fill it and stop it.
    pub(crate) fn test(self, node: &Path) -> Outcome<Ending> {
        if let Some(why) = (self.out_of_reach)() {
            return Ok(Ending::Skipped(why));
        }
        (self.prepare)()?;
        let name = format!("tests/interop/{}", self.name);
        let mut fetch = toolchain::clean(Command::new(node));
        fetch.arg(place::root().join(&name).join("server.mjs"));
        let label = format!("fetch {}, once", self.name);
        if !progress::run(&label, &mut fetch, Show::Quiet, Some(LIMIT))?.success {
            return Err(Failure::new(format!("{} could not be fetched, as printed above", self.name)));
        }
        let mut tests = toolchain::clean(Command::new(node));
        tests.args(tools::node_tests(&name)?);
        let ended = progress::run(&name, &mut tests, Show::Live, Some(LIMIT))?;
        let mut tally = Tally::read(&ended.output);
        if tally.failed == 0 && (!ended.success || tally.is_empty()) {
            tally.failed = 1;
        }
        Ok(Ending::Ran(tally))
    }
}

/// These servers' programs are for Unix, or are started by a script for its shell.
fn on_windows() -> Option<String> {
    cfg!(windows).then(|| "it is started by a Unix shell or from Unix paths".to_owned())
}

/// Unpacked, not installed: but from packages for this very system.
fn without_package() -> Option<String> {
    if !host::is_debian() {
        return Some("it comes as a package of Debian and its descendants".to_owned());
    }
    let known = || progress::ask(Command::new("apt-cache").args(["show", "--no-all-versions", "glewlwyd"])).is_some();
    if known() {
        return None;
    }
    host::refresh_packages();
    (!known()).then(|| "apt knows no package glewlwyd, not even after `apt-get update`, if that may be run".to_owned())
}

fn python() -> Outcome<()> {
    let there = || progress::ask(Command::new("python3").args(["-c", "import ensurepip, sqlite3, venv"])).is_some();
    provide("python3 with its venv module", &PYTHON, &there)
}

fn maven() -> Outcome<()> {
    let there = || host::program("mvn").is_some() && java().is_some_and(|major| major >= OLDEST_JAVA);
    provide(&format!("mvn, or Java {OLDEST_JAVA} or newer,"), &MAVEN, &there)
}

fn provide(what: &str, advice: &Advice, there: &dyn Fn() -> bool) -> Outcome<()> {
    if there() {
        return Ok(());
    }
    advice.follow(what)?;
    if there() { Ok(()) } else { Err(advice.missing(what)) }
}

/// The major version of the Java that Keycloak's script would run.
fn java() -> Option<u32> {
    let java = match std::env::var_os("JAVA_HOME").filter(|value| !value.is_empty()) {
        Some(home) => Path::new(&home).join("bin/java"),
        None => host::program("java")?,
    };
    major_of(&progress::ask(Command::new(java).arg("--version"))?)
}

/// `openjdk 17.0.15 2025-04-15`
fn major_of(text: &str) -> Option<u32> {
    text.split_whitespace().nth(1)?.split(['.', '-', '+']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_java_is_read() {
        assert_eq!(major_of("openjdk 17.0.15 2025-04-15\nOpenJDK Runtime Environment"), Some(17));
        assert_eq!(major_of("java 25 2025-09-16 LTS"), Some(25));
        assert_eq!(major_of("openjdk 26-ea 2026-03-17"), Some(26));
        assert_eq!(major_of("no such thing"), None);
    }

    #[test]
    fn every_server_has_a_folder_with_tests() {
        for server in SERVERS {
            let folder = place::root().join("tests/interop").join(server.name);
            assert!(folder.join("server.mjs").exists(), "{}", server.name);
            assert!(tools::node_tests(&format!("tests/interop/{}", server.name)).is_ok(), "{}", server.name);
        }
    }
}
