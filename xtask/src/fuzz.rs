//! `cargo xtask fuzz`: the targets of `fuzz/` on libFuzzer, and `cargo xtask miri`: the tests of `text` and `secret` in an interpreter.
//!
//! The targets are compiled by the active, stable compiler: coverage is a pass of LLVM's that it has, and sanitizers would watch over unsafe code
//! alone, of which there is one file that no native build compiles. So neither cargo-fuzz nor a nightly is needed, only a C++ compiler for libFuzzer.

use crate::failure::{Failure, Outcome};
use crate::host::{self, Advice};
use crate::progress::{self, Show};
use crate::tally::Tally;
use crate::{place, toolchain};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Seconds for each target where nobody says otherwise.
const SECONDS: u64 = 60;

/// Seconds for each target in `cargo xtask test`. Thirty would be ten minutes in all: there the seeds and a few thousand inputs around
/// them are tried. Thirty are a job of its own in `.github/workflows/test.yml`, and the long runs are `cargo xtask fuzz`.
const SMOKE_SECONDS: u64 = 3;

/// Bytes of an input: whatever is larger says nothing that a smaller one does not, because the bounds are tried by tests.
const INPUT_BYTES: u32 = 8192;

const COMPILER: Advice = Advice { apt: &["g++"], brew: "", winget: "" };

/// What libFuzzer needs of the compiler: counters of edges, a table of their places, and what was compared with what.
const COVERAGE: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions",
    "--cfg=fuzzing",
];

/// What a run of the targets came to.
#[derive(Default)]
pub(crate) struct Findings {
    /// Targets that found nothing, and those that did.
    pub(crate) tally: Tally,
    /// The ones that did, and where the input lies.
    pub(crate) failures: Vec<String>,
}

/// `cargo xtask fuzz [target…] [--for SECONDS]`.
pub(crate) fn run(words: &[&str]) -> Outcome<()> {
    let (names, seconds) = match words {
        [names @ .., "--for", seconds] => {
            let seconds = seconds.parse().ok().filter(|seconds| *seconds > 0);
            (names, seconds.ok_or_else(|| Failure::new("`--for` takes a number of seconds"))?)
        }
        names => (names, SECONDS),
    };
    let all = targets()?;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|one| one == *name)) {
        return Err(Failure::new(format!(
            "there is no target `{unknown}`: type `cargo xtask fuzz` and any of {}",
            all.join(" ")
        )));
    }
    let wanted: Vec<_> = all.into_iter().filter(|name| names.is_empty() || names.contains(&name.as_str())).collect();
    let findings = try_each(&wanted, seconds)?;
    if findings.failures.is_empty() { Ok(()) } else { Err(Failure::new(findings.failures.join("; "))) }
}

/// Each target for a little while: the group of `cargo xtask test`.
pub(crate) fn smoke() -> Outcome<Findings> {
    try_each(&targets()?, SMOKE_SECONDS)
}

/// Why this system cannot have libFuzzer, whatever is installed.
pub(crate) fn out_of_reach() -> Option<String> {
    cfg!(windows).then(|| "libFuzzer is compiled for Linux and macOS".to_owned())
}

/// The names of the targets, which are those of their files.
fn targets() -> Outcome<Vec<String>> {
    let files = place::files(&folder().join("src/bin"), &|name| name.ends_with(".rs"))?;
    Ok(files.iter().filter_map(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned()).collect())
}

fn folder() -> PathBuf {
    place::root().join("fuzz")
}

fn try_each(targets: &[String], seconds: u64) -> Outcome<Findings> {
    let work = place::root().join("target/fuzz");
    let (work, programs) = (work.as_path(), compile(&work)?);
    progress::must("seeds of tests/vectors", Command::new(programs.join("grantkit-fuzz")).arg(work.join("corpus")))?;
    // One for each core: whoever is done takes the next.
    let (next, cores) = (AtomicUsize::new(0), thread::available_parallelism().map_or(1, NonZero::get));
    let work_off = || -> Outcome<Findings> {
        let mut findings = Findings::default();
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            match try_one(target, seconds, work, &programs)? {
                None => findings.tally.passed += 1,
                Some(failure) => {
                    findings.tally.failed += 1;
                    findings.failures.push(failure);
                }
            }
        }
        Ok(findings)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work_off)).collect();
        workers.into_iter().try_fold(Findings::default(), |mut all, worker| {
            let findings = worker.join().map_err(|_| Failure::new("a thread that fuzzes has panicked"))??;
            all.tally += findings.tally;
            all.failures.extend(findings.failures);
            Ok(all)
        })
    })
}

/// One target; what it found, if anything.
fn try_one(target: &str, seconds: u64, work: &Path, programs: &Path) -> Outcome<Option<String>> {
    let (corpus, found) = (work.join("corpus").join(target), work.join("found").join(target));
    for folder in [&corpus, &found] {
        std::fs::create_dir_all(folder).map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))?;
    }
    let mut command = Command::new(programs.join(target));
    command.arg(&corpus).args(options(seconds)).arg(format!("-dict={}", folder().join("dictionary.txt").display()));
    command.arg(format!("-artifact_prefix={}/", found.display()));
    // It ends by itself; what does not is a finding too.
    let limit = Duration::from_secs(seconds.saturating_mul(2).saturating_add(60));
    let ended = progress::run(&format!("{target}, {seconds} s"), &mut command, Show::Quiet, Some(limit))?;
    if ended.success { Ok(None) } else { Ok(Some(format!("{target} found something: see {}", newest(&found)?.display()))) }
}

fn options(seconds: u64) -> [String; 4] {
    [
        format!("-max_total_time={seconds}"),
        format!("-max_len={INPUT_BYTES}"),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
    ]
}

/// The input that was written last, or the folder where there is none.
fn newest(folder: &Path) -> Outcome<PathBuf> {
    let files = place::files(folder, &|_| true)?;
    let time = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    Ok(files.into_iter().max_by_key(time).unwrap_or_else(|| folder.to_path_buf()))
}

/// Compiles every target; the folder they are in.
fn compile(work: &Path) -> Outcome<PathBuf> {
    if let Some(why) = out_of_reach() {
        return Err(Failure::new(why));
    }
    if host::program("c++").is_none() && host::program("g++").is_none() && host::program("clang++").is_none() {
        COMPILER.follow("a C++ compiler, for libFuzzer")?;
    }
    let machine = progress::ask(toolchain::clean(Command::new("rustc")).arg("-vV")).unwrap_or_default();
    let machine = machine.lines().find_map(|line| line.strip_prefix("host: "));
    let machine = machine.ok_or_else(|| Failure::new("rustc does not say what it compiles for: install Rust with rustup"))?;
    // With `--target`, so that build scripts and macros are compiled without the flags.
    let mut command = toolchain::cargo();
    command.args(["build", "--release", "--manifest-path"]).arg(folder().join("Cargo.toml"));
    command.args(["--target", machine, "--target-dir"]).arg(work).env("RUSTFLAGS", COVERAGE.join(" "));
    progress::must("compile the fuzz targets", &mut command)?;
    Ok(work.join(machine).join("release"))
}

/// The compiler that has the interpreter.
const NIGHTLY: &str = "+nightly";

/// Tests of `text` and `secret`. Whatever signs takes minutes there, so flows are not among them.
const INTERPRETED: [(&str, &[&str]); 2] = [
    ("spec", &["rfc4648_base64", "rfc6749_form", "rfc7636_pkce", "rfc8259_json", "rfc9110_challenge"]),
    ("round_trips", &["base64url", "from_a_form", "from_json", "challenge"]),
];

/// `cargo xtask miri`: in the interpreter of a nightly, which finds what no run shows. The nightly is fetched where it can be.
/// Not a group of `test`: it takes minutes, with the fiftieth part of the inputs that the tests have otherwise.
pub(crate) fn miri() -> Outcome<()> {
    if no_miri().is_some() && host::program("rustup").is_some() {
        let mut command = toolchain::clean(Command::new("rustup"));
        command.args([
            "toolchain",
            "install",
            "nightly",
            "--profile",
            "minimal",
            "--component",
            "miri",
            "--component",
            "rust-src",
        ]);
        command.env("RUSTUP_MAX_RETRIES", "1");
        let limit = Some(Duration::from_secs(600));
        progress::run("rustup toolchain install nightly, with miri", &mut command, Show::Quiet, limit)?;
    }
    if let Some(why) = no_miri() {
        return Err(Failure::new(why));
    }
    let Findings { failures, .. } = interpret()?;
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("; "))) }
}

/// Why there is no interpreter here, and what to type.
fn no_miri() -> Option<String> {
    let there = progress::ask(toolchain::clean(Command::new("cargo")).args([NIGHTLY, "miri", "--version"])).is_some();
    (!there).then(|| "no nightly with miri is installed: `cargo xtask miri` installs it".to_owned())
}

/// Runs the tests in the interpreter.
fn interpret() -> Outcome<Findings> {
    let mut findings = Findings::default();
    for (test, filters) in INTERPRETED {
        let mut command = toolchain::clean(Command::new("cargo"));
        command.args([NIGHTLY, "miri", "test", "--package", "grantkit", "--features", "js,session,edge,serde", "--test", test]);
        command.arg("--target-dir").arg(place::root().join("target/miri")).arg("--").args(filters);
        command.env("PROPTEST_CASES", "4").env("MIRIFLAGS", "-Zmiri-disable-isolation");
        let ended = progress::run(&format!("miri: {test}"), &mut command, Show::Live, None)?;
        let ran = Tally::read(&ended.output);
        findings.tally += ran;
        if !ended.success || ran.is_empty() {
            findings.failures.push(format!("miri is not content with {test}"));
        }
    }
    Ok(findings)
}
