//! The machine that this runs on: programs on it, and how a missing one is come by.

use crate::failure::{Failure, Outcome};
use crate::progress;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of that name on PATH.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|path| is_program(path))
}

/// The program that an environment variable names, else the first of `names` on PATH, else the first of `places` that exists.
pub(crate) fn find(variable: &str, names: &[&str], places: &[&str]) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| names.iter().find_map(|name| program(name)))
        .or_else(|| places.iter().map(PathBuf::from).find(|path| is_program(path)))
}

/// Whether a file stands there that can be run.
pub(crate) fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// PATH with `folders` in front of it.
pub(crate) fn path_with(folders: &[PathBuf]) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&path));
    std::env::join_paths(all).unwrap_or(path)
}

/// What one would type for a missing program: per family of systems.
pub(crate) struct Advice {
    /// Debian's packages.
    pub(crate) apt: &'static [&'static str],
    /// Homebrew's arguments after `brew install`; empty where nothing needs installing there.
    pub(crate) brew: &'static str,
    /// The winget package; empty where there is none.
    pub(crate) winget: &'static str,
}

impl Advice {
    /// Installs the Debian packages where that is allowed; otherwise says what is missing and what to type.
    pub(crate) fn follow(&self, what: &str) -> Outcome<()> {
        if self.apt.is_empty() || !is_debian() {
            return Err(self.missing(what));
        }
        let Some(apt) = apt() else {
            return Err(self.missing(what));
        };
        let update = apt(&["update", "--quiet"]);
        let mut install = apt(&["install", "--yes", "--quiet", "--no-install-recommends"]);
        install.args(self.apt);
        for (label, mut command) in
            [("apt-get update".to_owned(), update), (format!("apt-get install {}", self.apt.join(" ")), install)]
        {
            let ended = progress::run(&label, &mut command, progress::Show::Quiet, None)?;
            if !ended.success && label != "apt-get update" {
                return Err(self.missing(what));
            }
        }
        Ok(())
    }

    /// The sentence.
    pub(crate) fn missing(&self, what: &str) -> Failure {
        let typed = if cfg!(target_os = "macos") && !self.brew.is_empty() {
            format!("type `brew install {}`", self.brew)
        } else if cfg!(windows) && !self.winget.is_empty() {
            format!("type `winget install {}`", self.winget)
        } else if is_debian() && !self.apt.is_empty() {
            format!("type `sudo apt-get install {}`", self.apt.join(" "))
        } else if cfg!(target_os = "linux") && !self.apt.is_empty() {
            format!("install what Debian calls {}", self.apt.join(", "))
        } else {
            "it has no package that is known here".to_owned()
        };
        Failure::new(format!("{what} is missing: {typed}"))
    }
}

/// Whether Debian's packages are what this machine is made of.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && program("apt-get").is_some()
}

/// Asks Debian's archive what there is, where that is allowed; whether it went well is seen by what is known afterwards.
pub(crate) fn refresh_packages() {
    if let Some(apt) = apt() {
        let _ = progress::run("apt-get update", &mut apt(&["update", "--quiet"]), progress::Show::Quiet, None);
    }
}

/// A way to run apt-get as root without a question being asked, if there is one.
fn apt() -> Option<impl Fn(&[&str]) -> Command> {
    let root = is_root();
    if !root {
        progress::ask(Command::new("sudo").args(["-n", "true"]))?;
    }
    Some(move |words: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(words);
        command
    })
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    cfg!(unix) && progress::ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}
