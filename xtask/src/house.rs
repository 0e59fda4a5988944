//! The rules of the house, read from the sources themselves.

mod code;

use crate::failure::{At, Outcome};
use crate::{place, progress};
use code::Code;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms from the top of the house to the bottom: a file may use what stands above it, never what stands below.
const ORDER: [&str; 18] = [
    "words",
    "limits",
    "secret",
    "quirk::deviation",
    "text",
    "time",
    "error",
    "http",
    "quirk",
    "jose",
    "oauth",
    "oidc",
    "flow",
    "session",
    "serde",
    "web",
    "js",
    "module",
];

/// The rooms that may know where they run.
const HOSTS: [&str; 2] = ["web", "js"];

/// What the core never names: it is values in, values out.
const FOREIGN: [&str; 5] = ["js_sys", "web_sys", "wasm_bindgen", "wasm_bindgen_futures", "getrandom"];

/// A rule, and each line that breaks it.
pub(crate) type Finding = (&'static str, Vec<String>);

/// Holds the repository to every rule.
pub(crate) fn inspect(root: &Path) -> Outcome<Vec<Finding>> {
    let mut upward = Vec::new();
    let mut pure = Vec::new();
    let mut shown = Vec::new();
    let looked_at = root.join("tests/spec/secrets.rs");
    let looked_at = std::fs::read_to_string(&looked_at).at("read", &looked_at)?;
    let mut unfuzzed = Vec::new();
    let mut fuzzed = String::new();
    for path in place::files(&root.join("fuzz/src"), &|name| name.ends_with(".rs"))? {
        fuzzed.push_str(&std::fs::read_to_string(&path).at("read", &path)?);
    }
    for path in place::files(&root.join("src"), &|name| name.ends_with(".rs") && name != "tests.rs")? {
        let source = std::fs::read_to_string(&path).at("read", &path)?;
        let name = name_of(&path, root);
        let code = Code::read(&source);
        upward.extend(wrong_ways(&name, &code));
        pure.extend(foreign_words(&name, &code));
        unfuzzed.extend(unfuzzed_readers(&name, &source, &fuzzed));
        let unseen = shown_types(&source).into_iter().filter(|(_, kind)| !names(&looked_at, kind));
        shown.extend(unseen.map(|(line, kind)| format!("{name}:{line}: derives Debug for `{kind}`, which holds text")));
    }
    let mut private = Vec::new();
    let mut locked = Vec::new();
    for path in tracked(root)? {
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else {
            continue;
        };
        let name = name_of(&path, root);
        private.extend(private_places(&name, &text, root));
        if name.ends_with("package-lock.json") {
            locked.extend(resolved_places(&name, &text));
        }
    }
    Ok(vec![
        ("a file uses only what stands above it", upward),
        ("the core knows nothing of where it runs", pure),
        ("what holds text and shows itself is looked at by tests/spec/secrets.rs", shown),
        ("what reads what strangers write has a fuzz target", unfuzzed),
        ("no file names a registry's host or a place on one machine", private),
        ("package-lock.json says nothing of where packages came from", locked),
        ("each test that a document names is there", missing_tests(root)?),
    ])
}

/// The documents whose tables name, in their last column, the tests that show what stands before it.
const CITING: [&str; 2] = [".github/SECURITY.md", "docs/what-users-suffer.md"];

/// The tests that a document names, and nobody wrote.
fn missing_tests(root: &Path) -> Outcome<Vec<String>> {
    let mut written = String::new();
    for folder in ["tests", "www/src", "fuzz/src/bin"] {
        for path in place::files(&root.join(folder), &|name| [".rs", ".mjs", ".ts"].iter().any(|end| name.ends_with(end)))? {
            // A fuzz target is named by its file.
            written.push_str(&format!("`{}`\n", path.file_stem().unwrap_or_default().to_string_lossy()));
            written.push_str(&std::fs::read_to_string(&path).at("read", &path)?);
        }
    }
    let mut missing = Vec::new();
    for document in CITING {
        let path = root.join(document);
        let text = std::fs::read_to_string(&path).at("read", &path)?;
        let named = named_tests(&text);
        if named.is_empty() {
            missing.push(format!("{document}: names no test in any table"));
        }
        let absent = named.into_iter().filter(|(_, name)| !is_written(name, &written));
        missing.extend(absent.map(|(line, name)| format!("{document}:{line}: names the test `{name}`, which is not there")));
    }
    Ok(missing)
}

/// Each name between backticks in the last cell of a row, and its line, in the tables whose last column is headed so.
fn named_tests(model: &str) -> Vec<(usize, &str)> {
    let mut named = Vec::new();
    let mut of_tests = false;
    for (number, row) in model.lines().enumerate() {
        let cell = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap_or("");
        of_tests = row.starts_with('|') && (of_tests || matches!(cell, "test" | "tests"));
        if of_tests {
            named.extend(cell.split('`').skip(1).step_by(2).map(|name| (number + 1, name)));
        }
    }
    named
}

/// A function in Rust is defined, a sentence or a word stands in quotes, whole, a fault is a row, a fuzz target has a file.
fn is_written(name: &str, written: &str) -> bool {
    let word = !name.contains(' ');
    [format!("fn {name}("), format!("\"{name}\""), format!("`{name}`")].iter().any(|form| written.contains(form))
        || (word && written.contains(&format!("{name}:")))
}

/// Public types that derive `Debug` and hold text or bytes, by name and line: what they show must be known to be no secret.
fn shown_types(source: &str) -> Vec<(usize, &str)> {
    const TEXTS: [&str; 4] = ["String", "str", "Cow", "u8"];
    let mut shown = Vec::new();
    let lines: Vec<&str> = source.lines().collect();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("#[derive(") && names(line, "Debug")) {
        let rest = &lines[at + 1..];
        let Some(start) = rest.iter().position(|line| !line.starts_with("#[") && !line.starts_with("//")) else { continue };
        let Some(item) = rest[start].strip_prefix("pub struct ").or_else(|| rest[start].strip_prefix("pub enum ")) else {
            continue;
        };
        let kind = item.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or("");
        let length = if item.ends_with(';') { 1 } else { rest[start..].iter().take_while(|line| **line != "}").count() };
        let fields = rest[start..start + length]
            .iter()
            .filter(|line| !line.trim_start().starts_with("//") && !line.contains("&'static str"));
        if fields.into_iter().any(|line| TEXTS.iter().any(|text| names(line, text))) {
            shown.push((at + 1, kind));
        }
    }
    shown
}

/// Whether the text has this word, not as a part of another.
fn names(text: &str, word: &str) -> bool {
    let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(word)
        .any(|(at, _)| !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next()))
}

/// Every path of `code` that leads to a room below its own, or to no room at all.
fn wrong_ways(name: &str, code: &Code) -> Vec<String> {
    let here = module_of(name);
    if here.is_empty() {
        return Vec::new();
    }
    let Some(own) = rank(&here) else {
        return vec![format!("{name}: stands in no room that is known: give it a place in xtask/src/house.rs")];
    };
    let mut wrong = Vec::new();
    for path in code.paths() {
        let relative = path.words.first().is_some_and(|word| word == "super");
        let words = resolve(&here, &path.words);
        let Some(first) = words.first() else { continue };
        match rank(&words) {
            Some(other) if other > own => {
                wrong.push(format!("{name}:{}: uses {}, which stands below {}", path.line, ORDER[other], ORDER[own]));
            }
            Some(_) => {}
            // An inline module's `super` is one step shorter than it looks here.
            None if relative => {}
            None => wrong.push(format!("{name}:{}: crate::{first} is no room: name the room that it lives in", path.line)),
        }
    }
    wrong
}

/// Every word of `code` that ties the core to a host.
fn foreign_words(name: &str, code: &Code) -> Vec<String> {
    if module_of(name).first().is_some_and(|room| HOSTS.contains(&room.as_str())) {
        return Vec::new();
    }
    let said = code.words().filter(|word| FOREIGN.contains(&word.text) || (word.text == "std" && word.leads_on));
    said.map(|word| format!("{name}:{}: names {} outside {}", word.line, word.text, HOSTS.join(" and "))).collect()
}

/// Public functions that read a response or a text, in a module that no fuzz target names.
fn unfuzzed_readers(name: &str, source: &str, fuzzed: &str) -> Vec<String> {
    let module = module_of(name);
    let Some(last) = module.last().filter(|_| !HOSTS.contains(&module[0].as_str()) && !names(fuzzed, &module[module.len() - 1]))
    else {
        return Vec::new();
    };
    let reads = |line: &str| {
        line.trim_start().strip_prefix("pub fn ").is_some_and(|rest| {
            ["receive", "parse"].iter().any(|verb| rest.strip_prefix(verb).is_some_and(|more| more.starts_with(['(', '_'])))
        })
    };
    let readers = source.lines().enumerate().filter(|(_, line)| reads(line));
    readers.map(|(number, _)| format!("{name}:{}: no target in fuzz/src/bin names {last}", number + 1)).collect()
}

/// `src/jose/jwk.rs` is `jose::jwk`; `src/lib.rs` is the front door, and so nothing.
fn module_of(name: &str) -> Vec<String> {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').filter(|word| !matches!(*word, "lib" | "mod")).map(str::to_owned).collect()
}

/// The path from the crate's root that `crate::…` or `super::…` in the module `here` means.
fn resolve(here: &[String], words: &[String]) -> Vec<String> {
    let ups = words.iter().take_while(|word| *word == "super").count();
    let rest = words[ups..].iter().filter(|word| *word != "crate").cloned();
    let kept = if ups == 0 { 0 } else { here.len().saturating_sub(ups) };
    here[..kept].iter().cloned().chain(rest).collect()
}

/// Where in the order a module stands: by its own name where it has a place of its own, else by its room's.
fn rank(module: &[String]) -> Option<usize> {
    let place = |name: &str| ORDER.iter().position(|room| *room == name);
    let first = module.first()?;
    module.get(1).and_then(|second| place(&format!("{first}::{second}"))).or_else(|| place(first))
}

/// Lines that name a package registry's host, or a folder of the machine that they were written on.
fn private_places(name: &str, text: &str, root: &Path) -> Vec<String> {
    let hosts = [
        ["registry.", "npmjs.org"],
        ["registry.", "yarnpkg.com"],
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["deb.", "debian.org"],
        ["pypi", ".org"],
        ["files.", "pythonhosted.org"],
        ["repo.", "maven.apache.org"],
        ["repo1.", "maven.org"],
        ["proxy.", "golang.org"],
    ]
    .map(|parts| parts.concat());
    let folders = [["/wo", "rk"], ["/ro", "ot"], ["/ho", "me"], ["/Use", "rs"]].map(|parts| parts.concat());
    let root = root.to_string_lossy();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let host = hosts.iter().find(|host| line.contains(host.as_str()));
        let folder = folders.iter().find(|folder| names_folder(line, folder));
        if let Some(what) = host.or(folder) {
            found.push(format!("{name}:{}: names {what}", number + 1));
        } else if root.len() > 1 && line.contains(&*root) {
            found.push(format!("{name}:{}: names {root}", number + 1));
        }
    }
    found
}

/// Whether the line has an absolute path into `folder`, and not a longer word or path that only contains the same letters.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].strip_prefix('/').and_then(|rest| rest.chars().next());
        let starts = before.is_none_or(|letter| !letter.is_alphanumeric() && !"._-/}$~*>".contains(letter));
        starts && after.is_some_and(|letter| letter.is_alphanumeric() || letter == '.')
    })
}

/// Lines of a lock file that say where a package was fetched.
fn resolved_places(name: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains("\"resolved\":") && line.contains("://"));
    lines.map(|(number, _)| format!("{name}:{}: says where a package was fetched", number + 1)).collect()
}

/// Every file that git has or would take.
pub(crate) fn tracked(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    if let Some(names) = progress::ask(&mut git) {
        return Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect());
    }
    let built = ["target", "node_modules", "dist", ".git"];
    let all = place::files(root, &|_| true)?;
    Ok(all.into_iter().filter(|path| !path.components().any(|part| built.iter().any(|name| part.as_os_str() == *name))).collect())
}

fn name_of(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(name: &str, source: &str) -> Vec<String> {
        wrong_ways(name, &Code::read(source))
    }

    fn foreign(name: &str, source: &str) -> Vec<String> {
        foreign_words(name, &Code::read(source))
    }

    #[test]
    fn a_file_may_use_what_stands_above_it() {
        let source =
            "use crate::{error::Error, text::{base64url, json}};\nuse crate::quirk::deviation::Deviation;\nuse super::jws;";
        assert!(ways("src/jose/jwk.rs", source).is_empty());
        assert!(ways("src/lib.rs", "pub use crate::js::Client;").is_empty());
        assert!(ways("src/js/mod.rs", "use crate::web::client;").is_empty());
    }

    #[test]
    fn a_file_may_not_use_what_stands_below_it() {
        assert_eq!(
            ways("src/jose/jwk.rs", "\nuse crate::oauth::token;"),
            ["src/jose/jwk.rs:2: uses oauth, which stands below jose"]
        );
        assert_eq!(ways("src/error.rs", "fn f() -> crate::http::Response { todo() }").len(), 1);
        assert_eq!(ways("src/jose/jwk.rs", "use crate::{limits, error::{Code, Error}, oidc::{self, id_token}};").len(), 2);
        assert_eq!(ways("src/text/json.rs", "use super::super::web::fetch;").len(), 1);
        assert_eq!(ways("src/http.rs", "use super::jose;").len(), 1);
    }

    #[test]
    fn the_deviations_stand_above_the_errors_and_their_reading_below() {
        assert!(ways("src/error.rs", "use crate::quirk::deviation::Deviation;").is_empty());
        assert_eq!(ways("src/error.rs", "use crate::quirk::interop;").len(), 1);
        assert_eq!(ways("src/error.rs", "use crate::quirk::{deviation::Deviation, interop};").len(), 1);
        assert_eq!(ways("src/quirk/deviation.rs", "use crate::error::Error;").len(), 1);
    }

    #[test]
    fn a_name_from_the_front_door_or_a_room_without_a_place_is_refused() {
        assert_eq!(ways("src/oauth/pkce.rs", "use crate::Error;").len(), 1);
        assert_eq!(ways("src/helpers.rs", "").len(), 1);
    }

    #[test]
    fn what_reads_is_fuzzed() {
        let source = "/// Reads.\npub fn receive(response: &Response) {}\nimpl A {\n    pub fn parse(text: &str) -> Self {}\n    fn parse_more() {}\n}";
        assert!(unfuzzed_readers("src/oauth/par.rs", source, "use grantkit::oauth::par;").is_empty());
        assert_eq!(
            unfuzzed_readers("src/oauth/par.rs", source, "use grantkit::oauth::{jar, part};"),
            [
                "src/oauth/par.rs:2: no target in fuzz/src/bin names par",
                "src/oauth/par.rs:4: no target in fuzz/src/bin names par"
            ]
        );
        assert!(unfuzzed_readers("src/oauth/pkce.rs", "pub fn verify() {}\npub fn parser() {}", "").is_empty());
        assert!(unfuzzed_readers("src/js/convert.rs", source, "").is_empty());
    }

    #[test]
    fn tests_comments_and_strings_may_say_what_they_like() {
        let source = "//! See [`crate::js`].\n/* crate::js */ const A: &str = \"crate::js\";\n\
            #[cfg(test)]\nmod tests { use crate::js::Client; use std::fs; }\nconst C: char = '\"';";
        assert!(ways("src/text/json.rs", source).is_empty());
        assert!(foreign("src/text/json.rs", source).is_empty());
        assert_eq!(ways("src/text/json.rs", &format!("{source}\nuse crate::js;")).len(), 1);
    }

    #[test]
    fn the_core_may_not_name_its_host() {
        assert_eq!(foreign("src/oauth/pkce.rs", "use std::fmt;"), ["src/oauth/pkce.rs:1: names std outside web and js"]);
        for word in FOREIGN {
            assert_eq!(foreign("src/lib.rs", &format!("use {word}::x;")).len(), 1, "{word}");
            assert!(foreign("src/web/fetch.rs", &format!("use {word}::x;")).is_empty());
        }
        assert!(foreign("src/lib.rs", "#[cfg(feature = \"std\")]\nextern crate std;").is_empty());
    }

    #[test]
    fn a_host_of_a_registry_and_a_private_folder_are_found() {
        let root = Path::new("/srv/somewhere");
        let broken = |line: &str| !private_places("a", line, root).is_empty();
        assert!(broken(&["see https://registry.", "npmjs.org/x"].concat()));
        assert!(broken(&["cd /wo", "rk/main"].concat()));
        assert!(broken(&["\"/ro", "ot/.cargo\""].concat()));
        assert!(broken("/srv/somewhere/src"));
        assert!(!broken("https://example.org/root/x"));
        assert!(!broken("a /root is a path of a server"));
        assert!(!broken("../work/x and /workshop/x"));
        assert!(!broken("https://github.com/rust-lang/crates.io-index"));
    }

    #[test]
    fn a_test_that_the_threat_model_names_must_be_there() {
        let model = "| what | `guard` |\n\n| attack | guard | tests |\n| an attack | `guard` in [a](b) | `a_test_that_is`, `a_test_that_is_not` and `a sentence` in [e2e](c) |\n`not a row`";
        let names = named_tests(model);
        assert_eq!(names, [(4, "a_test_that_is"), (4, "a_test_that_is_not"), (4, "a sentence")]);
        let written = "fn a_test_that_is() {}\ntest(\"a sentence\", () => {})";
        let missing: Vec<_> = names.iter().filter(|(_, name)| !is_written(name, written)).collect();
        assert_eq!(missing, [&(4, "a_test_that_is_not")]);
        assert!(!is_written("a sentence", "test(\"says a sentence here\", () => {})"), "a part of a name is none");
    }

    #[test]
    fn a_type_that_shows_its_text_is_found() {
        let source = "#[derive(Clone, Debug)]\npub struct Open<'a> {\n    /// A String.\n    pub text: &'a str,\n}\n\n#[derive(Debug)]\n#[must_use]\npub struct Bytes(Vec<u8>);\n\n\
            #[derive(Debug)]\npub struct Closed(Secret);\n\n#[derive(Clone)]\npub struct Mute(String);\n\n#[derive(Debug)]\nenum Inner {\n    A(String),\n}\n\n#[derive(Debug)]\n\
            pub enum Word {\n    A(&'static str),\n}\n\nfn f() -> String {}\n";
        assert_eq!(shown_types(source), [(1, "Open"), (7, "Bytes")]);
        assert!(names("see(&Jar::parse(x))", "Jar") && !names("Jars", "Jar"));
    }

    #[test]
    fn a_lock_file_that_says_where_packages_were_fetched_is_found() {
        assert_eq!(resolved_places("l", "{\n\"resolved\": \"https://x/y.tgz\"\n}").len(), 1);
        assert!(resolved_places("l", "{\n\"version\": \"1.0.0\",\n\"integrity\": \"sha512-x\"\n}").is_empty());
    }
}
