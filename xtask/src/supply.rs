//! What we depend on: licences, places, versions, known holes, and lock files that are kept up.
//!
//! Crates are judged by cargo-deny, by two lists: [deny.toml](../../deny.toml) for what ends in the module, [xtask/deny.toml](../deny.toml) for
//! what builds and tests it, of which nothing is shipped. npm packages are tools and test hosts alone (`pkg/package.json` has no dependencies, which a test
//! asserts), so their licences bind nobody who uses grantkit; that each has a hash, and no known hole of weight, is looked at all the same.
//!
//! What is known of holes is asked over the network. Where it does not answer that is said in one sentence, and is no failure.

use crate::failure::{At, Outcome};
use crate::progress::{self, Show};
use crate::{place, toolchain, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a list of known holes may take to come.
const FETCH_LIMIT: Duration = Duration::from_secs(90);

/// What came of it.
#[derive(Default)]
pub(crate) struct Findings {
    /// Checks that found nothing.
    pub(crate) passed: u64,
    /// Those that did.
    pub(crate) failures: Vec<String>,
    /// What could not be asked here, and why.
    pub(crate) skipped: Vec<String>,
}

impl Findings {
    fn take(&mut self, what: String, good: bool) {
        if good {
            self.passed += 1;
        } else {
            self.failures.push(what);
        }
    }

    fn skip(&mut self, what: &str) {
        progress::say("skipped", what);
        self.skipped.push(what.to_owned());
    }

    fn run(&mut self, what: &str, command: &mut Command) -> Outcome<()> {
        let good = progress::run(what, command, Show::Quiet, None)?.success;
        self.take(format!("{what} failed"), good);
        Ok(())
    }
}

/// Looks at everything that comes from elsewhere.
pub(crate) fn inspect() -> Outcome<Findings> {
    let mut findings = Findings::default();
    crates(&mut findings)?;
    packages(&mut findings)?;
    Ok(findings)
}

fn crates(findings: &mut Findings) -> Outcome<()> {
    let deny = tools::cargo_deny()?;
    let command = |manifest: &Path, list: &str| {
        let mut command = toolchain::clean(Command::new(&deny));
        command.args(["--locked", "--manifest-path"]).arg(manifest).args(["--config", list]);
        command
    };
    let root = place::root().join("Cargo.toml");
    findings.run(
        "what ends in the module: bans, licences, sources",
        command(&root, "deny.toml").args(["check", "bans", "licenses", "sources"]),
    )?;
    let fetched = progress::run(
        "the advisories of RustSec",
        command(&root, "deny.toml").args(["fetch", "db"]),
        Show::Asked,
        Some(FETCH_LIMIT),
    )?;
    if !fetched.success {
        findings.skip("advisories for crates: RustSec's list cannot be fetched here");
    }
    for lock in locks("Cargo.lock")? {
        let manifest = lock.with_file_name("Cargo.toml");
        let name = name(&lock);
        // A lock file that does not fit its manifest is one that nobody builds with.
        let mut metadata = toolchain::cargo();
        metadata.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]).arg(&manifest);
        let fits = progress::ask(&mut metadata).is_some();
        progress::say(if fits { "ok" } else { "FAILED" }, &format!("{name} fits its manifests"));
        findings.take(
            format!("{name} does not fit its manifests: type `cargo metadata --manifest-path {}`", manifest.display()),
            fits,
        );
        let tools = |checks: &[&str]| {
            let mut command = command(&manifest, "xtask/deny.toml");
            command.args(["--offline", "--workspace", "--all-features", "check"]).args(checks);
            command
        };
        findings.run(&format!("{name}: licences, sources"), &mut tools(&["licenses", "sources"]))?;
        if fetched.success {
            findings.run(&format!("{name}: advisories"), &mut tools(&["advisories"]))?;
        }
    }
    Ok(())
}

fn packages(findings: &mut Findings) -> Outcome<()> {
    let npm = tools::npm()?;
    let mut answered = true;
    for lock in locks("package-lock.json")? {
        let text = std::fs::read_to_string(&lock).at("read", &lock)?;
        let name = name(&lock);
        let bare = without_hash(&text);
        progress::say(if bare.is_empty() { "ok" } else { "FAILED" }, &format!("{name} has a hash for each package"));
        findings.take(format!("{name} has no hash for {}", bare.join(", ")), bare.is_empty());
        if !answered {
            continue;
        }
        let mut audit = toolchain::clean(Command::new(&npm));
        // Nothing of it is shipped: what has no weight waits for the next update.
        audit.args(["audit", "--package-lock-only", "--audit-level=high", "--json"]);
        audit.current_dir(lock.parent().unwrap_or(&lock));
        let what = format!("npm audit, {name}");
        let ended = progress::run(&what, &mut audit, Show::Asked, Some(FETCH_LIMIT))?;
        answered = ended.success || ended.output.contains("\"auditReportVersion\"");
        if !answered {
            findings.skip("npm audit: the registry does not answer it here");
        } else if !ended.success {
            println!("{}", ended.output);
            progress::say("FAILED", &what);
        }
        if answered {
            findings.take(format!("{what} found something"), ended.success);
        }
    }
    Ok(())
}

/// Every lock file of that name in the repository.
fn locks(name: &str) -> Outcome<Vec<PathBuf>> {
    let files = crate::house::tracked(&place::root())?;
    let named = files.into_iter().filter(|path| path.file_name().is_some_and(|file| file == name));
    Ok(named.map(|path| place::root().join(path)).collect())
}

fn name(path: &Path) -> String {
    path.strip_prefix(place::root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The packages of a package-lock.json that are fetched and have no hash to be held to.
fn without_hash(lock: &str) -> Vec<String> {
    let entries = lock.split("\n    \"").skip(1).filter_map(|entry| entry.split_once("\": {"));
    let fetched = entries.filter(|(place, _)| place.contains("node_modules/"));
    let bare = fetched.filter(|(_, entry)| {
        let entry = entry.split("\n    }").next().unwrap_or("");
        !entry.contains("\"integrity\": \"sha512-") && !entry.contains("\"link\": true")
    });
    bare.map(|(place, _)| place.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_hash_is_found_and_one_of_this_repository_needs_none() {
        let lock = "{\n  \"packages\": {\n    \"\": {\n      \"name\": \"x\"\n    },\n    \"../pkg\": {\n      \"version\": \"1\"\n    },\n    \
            \"node_modules/a\": {\n      \"integrity\": \"sha512-x\"\n    },\n    \"node_modules/b\": {\n      \"version\": \"1\"\n    },\n    \
            \"node_modules/c\": {\n      \"link\": true\n    },\n    \"node_modules/d\": {\n      \"integrity\": \"sha1-x\"\n    }\n  }\n}";
        assert_eq!(without_hash(lock), ["node_modules/b", "node_modules/d"]);
    }
}
