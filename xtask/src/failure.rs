//! Why a command stopped: one sentence, with what to type where typing helps.

use std::fmt;

/// What every step returns.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A command that stopped, in one sentence.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    interrupted: bool,
}

impl Failure {
    /// A failure with its sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), interrupted: false }
    }

    /// Someone pressed Ctrl-C or ended the process.
    pub(crate) fn interrupted() -> Self {
        Self { sentence: "interrupted".into(), interrupted: true }
    }

    /// Whether someone asked for the end: nothing more is to be started.
    pub(crate) fn is_interrupt(&self) -> bool {
        self.interrupted
    }

    /// What the shell is told: 130 after Ctrl-C, as is the custom, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.interrupted { 130 } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Turns an I/O error into a sentence that names the path.
pub(crate) trait At<T> {
    /// `doing` reads like "read" or "write".
    fn at(self, doing: &str, path: &std::path::Path) -> Outcome<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, doing: &str, path: &std::path::Path) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("cannot {doing} {}: {error}", path.display())))
    }
}
