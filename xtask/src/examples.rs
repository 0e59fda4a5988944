//! The examples in Rust, which are no members of the workspace: built here, run by `tests/examples`.

use crate::failure::{At, Outcome};
use crate::toolchain::{self, WASM};
use crate::{place, progress, tools};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Builds all of them, each where its test looks for it.
pub(crate) fn build() -> Outcome<()> {
    let mut native = toolchain::cargo();
    native.args(["build", "--target-dir"]).arg(target()).current_dir(folder("native"));
    progress::must("cargo build, examples/native", &mut native)?;
    page("yew")
}

/// An example for pages: compiled, then `wasm-bindgen --target web`, beside its `index.html`.
fn page(name: &str) -> Outcome<()> {
    let mut cargo = toolchain::wasm()?.cargo();
    // Its own folder: the compiler for WebAssembly may not be the one that fills the other.
    let compiled = target().join("wasm");
    cargo.args(["build", "--release", "--target", WASM, "--target-dir"]).arg(&compiled).current_dir(folder(name));
    progress::must(&format!("cargo build, examples/{name}"), &mut cargo)?;
    let out = target().join(name);
    let mut bindgen = Command::new(tools::wasm_bindgen()?);
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&out);
    bindgen.arg(compiled.join(WASM).join(format!("release/grantkit-example-{name}.wasm")));
    progress::must(&format!("wasm-bindgen, examples/{name}"), &mut bindgen)?;
    let page = folder(name).join("index.html");
    place::write(&out.join("index.html"), fs::read(&page).at("read", &page)?)
}

fn folder(name: &str) -> PathBuf {
    place::root().join("examples").join(name)
}

fn target() -> PathBuf {
    place::root().join("target/examples")
}
