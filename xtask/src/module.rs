//! The WebAssembly modules that the npm package carries, from one crate by feature.
//!
//! `cargo rustc --crate-type cdylib` compiles, `wasm-bindgen` writes the JavaScript side, `wasm-opt` shrinks. Stable Rust, no
//! flags: the crate itself is `no_std`, which is worth more than any of them.

use crate::failure::{At, Failure, Outcome};
use crate::toolchain::{self, Toolchain, WASM};
use crate::{inline, package, place, progress, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One module: its name, and the crate features that make it.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    name: &'static str,
    features: &'static str,
}

/// Every module that the package carries.
pub(crate) const ENTRIES: [Entry; 5] = [
    Entry { name: "core", features: "module,sync" },
    Entry { name: "client", features: "module,sync,grants" },
    Entry { name: "session", features: "module,login,session" },
    Entry { name: "edge", features: "module,login,edge" },
    Entry { name: "resource", features: "module,resource-server" },
];

/// The features of the whole crate for WebAssembly: what is looked at, documented and tested in browsers.
pub(crate) const WHOLE: &str = "doors,serde,web";

/// What the plain build is made of: everything that a page does.
const PLAIN: Entry = Entry { name: "plain", features: "module,sync,grants,session" };

/// What WebAssembly had at first and what can be said in JavaScript: `wasm2js` takes no more.
const PLAIN_SHRINK: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// The sequence that shrank the module most; each feature by name, because `--all-features` makes `wasm-opt` write proposals that
/// browsers refuse. These are what the compiler's default target uses.
const SHRINK: [&str; 18] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "-Oz",
    "--converge",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Os",
    "--dealign",
    "--strip-dwarf",
    "--strip-eh",
    "--strip-producers",
    "--strip-target-features",
];

/// Whether a module has the names of its functions in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Kept,
    Gone,
}

/// The entry of that name.
pub(crate) fn entry(name: &str) -> Outcome<Entry> {
    ENTRIES.into_iter().find(|entry| entry.name == name).ok_or_else(|| {
        let names = ENTRIES.map(|entry| entry.name).join(" or ");
        Failure::new(format!("there is no entry `{name}`: type `cargo xtask build --entry {names}`"))
    })
}

/// Builds the package and prints what it weighs.
pub(crate) fn build(entries: &[Entry]) -> Outcome<()> {
    package::weigh(&make_all(entries)?)
}

/// Builds the modules, then the JavaScript around them once all modules are there; the answer is Node.js.
pub(crate) fn make_all(entries: &[Entry]) -> Outcome<PathBuf> {
    let toolchain = toolchain::wasm()?;
    progress::say("with", &toolchain.version);
    let bindgen = tools::wasm_bindgen()?;
    let node = tools::npm_packages()?;
    for entry in entries {
        make(*entry, &toolchain, &bindgen, &node)?;
    }
    make_unpacker(&toolchain, &node)?;
    if ENTRIES.iter().all(|entry| output(*entry, "wasm").exists()) {
        make_plain(&toolchain, &bindgen, &node)?;
        package::build(&node)?;
    }
    Ok(node)
}

/// What reads the modules' texts: a module as well, in base64.
fn make_unpacker(toolchain: &Toolchain, node: &Path) -> Outcome<()> {
    let mark = place::scratch().join("unpack.stamp");
    let made = package::dist().join("wasm/unpack.js");
    let sources = place::files(&place::root().join("xtask/unpack"), &|_| true)?;
    let stamp = SHRINK.into_iter().fold(place::Stamp::default().word(&toolchain.version), place::Stamp::word).files(&sources);
    if stamp.stands_in(&mark) && made.exists() {
        return Ok(());
    }
    let mut command = toolchain.cargo();
    command
        .args(["rustc", "--package", "unpack", "--lib", "--release", "--crate-type", "cdylib", "--target", WASM, "--target-dir"])
        .arg(target_dir());
    progress::must("compile what unpacks the modules", &mut command)?;
    let folder = place::scratch().join("unpack");
    let compiled = target_dir().join(WASM).join("release/unpack.wasm");
    place::write(&folder.join("unpack_bg.wasm"), fs::read(&compiled).at("read", &compiled)?)?;
    shrink(Entry { name: "unpack", features: "" }, node, &folder, Names::Gone)?;
    let small = fs::read(folder.join("small.wasm")).at("read", &folder)?;
    place::write(&made, format!("export default \"{}\";\n", inline::base64(&small)))?;
    place::write(&made.with_extension("d.ts"), "declare const base64: string;\nexport default base64;\n")?;
    stamp.leave_in(&mark)
}

/// The module as plain JavaScript, for pages that may not have WebAssembly. `wasm2js` wants the first WebAssembly, so `core` and `alloc` are
/// compiled for it too, which takes a flag that stable compilers have locked: nothing else is built this way.
fn make_plain(toolchain: &Toolchain, bindgen: &Path, node: &Path) -> Outcome<()> {
    let mark = place::scratch().join(PLAIN.name).with_extension("stamp");
    let made = ["plain.js", "plain_bg.js"].map(|name| package::dist().join("wasm").join(name));
    let sources = inputs(PLAIN, toolchain, bindgen)?;
    if sources.stands_in(&mark) && made.iter().all(|file| file.exists()) {
        progress::say("same", "plain JavaScript, nothing to do");
        return Ok(());
    }
    toolchain.need_sources()?;
    let target_dir = place::root().join("target/plain");
    let mut command = toolchain.cargo();
    command
        .args(["rustc", "--package", "grantkit", "--lib", "--release", "--crate-type", "cdylib", "--target", WASM])
        .args(["--no-default-features", "--features", PLAIN.features, "-Zbuild-std=core,alloc"])
        .args(["--config", &format!("target.{WASM}.rustflags=[\"-Ctarget-cpu=mvp\"]"), "--target-dir"])
        .arg(&target_dir)
        .env("RUSTC_BOOTSTRAP", "1");
    progress::must("compile for plain JavaScript, with core and alloc", &mut command)?;
    let folder = place::scratch().join(PLAIN.name);
    bind(PLAIN, &target_dir.join(WASM).join("release/grantkit.wasm"), bindgen, &folder, Names::Gone)?;
    let run = |program: &str, words: &[&str], from: &str, to: &Path| {
        let mut command = Command::new(node);
        command.arg(tools::npm_script(program)).arg(folder.join(from)).args(words).arg("-o").arg(to);
        progress::must(&format!("{} {}", Path::new(program).file_name().unwrap_or_default().display(), PLAIN.name), &mut command)
    };
    run("binaryen/bin/wasm-opt", &PLAIN_SHRINK, "plain_bg.wasm", &folder.join("small.wasm"))?;
    run("binaryen/bin/wasm2js", &["-Oz"], "small.wasm", &folder.join("large.js"))?;
    let [module, made_glue] = made;
    let mut minify = Command::new(node);
    minify.arg(tools::npm_script("esbuild/bin/esbuild")).arg(folder.join("large.js")).args(["--minify", "--log-level=warning"]);
    progress::must("minify plain", minify.arg(format!("--outfile={}", module.display())))?;
    let text = fs::read_to_string(folder.join("plain_bg.js")).at("read", &folder)?;
    place::write(&made_glue, plain_glue(&glue(&text)?)?)?;
    place::write(&module.with_extension("d.ts"), "export {};\n")?;
    inputs(PLAIN, toolchain, bindgen)?.leave_in(&mark)
}

/// A memory that is plain JavaScript's grows into another buffer and leaves the old one as it was, so a view is stale where the buffer is
/// another, not where it is detached.
fn plain_glue(glue: &str) -> Outcome<String> {
    let detached = [
        "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedUint8ArrayMemory0.byteLength === 0",
    ];
    if !detached.iter().all(|test| glue.contains(test)) {
        return Err(Failure::new("wasm-bindgen looks at its views of the memory in another way than it did: see `plain_glue`"));
    }
    let another =
        ["cachedDataViewMemory0", "cachedUint8ArrayMemory0"].map(|view| format!("{view}.buffer !== wasm.memory.buffer"));
    Ok(detached.iter().zip(another).fold(glue.to_owned(), |text, (test, better)| text.replace(test, &better)))
}

/// What the compiler made, in the folder of its entry.
const COMPILED: &str = "compiled.wasm";

/// The modules again, once they are made, with the names of their functions: for those who ask what weighs, never shipped.
pub(crate) fn named(entries: &[Entry]) -> Outcome<Vec<PathBuf>> {
    let toolchain = toolchain::wasm()?;
    let bindgen = tools::wasm_bindgen()?;
    let node = tools::npm_packages()?;
    let one = |entry: &Entry| {
        let folder = place::scratch().join("named").join(entry.name);
        let module = folder.join("small.wasm");
        let mark = folder.with_extension("stamp");
        let sources = inputs(*entry, &toolchain, &bindgen)?;
        if !sources.stands_in(&mark) || !module.exists() {
            let compiled = place::scratch().join(entry.name).join(COMPILED);
            bind(*entry, &compiled, &bindgen, &folder, Names::Kept)?;
            shrink(*entry, &node, &folder, Names::Kept)?;
            sources.leave_in(&mark)?;
        }
        Ok(module)
    };
    entries.iter().map(one).collect()
}

/// What another program's module is when it is finished as ours are.
pub(crate) fn small(name: &'static str, compiled: &Path) -> Outcome<PathBuf> {
    let (bindgen, node) = (tools::wasm_bindgen()?, tools::npm_packages()?);
    let entry = Entry { name, features: "" };
    let folder = place::scratch().join(name);
    bind(entry, compiled, &bindgen, &folder, Names::Gone)?;
    shrink(entry, &node, &folder, Names::Gone)?;
    Ok(folder)
}

/// One module, unless nothing that it is made from has changed: cargo alone would compile again, because two sets of features
/// take turns at one file name.
fn make(entry: Entry, toolchain: &Toolchain, bindgen: &Path, node: &Path) -> Outcome<()> {
    let mark = place::scratch().join(entry.name).with_extension("stamp");
    let sources = inputs(entry, toolchain, bindgen)?;
    if sources.stands_in(&mark) && OUTPUTS.iter().all(|ending| output(entry, ending).exists()) {
        progress::say("same", &format!("{}, nothing to do", entry.name));
        return Ok(());
    }
    let compiled = compile(entry, toolchain)?;
    let folder = place::scratch().join(entry.name);
    bind(entry, &compiled, bindgen, &folder, Names::Gone)?;
    shrink(entry, node, &folder, Names::Gone)?;
    fs::copy(&compiled, folder.join(COMPILED)).at("copy", &compiled)?;
    deliver(entry, &folder)?;
    // Read again: cargo may have written the lock file.
    inputs(entry, toolchain, bindgen)?.leave_in(&mark)
}

/// Everything that decides what a module looks like.
fn inputs(entry: Entry, toolchain: &Toolchain, bindgen: &Path) -> Outcome<place::Stamp> {
    let root = place::root();
    let manifests = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "package-lock.json"].map(|name| root.join(name));
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let words = [entry.features, &toolchain.version, &bindgen.to_string_lossy(), &flags, "8"].map(str::to_owned);
    let stamp = words.iter().map(String::as_str).chain(SHRINK).fold(place::Stamp::default(), place::Stamp::word);
    Ok(stamp.files(&manifests).files(&place::files(&root.join("src"), &|_| true)?))
}

/// Compiles the crate as a cdylib alone: beside an rlib, cargo drops link-time optimisation.
fn compile(entry: Entry, toolchain: &Toolchain) -> Outcome<PathBuf> {
    let mut command = toolchain.cargo();
    command
        .args(["rustc", "--package", "grantkit", "--lib", "--release", "--crate-type", "cdylib", "--target", WASM])
        .args(["--no-default-features", "--features", entry.features, "--target-dir"])
        .arg(target_dir());
    progress::must(&format!("compile {} ({})", entry.name, entry.features), &mut command)?;
    Ok(target_dir().join(WASM).join("release/grantkit.wasm"))
}

/// Where everything for WebAssembly is compiled: its compiler may not be the one that fills `target/`.
pub(crate) fn target_dir() -> PathBuf {
    place::root().join("target/wasm")
}

fn bind(entry: Entry, compiled: &Path, bindgen: &Path, folder: &Path, names: Names) -> Outcome<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).at("remove", folder)?;
    }
    let mut command = Command::new(bindgen);
    command
        .args(["--target", "bundler", "--remove-producers-section", "--out-name", entry.name, "--out-dir"])
        .arg(folder)
        .arg(compiled);
    if names == Names::Gone {
        command.arg("--remove-name-section");
    }
    progress::must(&format!("wasm-bindgen {}", entry.name), &mut command)?;
    Ok(())
}

fn shrink(entry: Entry, node: &Path, folder: &Path, names: Names) -> Outcome<()> {
    let mut command = Command::new(node);
    command
        .arg(tools::npm_script("binaryen/bin/wasm-opt"))
        .arg(folder.join(format!("{}_bg.wasm", entry.name)))
        .args(SHRINK)
        .arg(if names == Names::Gone { "--strip-debug" } else { "--debuginfo" })
        .arg("-o")
        .arg(folder.join("small.wasm"));
    progress::must(&format!("wasm-opt {}", entry.name), &mut command)?;
    Ok(())
}

const OUTPUTS: [&str; 6] = ["wasm", "wasm.d.ts", "text.js", "text.d.ts", "bg.js", "bg.d.ts"];

/// `pkg/dist/wasm/client.text.js`, `pkg/dist/wasm/client_bg.js`.
fn output(entry: Entry, ending: &str) -> PathBuf {
    let separator = if ending.starts_with("bg") { '_' } else { '.' };
    package::dist().join("wasm").join(format!("{}{separator}{ending}", entry.name))
}

/// Puts the module, the same as text ([`inline`]), and the JavaScript side into the package, each with its types.
fn deliver(entry: Entry, folder: &Path) -> Outcome<()> {
    let read = |name: String| fs::read(folder.join(&name)).at("read", &folder.join(&name));
    let module = read("small.wasm".into())?;
    let types = types(&String::from_utf8_lossy(&read(format!("{}.d.ts", entry.name))?));
    let glue = glue(&String::from_utf8_lossy(&read(format!("{}_bg.js", entry.name))?))?;
    let contents: [&[u8]; 6] = [
        &module,
        b"declare const module: WebAssembly.Module;\nexport default module;\n",
        &format!("export default \"{}\";\n", inline::text(&module)?).into_bytes(),
        b"declare const text: string;\nexport default text;\n",
        glue.as_bytes(),
        types.as_bytes(),
    ];
    for (ending, content) in OUTPUTS.iter().zip(contents) {
        place::write(&output(entry, ending), content)?;
    }
    let host = place::root().join(HOST);
    place::write(&package::dist().join("wasm/host.js"), fs::read(&host).at("read", &host)?)
}

/// The one file of JavaScript that the crate itself has.
const HOST: &str = "src/web/host.js";

/// What is written otherwise than wasm-bindgen writes it, and how.
const REWRITTEN: [(&str, &str); 3] = [
    // A text goes into the module letter by letter, as long as they are ASCII; a long one at once, which is much quicker.
    // One that is not all ASCII finds no room then, and goes on as before.
    (
        "    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
",
        "    if (len > 64) {
        if (cachedTextEncoder.encodeInto(arg, mem.subarray(ptr, ptr + len)).read === len) offset = len;
    } else for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
",
    ),
    // The module can always make room.
    (
        "    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

",
        "",
    ),
    // Whatever runs the module, or JavaScript of its year, has it.
    (
        "if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

",
        "",
    ),
];

/// The JavaScript side, which finds the host beside it, not in a folder that is named anew with each version.
fn glue(bindgen: &str) -> Outcome<String> {
    if !REWRITTEN.iter().all(|(from, _)| bindgen.contains(from)) {
        return Err(Failure::new("wasm-bindgen hands texts over in another way than it did: see `REWRITTEN`"));
    }
    let line = |line: &str| match line.split_once("'./snippets/") {
        Some((before, path)) if path.ends_with(&format!("{HOST}';")) => format!("{before}'./host.js';\n"),
        _ => format!("{line}\n"),
    };
    let rewritten = REWRITTEN.iter().fold(bindgen.to_owned(), |text, (from, to)| text.replace(from, to));
    Ok(rewritten.lines().map(line).collect())
}

/// The types of the JavaScript side: without `Symbol.dispose`, which the library of most projects does not know yet, and with the
/// function that the bundler's own loader would have called.
fn types(bindgen: &str) -> String {
    let mut types: String =
        bindgen.lines().filter(|line| !line.contains("[Symbol.dispose]")).flat_map(|line| [line, "\n"]).collect();
    types.push_str("\n/** Hands the instance's exports to the functions above, once. */\n");
    types.push_str("export function __wbg_set_wasm(exports: WebAssembly.Exports): void;\n");
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_finds_the_host_beside_it() {
        let [[from, to], ..] = REWRITTEN.map(|(from, to)| [from, to]);
        let others = REWRITTEN.map(|(from, _)| from)[1..].concat();
        let bindgen = format!("import {{ read }} from './snippets/grantkit-d764bd3f/src/web/host.js';\n{from}{others}let wasm;");
        let made = glue(&bindgen).unwrap_or_default();
        assert_eq!(made, format!("import {{ read }} from './host.js';\n{to}let wasm;\n"));
        assert!(glue("let wasm;").is_err(), "another wasm-bindgen");
    }

    #[test]
    fn the_types_know_the_instance_and_no_dispose() {
        let types = types("export class A {\n  free(): void;\n  [Symbol.dispose](): void;\n}");
        assert!(types.starts_with("export class A {\n  free(): void;\n}\n"));
        assert!(types.contains("function __wbg_set_wasm("));
    }
}
