//! `cargo xtask release`: the same version to npm and crates.io, looked at first.
//!
//! `--dry-run` does everything but the last step. `--publish` does that too, and only where a tag's workflow runs it: a release is made from what is in the
//! repository, by a machine that can prove where it came from.

use crate::failure::{At, Failure, Outcome};
use crate::{module, place, progress, toolchain, tools};
use std::fs;
use std::process::Command;

/// Whether something is published in the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything but that.
    Dry,
    /// For good: a version cannot be published twice.
    Publish,
}

/// Looks at the release, and publishes it where that is asked for.
pub(crate) fn run(mode: Mode) -> Outcome<()> {
    let version = version()?;
    progress::say("version", &version);
    if mode == Mode::Publish {
        may_publish(&version)?;
    }
    module::make_all(&module::ENTRIES)?;
    let package = place::root().join("pkg");
    let mut npm = toolchain::clean(Command::new(tools::npm()?));
    npm.args(["publish", "--ignore-scripts", "--access", "public"]).current_dir(package);
    let mut cargo = toolchain::cargo();
    cargo.args(["publish", "--package", "grantkit"]);
    match mode {
        Mode::Dry => {
            npm.arg("--dry-run");
            cargo.args(["--dry-run", "--allow-dirty"]);
        }
        Mode::Publish => {
            npm.arg("--provenance");
        }
    }
    println!("{}", progress::must("npm publish", &mut npm)?);
    println!("{}", progress::must("cargo publish", &mut cargo)?);
    Ok(())
}

/// The one version of the crate and the package, which the list of changes has too once it is released.
fn version() -> Outcome<String> {
    let read = |name: &str| fs::read_to_string(place::root().join(name)).at("read", &place::root().join(name));
    let of_crate = after(&read("Cargo.toml")?, "\n[package]\nname = \"grantkit\"\nversion = \"");
    let of_package = after(&read("pkg/package.json")?, "\"version\": \"");
    match (of_crate, of_package) {
        (Some(one), Some(other)) if one == other => Ok(one),
        (one, other) => Err(Failure::new(format!(
            "the crate has version {} and the package {}: give both the same in Cargo.toml and pkg/package.json",
            one.as_deref().unwrap_or("none"),
            other.as_deref().unwrap_or("none")
        ))),
    }
}

/// Only from a clean tree, in the workflow of the tag that names this version, with a section in the list of changes.
fn may_publish(version: &str) -> Outcome<()> {
    let tag = std::env::var("RELEASE_TAG").unwrap_or_default();
    if tag != format!("v{version}") {
        return Err(Failure::new(format!(
            "RELEASE_TAG is \"{tag}\" and the version {version}: push the tag v{version}, whose workflow publishes"
        )));
    }
    let path = place::root().join("CHANGELOG.md");
    if !fs::read_to_string(&path).at("read", &path)?.contains(&format!("\n## [{version}]")) {
        return Err(Failure::new(format!("CHANGELOG.md has no section [{version}]: give what is unreleased that name")));
    }
    let mut git = Command::new("git");
    git.args(["status", "--porcelain"]).current_dir(place::root());
    match progress::ask(&mut git) {
        Some(changes) if changes.is_empty() => Ok(()),
        Some(_) => Err(Failure::new("the tree has changes that are not committed: commit them, or put them away")),
        None => Err(Failure::new("git does not say whether the tree is clean")),
    }
}

/// What stands behind `mark`, up to the next quote.
fn after(text: &str, mark: &str) -> Option<String> {
    Some(text.split_once(mark)?.1.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_and_the_package_have_one_version() {
        let version = version().unwrap_or_else(|failure| failure.to_string());
        assert!(version.split('.').count() == 3 && version.starts_with(|letter: char| letter.is_ascii_digit()), "{version}");
    }

    #[test]
    fn nothing_is_published_without_the_tag_of_this_version() {
        assert!(may_publish("999.0.0").is_err());
    }

    #[test]
    fn a_value_is_read_up_to_its_quote() {
        assert_eq!(after("a \"version\": \"1.2.3\", b", "\"version\": \"").as_deref(), Some("1.2.3"));
        assert_eq!(after("a", "b"), None);
    }
}
