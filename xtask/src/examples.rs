//! The examples in Rust, which are no members of the workspace: built here, run by `tests/examples`.

use crate::failure::{At, Outcome};
use crate::toolchain::{self, WASM};
use crate::{place, progress, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds all of them, each where its test looks for it.
pub(crate) fn build() -> Outcome<()> {
    let mut native = toolchain::cargo();
    native.args(["build", "--target-dir"]).arg(target()).current_dir(folder("native"));
    progress::must("cargo build, examples/native", &mut native)?;
    let page = target().join("yew");
    wasm("yew", "grantkit-example-yew", "web", &page)?;
    copy("yew", "index.html", &page)?;
    let worker = target().join("workers-rs");
    wasm("workers-rs", "grantkit_example_workers_rs", "bundler", &worker.join("build"))?;
    copy("workers-rs", "shim.mjs", &worker)
}

/// An example for WebAssembly: compiled, then `wasm-bindgen --target …` into `out`.
fn wasm(name: &str, program: &str, target: &str, out: &Path) -> Outcome<()> {
    let mut cargo = toolchain::wasm()?.cargo();
    // Its own folder: the compiler for WebAssembly may not be the one that fills the other.
    let compiled = self::target().join("wasm");
    cargo.args(["build", "--release", "--target", WASM, "--target-dir"]).arg(&compiled).current_dir(folder(name));
    progress::must(&format!("cargo build, examples/{name}"), &mut cargo)?;
    let mut bindgen = Command::new(tools::wasm_bindgen()?);
    bindgen.args(["--target", target, "--no-typescript", "--out-dir"]).arg(out);
    bindgen.arg(compiled.join(WASM).join(format!("release/{program}.wasm")));
    progress::must(&format!("wasm-bindgen, examples/{name}"), &mut bindgen)?;
    Ok(())
}

/// A file of an example, to where its test looks for it.
fn copy(name: &str, file: &str, out: &Path) -> Outcome<()> {
    let path = folder(name).join(file);
    place::write(&out.join(file), fs::read(&path).at("read", &path)?)
}

fn folder(name: &str) -> PathBuf {
    place::root().join("examples").join(name)
}

fn target() -> PathBuf {
    place::root().join("target/examples")
}
