//! Lists of npm packages beside the root's, which only some commands need: the libraries that the tables compare with among them.

use crate::failure::{At, Outcome};
use crate::{place, progress, toolchain, tools};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The peers of `benches/peers`, in the versions that are pinned there.
pub(crate) fn install() -> Outcome<PathBuf> {
    installed("benches/peers", "peers")
}

/// Wrangler, in the version that `worker` pins.
pub(crate) fn wrangler() -> Outcome<PathBuf> {
    Ok(installed("worker", "wrangler")?.join("node_modules/wrangler/bin/wrangler.js"))
}

/// The packages that the list in this folder of the repository pins, under this name.
pub(crate) fn installed(list: &str, name: &str) -> Outcome<PathBuf> {
    let list = place::root().join(list);
    let folder = place::scratch().join(name);
    let files = ["package.json", "package-lock.json"].map(|name| list.join(name));
    let stamp = place::Stamp::default().word("1").files(&files);
    let mark = folder.join(".stamp");
    if stamp.stands_in(&mark) {
        return Ok(folder);
    }
    for file in &files {
        let text = fs::read(file).at("read", file)?;
        place::write(&folder.join(file.file_name().unwrap_or_default()), text)?;
    }
    let mut command = toolchain::clean(Command::new(tools::npm()?));
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    progress::must(&format!("npm ci, {name}"), &mut command)?;
    stamp.leave_in(&mark)?;
    Ok(folder)
}
