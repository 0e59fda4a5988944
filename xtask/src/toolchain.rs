//! A compiler that can make WebAssembly.
//!
//! Most machines have rustup, and it fetches the `wasm32-unknown-unknown` standard library. Where it cannot, Debian has a compiler
//! and the sources of its standard library; that library is then built once, into a sysroot of our own in the cache, so that
//! nothing unmanaged is put beside Debian's files. Compiler and library come as a pair, so the two never share a target directory.

use crate::failure::{At, Failure, Outcome};
use crate::host::{self, Advice};
use crate::{place, progress};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The target that every module is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// How long rustup may take to fetch the standard library before something else is tried.
const FETCH_LIMIT: Duration = Duration::from_secs(240);

const DEBIAN: Advice = Advice {
    apt: &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22", "build-essential"],
    brew: "rustup",
    winget: "Rustlang.Rustup",
};

/// The oldest compiler that the crate is written for, as in the manifest's `rust-version`.
const OLDEST: (u32, u32) = (1, 88);

/// A compiler with the standard library for WebAssembly.
pub(crate) struct Toolchain {
    /// The folder of wrapper programs to put first on PATH, where the compiler is not the active one.
    bin: Option<PathBuf>,
    /// What `rustc --version` says.
    pub(crate) version: String,
}

impl Toolchain {
    /// `cargo` with this compiler.
    pub(crate) fn cargo(&self) -> Command {
        self.set_up(cargo())
    }

    /// Any program with this compiler's cargo and rustc first on PATH, and `folders` after them.
    pub(crate) fn run(&self, program: &Path, folders: &[PathBuf]) -> Command {
        let mut command = self.set_up(clean(Command::new(program)));
        let first: Vec<PathBuf> = self.bin.iter().chain(folders).cloned().collect();
        command.env("PATH", host::path_with(&first));
        command
    }

    /// Whether clippy comes with this compiler.
    pub(crate) fn has_clippy(&self) -> bool {
        self.bin.is_none() && has_clippy()
    }

    /// The sources of the standard library, which come with Debian's compiler and are a component of rustup's.
    pub(crate) fn need_sources(&self) -> Outcome<()> {
        let there = || {
            let sysroot = progress::ask(self.set_up(clean(Command::new("rustc"))).args(["--print", "sysroot"]));
            sysroot.is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock").exists())
        };
        if there() {
            return Ok(());
        }
        let mut command = clean(Command::new("rustup"));
        command.args(["component", "add", "rust-src"]).env("RUSTUP_MAX_RETRIES", "1");
        let ended = progress::run("rustup component add rust-src", &mut command, progress::Show::Quiet, Some(FETCH_LIMIT))?;
        if ended.success && there() {
            return Ok(());
        }
        Err(Failure::new("the sources of Rust's standard library are missing: type `rustup component add rust-src`"))
    }

    fn set_up(&self, mut command: Command) -> Command {
        if let Some(bin) = &self.bin {
            command
                .env("PATH", host::path_with(std::slice::from_ref(bin)))
                .env("RUSTC", bin.join("rustc"))
                .env("RUSTDOC", bin.join("rustdoc"))
                .env("CARGO", bin.join("cargo"))
                .env_remove("RUSTUP_TOOLCHAIN")
                .env_remove("RUSTUP_HOME");
        }
        command
    }
}

/// The active cargo, in the repository, without what `cargo run` tells its own child.
pub(crate) fn cargo() -> Command {
    clean(Command::new("cargo"))
}

/// Whether clippy comes with the active compiler.
pub(crate) fn has_clippy() -> bool {
    progress::ask(cargo().args(["clippy", "--version"])).is_some()
}

/// The compiler that the modules are built with: the active one where it can, else one that is set up here.
pub(crate) fn wasm() -> Outcome<Toolchain> {
    let active = sysroot();
    if let Some(sysroot) = &active
        && has_library(sysroot)
    {
        return active_toolchain();
    }
    if host::program("rustup").is_some() && active.as_ref().is_some_and(|sysroot| is_rustups(sysroot)) {
        let mut command = clean(Command::new("rustup"));
        command.args(["target", "add", WASM]).env("RUSTUP_MAX_RETRIES", "1");
        let ended = progress::run(&format!("rustup target add {WASM}"), &mut command, progress::Show::Quiet, Some(FETCH_LIMIT))?;
        if ended.success && sysroot().is_some_and(|sysroot| has_library(&sysroot)) {
            return active_toolchain();
        }
    }
    if host::is_debian() {
        return debian();
    }
    Err(Failure::new(format!("the standard library for {WASM} is missing: type `rustup target add {WASM}`")))
}

fn active_toolchain() -> Outcome<Toolchain> {
    let version = progress::ask(clean(Command::new("rustc")).arg("--version"))
        .ok_or_else(|| Failure::new("rustc does not run: install Rust with rustup"))?;
    if !is_recent(&version) {
        return Err(Failure::new(format!(
            "{version} is too old, {}.{} is needed: type `rustup update stable`",
            OLDEST.0, OLDEST.1
        )));
    }
    Ok(Toolchain { bin: None, version })
}

/// Debian's compiler with a sysroot of our own.
fn debian() -> Outcome<Toolchain> {
    let rustc = Path::new("/usr/bin/rustc");
    let version = || progress::ask(Command::new(rustc).arg("--version").env_remove("LD_LIBRARY_PATH"));
    let complete = |version: &str| {
        sources(version).is_dir()
            && host::is_program(Path::new("/usr/bin/cargo"))
            && host::is_program(Path::new("/usr/bin/rust-lld"))
            && is_recent(version)
    };
    if !version().is_some_and(|version| complete(&version)) {
        DEBIAN
            .follow(&format!("the standard library for {WASM}, which rustup could not fetch, or a compiler with its sources"))?;
    }
    let version = version().filter(|version| complete(version)).ok_or_else(|| DEBIAN.missing("a compiler with its sources"))?;
    let sysroot = place::cache()?.join(format!("sysroot-{}", number(&version)));
    let done = sysroot.join("complete");
    let stamp = place::Stamp::default().word(&version).word("2");
    if !stamp.stands_in(&done) {
        make_sysroot(&sysroot, &version)?;
        stamp.leave_in(&done)?;
    }
    Ok(Toolchain { bin: Some(sysroot.join("bin")), version })
}

/// Links Debian's own libraries into the sysroot, builds those for WebAssembly beside them, and writes the wrapper programs.
fn make_sysroot(sysroot: &Path, version: &str) -> Outcome<()> {
    if sysroot.exists() {
        fs::remove_dir_all(sysroot).at("remove", sysroot)?;
    }
    let rustlib = sysroot.join("lib/rustlib");
    let library = rustlib.join(WASM).join("lib");
    fs::create_dir_all(&library).at("create", &library)?;
    for entry in fs::read_dir("/usr/lib/rustlib").at("list", Path::new("/usr/lib/rustlib"))? {
        let entry = entry.at("list", Path::new("/usr/lib/rustlib"))?;
        link(&entry.path(), &rustlib.join(entry.file_name()))?;
    }
    build_library(sysroot, version, &library)?;
    fs::create_dir_all(rustlib.join("src/rust")).at("create", &rustlib)?;
    link(&sources(version), &rustlib.join("src/rust/library"))?;
    let bin = sysroot.join("bin");
    for name in ["rustc", "rustdoc"] {
        let script = format!("#!/bin/sh\nexec /usr/bin/{name} --sysroot '{}' \"$@\"\n", sysroot.display());
        place::write(&bin.join(name), script)?;
        make_runnable(&bin.join(name))?;
    }
    link(Path::new("/usr/bin/cargo"), &bin.join("cargo"))
}

/// Compiles the standard library from Debian's sources. They are copied, because cargo writes beside them.
fn build_library(sysroot: &Path, version: &str, library: &Path) -> Outcome<()> {
    let work = sysroot.join("work");
    fs::create_dir_all(&work).at("create", &work)?;
    progress::must(
        "copy the sources of the standard library",
        Command::new("cp").arg("-r").arg(sources(version)).arg(work.join("library")),
    )?;
    let mut command = clean(Command::new("/usr/bin/cargo"));
    command
        .args(["build", "--release", "--target", WASM, "--manifest-path"])
        .arg(work.join("library/sysroot/Cargo.toml"))
        .arg("--target-dir")
        .arg(work.join("target"))
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN");
    progress::must(&format!("build the standard library for {WASM}, once"), &mut command)?;
    let built = work.join("target").join(WASM).join("release/deps");
    for rlib in place::files(&built, &|name| name.ends_with(".rlib"))? {
        if let Some(name) = rlib.file_name() {
            fs::copy(&rlib, library.join(name)).at("copy", &rlib)?;
        }
    }
    fs::remove_dir_all(&work).at("remove", &work)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Outcome<()> {
    std::os::unix::fs::symlink(from, to).at("link", to)
}

#[cfg(unix)]
fn make_runnable(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).at("make runnable", path)
}

#[cfg(not(unix))]
fn link(_from: &Path, to: &Path) -> Outcome<()> {
    Err(Failure::new(format!("{} is made on Debian only", to.display())))
}

#[cfg(not(unix))]
fn make_runnable(path: &Path) -> Outcome<()> {
    link(path, path)
}

fn sources(version: &str) -> PathBuf {
    PathBuf::from(format!("/usr/src/rustc-{}/library", number(version)))
}

/// `1.96.0` of `rustc 1.96.0 (… 2026-…)`.
fn number(version: &str) -> &str {
    version.split_whitespace().nth(1).unwrap_or("unknown")
}

fn is_recent(version: &str) -> bool {
    let mut parts = number(version).split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}

fn sysroot() -> Option<PathBuf> {
    progress::ask(clean(Command::new("rustc")).args(["--print", "sysroot"])).map(PathBuf::from)
}

/// rustup keeps a file in every toolchain that it manages.
fn is_rustups(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/multirust-channel-manifest.toml").exists()
}

fn has_library(sysroot: &Path) -> bool {
    place::files(&sysroot.join("lib/rustlib").join(WASM).join("lib"), &|name| name.starts_with("libcore-"))
        .is_ok_and(|found| !found.is_empty())
}

/// Takes out of the environment what `cargo run` put there for this program: left in, it would steer the next cargo, and
/// the library path of one compiler would reach another.
pub(crate) fn clean(mut command: Command) -> Command {
    command.current_dir(place::root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_BIN_");
        if ours
            || ["CARGO", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "RUST_RECURSION_COUNT"].contains(&text.as_ref())
        {
            command.env_remove(&name);
        }
    }
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        let Some(value) = std::env::var_os(name) else {
            continue;
        };
        let kept = std::env::split_paths(&value)
            .filter(|folder| !folder.starts_with(place::root().join("target")) && !folder.join("rustlib").is_dir());
        match std::env::join_paths(kept) {
            Ok(kept) if !kept.is_empty() => command.env(name, kept),
            _ => command.env_remove(name),
        };
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_and_compared() {
        assert_eq!(number("rustc 1.96.0 (ac68faa20 2026-05-25)"), "1.96.0");
        assert!(is_recent("rustc 1.88.0 (x)"));
        assert!(is_recent("rustc 2.0.0 (x)"));
        assert!(!is_recent("rustc 1.63.0"));
        assert!(!is_recent("nonsense"));
    }
}
