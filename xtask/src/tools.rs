//! The programs that building and testing need, in the versions that fit: found on PATH, or installed into the cache.

use crate::failure::{At, Failure, Outcome};
use crate::host::{self, Advice};
use crate::{place, progress, toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";
const CARGO_DENY: &str = "0.20.2";
/// Its runner of tests knows `--test-timeout`.
const OLDEST_NODE: (u32, u32) = (20, 11);

/// How many files of tests run side by side at least: they wait for browsers and servers most of the time.
const TEST_FILES_AT_ONCE: usize = 2;

/// Milliseconds for one file of tests: one that hangs has failed, and those behind it have their turn.
const TEST_FILE_MILLISECONDS: u32 = 600_000;

const NODE: Advice = Advice { apt: &["nodejs", "npm"], brew: "node", winget: "OpenJS.NodeJS.LTS" };

/// `wasm-bindgen`, exactly the version that the crate is locked to: the two speak a private format.
pub(crate) fn wasm_bindgen() -> Outcome<PathBuf> {
    from_crates("wasm-bindgen-cli", &locked("wasm-bindgen")?, "wasm-bindgen")
}

/// `wasm-bindgen-test-runner`, which is installed beside `wasm-bindgen`.
pub(crate) fn wasm_bindgen_test_runner() -> Outcome<PathBuf> {
    Ok(wasm_bindgen()?.with_file_name(if cfg!(windows) { "wasm-bindgen-test-runner.exe" } else { "wasm-bindgen-test-runner" }))
}

/// `wasm-pack`, which runs the browser tests as its users would.
pub(crate) fn wasm_pack() -> Outcome<PathBuf> {
    from_crates("wasm-pack", WASM_PACK, "wasm-pack")
}

/// Firefox's driver.
pub(crate) fn geckodriver() -> Outcome<PathBuf> {
    match std::env::var_os("GECKODRIVER").filter(|value| !value.is_empty()) {
        Some(path) => Ok(PathBuf::from(path)),
        None => from_crates("geckodriver", GECKODRIVER, "geckodriver"),
    }
}

/// `cargo-deny`, which looks at licences, sources and advisories.
pub(crate) fn cargo_deny() -> Outcome<PathBuf> {
    from_crates("cargo-deny", CARGO_DENY, "cargo-deny")
}

/// A program that a crate installs: the one on PATH where its version fits, else one of our own in the cache. They work for
/// seconds, so they are compiled without optimisation: that takes half of the time.
fn from_crates(package: &str, version: &str, program: &str) -> Outcome<PathBuf> {
    if let Some(path) = host::program(program)
        && says(&path, version)
    {
        return Ok(path);
    }
    let folder = place::cache()?.join(format!("{package}-{version}"));
    let file = if cfg!(windows) { format!("{program}.exe") } else { program.to_owned() };
    let path = folder.join("bin").join(file);
    if host::is_program(&path) && says(&path, version) {
        return Ok(path);
    }
    let fresh = folder.with_extension("installing");
    for stale in [&fresh, &folder] {
        if stale.exists() {
            fs::remove_dir_all(stale).at("remove", stale)?;
        }
    }
    // Not `--locked`: a locked dependency may have been withdrawn, and a mirror need not have every old version.
    let mut command = toolchain::cargo();
    command
        .args(["install", "--debug", &format!("{package}@{version}"), "--root"])
        .arg(&fresh)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    progress::must(&format!("cargo install {package} {version}, once, takes some minutes"), &mut command)?;
    fs::rename(&fresh, &folder).at("rename", &fresh)?;
    if says(&path, version) {
        return Ok(path);
    }
    Err(Failure::new(format!("{} was installed but does not say version {version}", path.display())))
}

/// Whether a program's `--version` names this version.
fn says(path: &Path, version: &str) -> bool {
    progress::ask(Command::new(path).arg("--version"))
        .is_some_and(|text| text.lines().next().is_some_and(|line| line.split_whitespace().any(|word| word == version)))
}

/// The version of a package in Cargo.lock.
fn locked(package: &str) -> Outcome<String> {
    let path = place::root().join("Cargo.lock");
    if !path.exists() {
        progress::must("cargo generate-lockfile", toolchain::cargo().arg("generate-lockfile"))?;
    }
    let text = fs::read_to_string(&path).at("read", &path)?;
    version_in(&text, package).ok_or_else(|| Failure::new(format!("Cargo.lock names no {package}: type `cargo update`")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let after = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?.1;
    Some(after.split_once('"')?.0.to_owned())
}

/// Node.js, recent enough.
pub(crate) fn node() -> Outcome<PathBuf> {
    let path = match host::program("node") {
        Some(path) => path,
        None => {
            NODE.follow("Node.js 20.11 or newer")?;
            host::program("node").ok_or_else(|| NODE.missing("Node.js 20.11 or newer"))?
        }
    };
    let version = progress::ask(Command::new(&path).arg("--version")).unwrap_or_default();
    if node_version(&version).is_some_and(|version| version >= OLDEST_NODE) {
        return Ok(path);
    }
    let (major, minor) = OLDEST_NODE;
    Err(Failure::new(format!(
        "Node.js {major}.{minor} or newer is needed and {} is {version}: type `npx --yes --package node@22 cargo xtask test`, or install it",
        path.display()
    )))
}

/// The first two numbers of what `node --version` prints.
fn node_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The words for Node.js to run the tests of a folder, file by file: what it makes of a folder's name differs from version to version.
pub(crate) fn node_tests(folder: &str) -> Outcome<Vec<PathBuf>> {
    let files = place::files(&place::root().join(folder), &|name| name.ends_with(".test.mjs"))?;
    if files.is_empty() {
        return Err(Failure::new(format!("{folder} has no file that ends in .test.mjs")));
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let options = [
        "--test".to_owned(),
        format!("--test-timeout={TEST_FILE_MILLISECONDS}"),
        format!("--test-concurrency={}", cores.saturating_sub(1).max(TEST_FILES_AT_ONCE)),
    ];
    Ok(options.into_iter().map(PathBuf::from).chain(files).collect())
}

/// npm, which comes with Node.js.
pub(crate) fn npm() -> Outcome<PathBuf> {
    host::program("npm").ok_or_else(|| NODE.missing("npm"))
}

/// The packages of `package-lock.json` in `node_modules`; the answer is Node.js.
pub(crate) fn npm_packages() -> Outcome<PathBuf> {
    let node = node()?;
    let root = place::root();
    let mark = root.join("node_modules/.xtask");
    let stamp = || {
        ["package.json", "package-lock.json", ".npmrc"]
            .iter()
            .fold(place::Stamp::default().word("1"), |stamp, name| stamp.file(&root.join(name)))
    };
    if stamp().stands_in(&mark) {
        return Ok(node);
    }
    let npm = npm()?;
    // `install`, not `ci`: runtimes come as one optional package per platform, and the lock file has only those that its writer's
    // registry offered. No package's own script runs, but for bun's, which puts its program into place from a package beside it.
    let mut command = toolchain::clean(Command::new(&npm));
    progress::must("npm install", command.args(["install", "--no-save", "--ignore-scripts"]))?;
    let mut command = toolchain::clean(Command::new(&npm));
    progress::must("npm rebuild bun", command.args(["rebuild", "bun", "--foreground-scripts"]))?;
    stamp().leave_in(&mark)?;
    Ok(node)
}

/// A program of an npm package: its JavaScript, for Node.js to run.
pub(crate) fn npm_script(path: &str) -> PathBuf {
    place::root().join("node_modules").join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-test\"\nversion = \"0.3.80\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm-pack"), None);
    }

    #[test]
    fn a_version_of_node_is_read_as_it_prints_it() {
        assert_eq!(node_version("v20.11.1\n"), Some((20, 11)));
        assert!(node_version("v20.9.0").is_some_and(|version| version < OLDEST_NODE));
        assert!(node_version("v22.0.0-nightly").is_some_and(|version| version > OLDEST_NODE));
        assert_eq!(node_version(""), None);
    }
}
