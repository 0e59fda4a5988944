//! `cargo xtask docs`: the API reference, from the comments in the sources: TypeDoc for the package, rustdoc for the crate.

use crate::failure::Outcome;
use crate::{module, peers, place, progress, toolchain};
use std::process::Command;

/// Writes both into `target/docs`. What is undocumented, or links to nothing, is an error.
pub(crate) fn run() -> Outcome<()> {
    let node = module::make_all(&module::ENTRIES)?;
    let typedoc = peers::installed("xtask/typedoc", "typedoc")?;
    let target = place::root().join("target/docs");
    let mut command = toolchain::clean(Command::new(node));
    command
        .arg(typedoc.join("node_modules/typedoc/bin/typedoc"))
        .arg("--options")
        .arg(place::root().join("xtask/typedoc/typedoc.json"))
        .arg("--out")
        .arg(target.join("javascript"))
        .current_dir(place::root());
    progress::must("typedoc", &mut command)?;
    let mut command = toolchain::cargo();
    command.args(["doc", "--no-deps", "--package", "grantkit", "--features", "js", "--target-dir"]);
    command.arg(target.join("build")).env("RUSTDOCFLAGS", "--deny warnings");
    progress::must("cargo doc", &mut command)?;
    println!("\n         {}", target.join("javascript/index.html").display());
    println!("         {}", target.join("build/doc/grantkit/index.html").display());
    Ok(())
}
