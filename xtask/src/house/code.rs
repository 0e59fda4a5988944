//! Rust source as far as the rules need it: its words and paths, without comments, strings and tests.

/// The words of one file, in order.
pub(crate) struct Code {
    tokens: Vec<Token>,
}

struct Token {
    text: String,
    line: usize,
}

/// An identifier, and whether `::` follows it.
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: usize,
    pub(crate) leads_on: bool,
}

/// A path that starts with `crate` or `super`.
pub(crate) struct Path {
    pub(crate) words: Vec<String>,
    pub(crate) line: usize,
}

impl Code {
    /// Reads a source file.
    pub(crate) fn read(source: &str) -> Self {
        Self { tokens: without_tests(tokens(&blank(source))) }
    }

    /// Every identifier.
    pub(crate) fn words(&self) -> impl Iterator<Item = Word<'_>> {
        let next = |at: usize| self.tokens.get(at + 1).is_some_and(|token| token.text == "::");
        let words = self.tokens.iter().enumerate().filter(|(_, token)| is_word(&token.text));
        words.map(move |(at, token)| Word { text: &token.text, line: token.line, leads_on: next(at) })
    }

    /// Every path from `crate` or `super`, with trees of `use` spelled out.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let begins = matches!(self.tokens[at].text.as_str(), "crate" | "super") && self.is("::", at + 1);
            at = if begins { self.tree(at, &[], &mut paths) } else { at + 1 };
        }
        paths
    }

    /// Spells out the tree that starts at `at`; the answer is where it ends.
    fn tree(&self, mut at: usize, above: &[String], paths: &mut Vec<Path>) -> usize {
        let mut words = above.to_vec();
        while let Some(token) = self.tokens.get(at) {
            if token.text == "{" {
                return self.branches(at + 1, &words, paths);
            }
            if !is_word(&token.text) && token.text != "*" {
                break;
            }
            if token.text != "self" && token.text != "*" {
                words.push(token.text.clone());
            }
            at += 1;
            if !self.is("::", at) {
                break;
            }
            at += 1;
        }
        let line = self.tokens.get(at.saturating_sub(1)).map_or(0, |token| token.line);
        paths.push(Path { words, line });
        at
    }

    fn branches(&self, mut at: usize, above: &[String], paths: &mut Vec<Path>) -> usize {
        while at < self.tokens.len() {
            match self.tokens[at].text.as_str() {
                "}" => return at + 1,
                "," => at += 1,
                "as" => at += 2,
                "{" | "*" => at = self.tree(at, above, paths),
                text if is_word(text) => at = self.tree(at, above, paths),
                _ => at += 1,
            }
        }
        at
    }

    fn is(&self, text: &str, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.text == text)
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// The source with everything between `/*` and `*/`, after `//`, and in quotes made blank; lines stay where they are.
fn blank(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    while at < letters.len() {
        let end = skipped(&letters, at);
        if end == at {
            text.push(letters[at]);
            at += 1;
        } else {
            text.extend(letters[at..end].iter().map(|letter| if *letter == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    text
}

/// Where the comment or literal that starts at `at` ends; `at` itself where none starts.
fn skipped(letters: &[char], at: usize) -> usize {
    let rest = &letters[at..];
    let length = match rest {
        ['/', '/', ..] => rest.iter().take_while(|letter| **letter != '\n').count(),
        ['/', '*', ..] => block(rest),
        ['"', ..] => quoted(rest),
        ['r', '"' | '#', ..] if !is_inside_word(letters, at) => raw(rest),
        ['b', 'r', '"' | '#', ..] if !is_inside_word(letters, at) => raw(&rest[1..]) + usize::from(raw(&rest[1..]) > 0),
        ['\'', '\\', ..] => 3 + rest.iter().skip(3).take_while(|letter| **letter != '\'').count() + 1,
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    };
    letters.len().min(at + length)
}

fn is_inside_word(letters: &[char], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| letters[before].is_alphanumeric() || letters[before] == '_')
}

/// The length of a block comment, which may hold others.
fn block(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// The length of a string literal.
fn quoted(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of a raw string literal; 0 for a raw identifier.
fn raw(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut at = 2 + hashes;
    while at < rest.len() {
        if rest[at] == '"' && rest[at + 1..].iter().take_while(|letter| **letter == '#').count() >= hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}

/// Identifiers, `::`, and single signs.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(Token { text: rest[..length].to_owned(), line: number + 1 });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Takes out every item that is compiled for tests only.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    let mut recent: [String; 4] = Default::default();
    while let Some(token) = tokens.next() {
        recent.rotate_left(1);
        recent[3].clone_from(&token.text);
        kept.push(token);
        if recent == ["#", "[", "cfg", "("] && tokens.peek().is_some_and(|token| token.text == "test") {
            let mut depth = 0;
            for token in tokens.by_ref() {
                match token.text.as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                if depth == 0 && matches!(token.text.as_str(), "}" | ";") {
                    break;
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        Code::read(source).paths().into_iter().map(|path| path.words.join("::")).collect()
    }

    #[test]
    fn a_tree_is_spelled_out() {
        assert_eq!(
            paths("use crate::{a, b::{self, c as d, e::*}, f::G};"),
            ["crate::a", "crate::b", "crate::b::c", "crate::b::e", "crate::f::G"]
        );
        assert_eq!(
            paths("let x: crate::a::B<crate::c::D> = super::super::e();"),
            ["crate::a::B", "crate::c::D", "super::super::e"]
        );
        assert!(paths("pub(crate) fn f() {} pub(super) fn g() {}").is_empty());
    }

    #[test]
    fn quotes_of_every_kind_are_blank() {
        let source = "r#\"crate::a\"# b\"crate::b\" br\"crate::c\" '\\'' '\"' \"\\\"crate::d\" 'a crate::e r#type";
        assert_eq!(paths(source), ["crate::e"]);
        assert_eq!(paths("/* /* crate::a */ crate::b */ crate::c // crate::d"), ["crate::c"]);
    }

    #[test]
    fn what_is_for_tests_is_taken_out_and_nothing_else() {
        assert_eq!(paths("#[cfg(test)] mod tests { use crate::a; { crate::b } } use crate::c;"), ["crate::c"]);
        assert_eq!(paths("#[cfg(test)] use crate::a; use crate::c;"), ["crate::c"]);
        assert_eq!(paths("#[cfg(feature = \"x\")] use crate::a;"), ["crate::a"]);
    }
}
