//! `cargo xtask test`: every check of the project in groups, and one closing line that counts what really ran.

use crate::browsers::{self, Engine};
use crate::failure::{Failure, Outcome};
use crate::interop::{self, Ending};
use crate::progress::{self, Show};
use crate::tally::Tally;
use crate::toolchain::{self, WASM};
use crate::{examples, fuzz, house, module, peers, place, supply, tools};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one program may take: one that hangs has failed, and the others have their turn.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// A group of checks, by the name that one types.
struct Group {
    name: &'static str,
    /// Whether it runs tests, and so fails when it ran none.
    counts: bool,
    run: fn() -> Outcome<Verdict>,
}

/// How a group ended.
#[derive(Default)]
struct Verdict {
    tally: Tally,
    /// What failed, in words.
    failures: Vec<String>,
    /// What this system cannot run, and why.
    skipped: Vec<String>,
}

const GROUPS: [Group; 18] = [
    Group { name: "house", counts: true, run: run_house },
    Group { name: "supply", counts: true, run: run_supply },
    Group { name: "fmt", counts: false, run: fmt },
    Group { name: "clippy", counts: false, run: clippy },
    Group { name: "doc", counts: false, run: doc },
    Group { name: "native", counts: true, run: native },
    Group { name: "fuzz", counts: true, run: run_fuzz },
    Group { name: "build", counts: false, run: build },
    Group { name: "size", counts: true, run: size },
    Group { name: "browsers", counts: true, run: run_browsers },
    Group { name: "runtimes", counts: true, run: runtimes },
    Group { name: "edge", counts: true, run: edge },
    Group { name: "faults", counts: true, run: faults },
    Group { name: "e2e", counts: true, run: e2e },
    Group { name: "session", counts: true, run: session },
    Group { name: "package", counts: true, run: package },
    Group { name: "examples", counts: true, run: run_examples },
    Group { name: "interop", counts: true, run: run_interop },
];

/// Runs the named groups, or all of them, in their order.
pub(crate) fn run(names: &[&str]) -> Outcome<()> {
    if let Some(unknown) = names.iter().find(|name| !GROUPS.iter().any(|group| group.name == **name)) {
        let known = GROUPS.map(|group| group.name).join(" ");
        return Err(Failure::new(format!("there is no group `{unknown}`: type `cargo xtask test` and any of {known}")));
    }
    let start = Instant::now();
    let mut total = Tally::default();
    let mut summary = Vec::new();
    for group in GROUPS.iter().filter(|group| names.is_empty() || names.contains(&group.name)) {
        println!("\n== {}", group.name);
        let began = Instant::now();
        let verdict = judge(group)?;
        total += verdict.tally;
        let line = describe(group.name, &verdict, began.elapsed());
        println!("{line}");
        summary.push(line);
    }
    println!("\n== all of it, in {}", progress::spell(start.elapsed()));
    for line in &summary {
        println!("{line}");
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 { Err(Failure::new("not everything passed, as listed above")) } else { Ok(()) }
}

/// Runs one group. A group that stopped, or ran no test where it should, has failed, and the closing line must say so.
fn judge(group: &Group) -> Outcome<Verdict> {
    let mut verdict = match (group.run)() {
        Ok(verdict) => verdict,
        Err(failure) if failure.is_interrupt() => return Err(failure),
        Err(failure) => Verdict { failures: vec![failure.to_string()], ..Verdict::default() },
    };
    if group.counts && verdict.failures.is_empty() && verdict.skipped.is_empty() && verdict.tally.is_empty() {
        verdict.failures.push("it ran no test".to_owned());
    }
    if !verdict.failures.is_empty() && verdict.tally.failed == 0 {
        verdict.tally.failed = 1;
    }
    Ok(verdict)
}

fn describe(name: &str, verdict: &Verdict, took: Duration) -> String {
    let Tally { passed, failed } = verdict.tally;
    let time = progress::spell(took);
    let skipped = verdict.skipped.iter().map(|what| format!("; skipped {what}")).collect::<String>();
    let counts = if verdict.tally.is_empty() { String::new() } else { format!("{passed} passed, {failed} failed, ") };
    if failed > 0 {
        return format!("   FAIL  {name} ({counts}{time}): {}{skipped}", verdict.failures.join("; "));
    }
    format!("   PASS  {name} ({counts}{time}){skipped}")
}

impl Verdict {
    /// Runs a program and takes its result in; `tests` are counted from what it prints.
    fn take(&mut self, label: &str, command: &mut Command, show: Show) -> Outcome<()> {
        let ended = progress::run(label, command, show, Some(PATIENCE))?;
        let tally = Tally::read(&ended.output);
        if show == Show::Live {
            self.tally += tally;
        }
        if !ended.success || (show == Show::Live && tally.failed > 0) {
            self.failures.push(format!("{label} failed"));
        } else if show == Show::Live && tally.is_empty() {
            self.failures.push(format!("{label} ran no test"));
        }
        Ok(())
    }
}

fn run_house() -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    for (rule, broken) in house::inspect(&place::root())? {
        progress::say(if broken.is_empty() { "ok" } else { "FAILED" }, rule);
        for line in &broken {
            println!("         {line}");
        }
        if broken.is_empty() {
            verdict.tally.passed += 1;
        } else {
            verdict.tally.failed += 1;
            verdict.failures.push(rule.to_owned());
        }
    }
    Ok(verdict)
}

/// What comes from elsewhere.
fn run_supply() -> Outcome<Verdict> {
    let supply::Findings { passed, failures, skipped } = supply::inspect()?;
    let failed = u64::try_from(failures.len()).unwrap_or(u64::MAX);
    Ok(Verdict { tally: Tally { passed, failed }, failures, skipped })
}

fn fmt() -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    verdict.take("cargo fmt --all --check", toolchain::cargo().args(["fmt", "--all", "--check"]), Show::Quiet)?;
    for manifest in place::files(&place::root().join("examples"), &|name| name == "Cargo.toml")? {
        let mut command = toolchain::cargo();
        command.args(["fmt", "--check", "--manifest-path"]).arg(&manifest);
        verdict.take("cargo fmt --check, an example", &mut command, Show::Quiet)?;
    }
    let mut fuzz = toolchain::cargo();
    fuzz.args(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]);
    verdict.take("cargo fmt --check, the fuzz targets", &mut fuzz, Show::Quiet)?;
    Ok(verdict)
}

/// Warnings are errors, natively and for WebAssembly; where the compiler for the latter has no clippy, it is the compiler's own.
fn clippy() -> Outcome<Verdict> {
    if !toolchain::has_clippy() {
        return Err(Failure::new("clippy is missing: type `rustup component add clippy rustfmt`"));
    }
    let mut verdict = Verdict::default();
    let mut native = toolchain::cargo();
    native.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        "grantkit/js,grantkit/session,grantkit/edge,grantkit/serde",
        "--",
        "--deny",
        "warnings",
    ]);
    verdict.take("clippy, native", &mut native, Show::Quiet)?;
    let wasm = toolchain::wasm()?;
    let mut command = wasm.cargo();
    let of_both = ["--package", "grantkit", "--features", module::WHOLE, "--target", WASM, "--target-dir"];
    if wasm.has_clippy() {
        command.arg("clippy").args(of_both).arg(module::target_dir());
        command.args(["--lib", "--test", "browser", "--", "--deny", "warnings"]);
        verdict.take("clippy, WebAssembly", &mut command, Show::Quiet)?;
    } else {
        command
            .args(["rustc", "--lib", "--profile", "check"])
            .args(of_both)
            .arg(module::target_dir())
            .args(["--", "--deny", "warnings"]);
        verdict.take("cargo check, WebAssembly", &mut command, Show::Quiet)?;
    }
    Ok(verdict)
}

fn doc() -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    let mut native = toolchain::cargo();
    native
        .args(["doc", "--no-deps", "--package", "grantkit", "--features", "js,session,edge,serde"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    verdict.take("cargo doc, native", &mut native, Show::Quiet)?;
    let mut wasm = toolchain::wasm()?.cargo();
    wasm.args(["doc", "--no-deps", "--package", "grantkit", "--features", module::WHOLE, "--target", WASM, "--target-dir"])
        .arg(module::target_dir())
        .env("RUSTDOCFLAGS", "--deny warnings");
    verdict.take("cargo doc, WebAssembly", &mut wasm, Show::Quiet)?;
    Ok(verdict)
}

/// The crate's tests with its documentation's, those of this program, and a build with nothing but `alloc`.
fn native() -> Outcome<Verdict> {
    let mut verdict = Verdict::default();
    let mut crates = toolchain::cargo();
    crates.args(["test", "--package", "grantkit", "--features", "js,session,edge,serde", "--no-fail-fast"]);
    verdict.take("cargo test, the crate", &mut crates, Show::Live)?;
    verdict.take("cargo test, this program", toolchain::cargo().args(["test", "--package", "xtask"]), Show::Live)?;
    let mut bare = toolchain::cargo();
    bare.args(["rustc", "--package", "grantkit", "--lib", "--crate-type", "rlib", "--no-default-features"]);
    verdict.take("the crate with alloc alone", &mut bare, Show::Quiet)?;
    Ok(verdict)
}

/// Each fuzz target for a few seconds.
fn run_fuzz() -> Outcome<Verdict> {
    if let Some(why) = fuzz::out_of_reach() {
        return Ok(Verdict { skipped: vec![why], ..Verdict::default() });
    }
    let fuzz::Findings { tally, failures } = fuzz::smoke()?;
    Ok(Verdict { tally, failures, ..Verdict::default() })
}

fn build() -> Outcome<Verdict> {
    module::build(&module::ENTRIES)?;
    Ok(Verdict::default())
}

/// Sizes are exact, so they have budgets.
fn size() -> Outcome<Verdict> {
    module::make_all(&module::ENTRIES)?;
    module::named(&module::ENTRIES)?;
    node("tests/size", &tools::node_tests("tests/size")?)
}

/// The same tests in three engines; one that is missing does not keep the others from running.
fn run_browsers() -> Outcome<Verdict> {
    let toolchain = toolchain::wasm()?;
    let mut verdict = Verdict::default();
    for engine in Engine::ALL {
        if let Some(why) = engine.out_of_reach() {
            verdict.skipped.push(why);
            continue;
        }
        match engine.command(&toolchain) {
            Ok(mut command) => verdict.take(engine.name(), &mut command, Show::Live)?,
            Err(failure) if failure.is_interrupt() => return Err(failure),
            Err(failure) => verdict.failures.push(failure.to_string()),
        }
    }
    Ok(verdict)
}

fn runtimes() -> Outcome<Verdict> {
    node("tests/runtimes", &["tests/runtimes/run.mjs".into()])
}

/// The token handler in workerd, before three engines, and its demo as wrangler would deploy it.
fn edge() -> Outcome<Verdict> {
    let mut programs = browsers::drivers()?;
    programs.push(("WRANGLER", peers::wrangler()?));
    node_with("tests/edge", &tools::node_tests("tests/edge")?, &programs)
}

/// A server that goes wrong in every way that `docs/faults.md` lists.
fn faults() -> Outcome<Verdict> {
    node("tests/faults", &tools::node_tests("tests/faults")?)
}

fn e2e() -> Outcome<Verdict> {
    node("tests/e2e", &tools::node_tests("tests/e2e")?)
}

/// Sessions in three engines.
fn session() -> Outcome<Verdict> {
    node_with("tests/session", &tools::node_tests("tests/session")?, &browsers::drivers()?)
}

/// The documents show the code of peers, which is compiled with the peers themselves.
fn package() -> Outcome<Verdict> {
    peers::install()?;
    node("tests/package", &tools::node_tests("tests/package")?)
}

/// What the examples need from npm is installed into the cache, once.
fn run_examples() -> Outcome<Verdict> {
    examples::build()?;
    node("tests/examples", &tools::node_tests("tests/examples")?)
}

/// The embedded server with everything switched on, then servers of other code bases; one that this system cannot have does not
/// keep the others from running.
fn run_interop() -> Outcome<Verdict> {
    let mut verdict = node("tests/interop/oidc-provider", &tools::node_tests("tests/interop/oidc-provider")?)?;
    let node = module::make_all(&module::ENTRIES)?;
    for server in interop::SERVERS {
        match server.test(&node) {
            Ok(Ending::Ran(tally)) => {
                verdict.tally += tally;
                if tally.failed > 0 {
                    verdict.failures.push(format!("{} failed", server.name));
                }
            }
            Ok(Ending::Skipped(why)) => {
                let what = format!("{}: {why}", server.name);
                progress::say("skipped", &what);
                verdict.skipped.push(what);
            }
            Err(failure) if failure.is_interrupt() => return Err(failure),
            Err(failure) => verdict.failures.push(failure.to_string()),
        }
    }
    Ok(verdict)
}

fn node(folder: &str, words: &[PathBuf]) -> Outcome<Verdict> {
    node_with(folder, words, &[])
}

/// The same, with more programs named in the environment.
fn node_with(folder: &str, words: &[PathBuf], programs: &[(&str, PathBuf)]) -> Outcome<Verdict> {
    let node = module::make_all(&module::ENTRIES)?;
    let mut command = toolchain::clean(Command::new(node));
    command.args(words).env("CHROMIUM", browsers::chromium()?).env("GRANTKIT_CACHE", place::cache()?);
    command.envs(programs.iter().cloned());
    let mut verdict = Verdict::default();
    verdict.take(folder, &mut command, Show::Live)?;
    Ok(verdict)
}
