//! The npm package: TypeScript from `pkg/src` into `pkg/dist`, and what each entry weighs.

use crate::failure::Outcome;
use crate::{place, progress, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where built files go; nothing there is committed.
pub(crate) fn dist() -> PathBuf {
    place::root().join("pkg/dist")
}

/// Compiles every TypeScript file, one to one, and writes the types beside them.
pub(crate) fn build(node: &Path) -> Outcome<()> {
    let sources = place::files(&place::root().join("pkg/src"), &|name| name.ends_with(".ts"))?;
    let settings = place::root().join("pkg/tsconfig.json");
    if sources.is_empty() || !settings.exists() {
        progress::say("skipped", "the package: pkg/src or pkg/tsconfig.json is not there yet");
        return Ok(());
    }
    // What is bundled carries its module.
    let carried =
        |name: &str| name.ends_with(".d.ts") || name == "session.text.js" || name == "unpack.js" || name.starts_with("plain");
    let built = place::files(&dist().join("wasm"), &carried)?;
    let stamp = place::Stamp::default()
        .word("1")
        .files(&sources)
        .files(&built)
        .file(&settings)
        .file(&place::root().join("package-lock.json"))
        .file(&script("package.mjs"));
    let mark = place::scratch().join("package.stamp");
    if stamp.stands_in(&mark) && sources.iter().all(|source| compiled(source).exists()) {
        return Ok(());
    }
    progress::must("compile pkg/src to JavaScript", Command::new(node).arg(script("package.mjs")).current_dir(place::root()))?;
    let mut command = Command::new(node);
    command
        .arg(tools::npm_script("typescript/bin/tsc"))
        .args(["--project", "pkg", "--noEmit", "false", "--declaration", "--emitDeclarationOnly"])
        .args(["--rootDir", "pkg/src", "--outDir", "pkg/dist"])
        .current_dir(place::root());
    progress::must("check pkg/src and write its types", &mut command)?;
    stamp.leave_in(&mark)
}

/// Prints the table of sizes.
pub(crate) fn weigh(node: &Path) -> Outcome<()> {
    let table = progress::must(
        "weigh the modules and the entries",
        Command::new(node).arg(script("sizes.mjs")).current_dir(place::root()),
    )?;
    println!("\n{table}");
    Ok(())
}

fn compiled(source: &Path) -> PathBuf {
    let root = place::root().join("pkg/src");
    let path = dist().join(source.strip_prefix(&root).unwrap_or(source));
    if path.parent().is_some_and(|folder| folder.ends_with("session/worker")) {
        return dist().join("session/worker.js");
    }
    if path.to_string_lossy().ends_with(".d.ts") { path } else { path.with_extension("js") }
}

fn script(name: &str) -> PathBuf {
    place::root().join("xtask/node").join(name)
}
