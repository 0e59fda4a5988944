//! Where things are: the repository, the per-user cache, and the stamps that make the second time quick.

use crate::failure::{At, Failure, Outcome};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Files of ours below `target/`: generated, never precious.
pub(crate) fn scratch() -> PathBuf {
    root().join("target").join("xtask")
}

/// The per-user cache, which outlives `target/`: `$GRANTKIT_CACHE`, else `grantkit` in the user's cache directory.
pub(crate) fn cache() -> Outcome<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = set("GRANTKIT_CACHE") {
        return Ok(PathBuf::from(path));
    }
    let user = if cfg!(windows) {
        set("LOCALAPPDATA").map(PathBuf::from)
    } else if let Some(path) = set("XDG_CACHE_HOME") {
        Some(PathBuf::from(path))
    } else {
        set("HOME").map(|home| PathBuf::from(home).join(".cache"))
    };
    user.map(|path| path.join("grantkit"))
        .ok_or_else(|| Failure::new("no cache directory is known: set GRANTKIT_CACHE to a directory of yours"))
}

/// Every file below `folder` whose name satisfies `wanted`, sorted; nothing where the folder does not exist.
pub(crate) fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).at("list", &folder)? {
            let path = entry.at("list", &folder)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| wanted(&name.to_string_lossy())) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).at("create", folder)?;
    }
    fs::write(path, text).at("write", path)
}

/// What a step was made from, as one number. It need only be the same from run to run of the same program.
#[derive(Default)]
pub(crate) struct Stamp(DefaultHasher);

impl Stamp {
    /// Takes a word in: a version, an option.
    pub(crate) fn word(mut self, word: &str) -> Self {
        self.0.write(word.as_bytes());
        self.0.write_u8(0xff);
        self
    }

    /// Takes a file in, by name and content; a missing file counts as missing.
    pub(crate) fn file(mut self, path: &Path) -> Self {
        self = self.word(&path.to_string_lossy());
        match fs::read(path) {
            Ok(bytes) => self.0.write(&bytes),
            Err(_) => self.0.write_u8(0),
        }
        self.0.write_u8(0xff);
        self
    }

    /// Takes many files in.
    pub(crate) fn files(self, paths: &[PathBuf]) -> Self {
        paths.iter().fold(self, |stamp, path| stamp.file(path))
    }

    /// Whether `path` holds this stamp.
    pub(crate) fn stands_in(&self, path: &Path) -> bool {
        fs::read_to_string(path).is_ok_and(|text| text == self.text())
    }

    /// Leaves the stamp in `path`.
    pub(crate) fn leave_in(&self, path: &Path) -> Outcome<()> {
        write(path, self.text())
    }

    fn text(&self) -> String {
        format!("{:016x}\n", self.0.finish())
    }
}
