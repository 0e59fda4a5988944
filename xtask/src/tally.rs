//! How many tests ran: read from what each runner prints, so that the closing line is the truth.

use crate::progress::plain;
use std::ops::AddAssign;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that did.
    pub(crate) passed: u64,
    /// Tests that did not.
    pub(crate) failed: u64,
}

impl Tally {
    /// Whether nothing ran.
    pub(crate) fn is_empty(&self) -> bool {
        self.passed == 0 && self.failed == 0
    }

    /// Everything that the runners in this output counted: cargo's and wasm-bindgen's `test result:` lines, the summary of
    /// Node's runner, and the plain closing line of our own scripts.
    pub(crate) fn read(output: &str) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            let line = plain(line);
            let line = line.trim();
            tally += cargo(line).or_else(|| node(line)).or_else(|| closing(line)).unwrap_or_default();
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn cargo(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some(Tally { passed: count("passed")?, failed: count("failed")? })
}

/// `# pass 12`, or `ℹ pass 12` where the runner thinks that a person looks. A cancelled test did not pass.
fn node(line: &str) -> Option<Tally> {
    let line = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
    let (word, count) = line.split_once(' ')?;
    let count = count.parse().ok()?;
    match word {
        "pass" => Some(Tally { passed: count, failed: 0 }),
        "fail" | "cancelled" => Some(Tally { passed: 0, failed: count }),
        _ => None,
    }
}

/// `12 passed, 0 failed`
fn closing(line: &str) -> Option<Tally> {
    let (passed, failed) = line.split_once(" passed, ")?;
    let failed = failed.split_once(" failed")?.0;
    Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn every_result_line_of_cargo_is_summed() {
        let output = "running 2 tests\n\
            test a ... ok\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: \u{1b}[31mFAILED\u{1b}[0m. 3 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out\n";
        assert_eq!(Tally::read(output), tally(5, 1));
    }

    #[test]
    fn the_browser_runner_is_read_like_cargo() {
        let output = "test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.12s\n";
        assert_eq!(Tally::read(output), tally(4, 0));
    }

    #[test]
    fn both_reporters_of_node_are_read() {
        let tap =
            "TAP version 13\n# tests 3\n# suites 0\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n# duration_ms 12\n";
        assert_eq!(Tally::read(tap), tally(2, 2));
        let person = "ℹ tests 3\nℹ pass 3\nℹ fail 0\n";
        assert_eq!(Tally::read(person), tally(3, 0));
    }

    #[test]
    fn a_plain_closing_line_is_read() {
        assert_eq!(Tally::read("ok\n12 passed, 3 failed\n"), tally(12, 3));
        assert_eq!(Tally::read("12 passed, 3 failed, 1 skipped"), tally(12, 3));
    }

    #[test]
    fn prose_is_not_counted() {
        assert!(Tally::read("all tests passed, none failed\ntest result: unknown\n# passing 3\n").is_empty());
    }
}
