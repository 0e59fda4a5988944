//! Three browser engines: where they are, and how each runs the tests of `tests/browser`.

use crate::failure::Outcome;
use crate::host::{self, Advice};
use crate::toolchain::{Toolchain, WASM};
use crate::{module, place, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

const CHROMIUM: Advice = Advice {
    apt: &["chromium", "chromium-driver"],
    brew: "--cask google-chrome chromedriver",
    winget: "Google.Chrome Chromium.ChromeDriver",
};
const FIREFOX: Advice = Advice { apt: &["firefox-esr"], brew: "--cask firefox", winget: "Mozilla.Firefox" };
const WEBKIT: Advice = Advice { apt: &["webkit2gtk-driver", "xvfb", "xauth"], brew: "", winget: "" };

/// What the tests are compiled with, and which tests they are.
const TESTS: [&str; 4] = ["--features", module::WHOLE, "--test", "browser"];

/// The drivers that the test runner looks for in the environment: the first one set wins, so only one may be.
const DRIVERS: [&str; 4] = ["GECKODRIVER", "SAFARIDRIVER", "CHROMEDRIVER", "MSEDGEDRIVER"];

/// Chromium, or Chrome.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let find = || {
        host::find(
            "CHROMIUM",
            &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
            &[
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "C:/Program Files/Google/Chrome/Application/chrome.exe",
            ],
        )
    };
    found("Chromium", &CHROMIUM, &find)
}

/// Firefox.
pub(crate) fn firefox() -> Outcome<PathBuf> {
    let find = || {
        host::find(
            "FIREFOX",
            &["firefox", "firefox-esr"],
            &["/Applications/Firefox.app/Contents/MacOS/firefox", "C:/Program Files/Mozilla Firefox/firefox.exe"],
        )
    };
    found("Firefox", &FIREFOX, &find)
}

/// Firefox and WebKit with their drivers, as the tests of whole pages look for them in the environment. Only Linux has a WebKit for them.
pub(crate) fn drivers() -> Outcome<Vec<(&'static str, PathBuf)>> {
    let mut drivers = vec![("FIREFOX", firefox()?), ("GECKODRIVER", tools::geckodriver()?)];
    if cfg!(target_os = "linux") {
        found("Xvfb", &WEBKIT, &|| host::program("xvfb-run"))?;
        drivers.push(("WEBKITDRIVER", driver("WEBKITDRIVER", "WebKitWebDriver", &WEBKIT)?));
        drivers.push(("MINIBROWSER", found("WebKitGTK's MiniBrowser", &WEBKIT, &mini_browser)?));
    }
    Ok(drivers)
}

/// An engine that runs the browser tests.
#[derive(Clone, Copy)]
pub(crate) enum Engine {
    /// Chromium or Chrome, through wasm-pack.
    Blink,
    /// Firefox, through wasm-pack.
    Gecko,
    /// WebKitGTK through its own driver, or Safari through wasm-pack.
    WebKit,
}

impl Engine {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Blink, Self::Gecko, Self::WebKit];

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blink => "Chromium",
            Self::Gecko => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// Why this system cannot have it, where it cannot.
    pub(crate) fn out_of_reach(self) -> Option<String> {
        (cfg!(windows) && matches!(self, Self::WebKit)).then(|| "WebKit: it does not run on Windows".to_owned())
    }

    /// The command that runs the tests in this engine.
    pub(crate) fn command(self, toolchain: &Toolchain) -> Outcome<Command> {
        match self {
            Self::Blink => {
                let driver = driver("CHROMEDRIVER", "chromedriver", &CHROMIUM)?;
                let settings = settings("chromium", &blink_settings(&chromium()?))?;
                wasm_pack(toolchain, "chrome", &driver, &settings)
            }
            Self::Gecko => {
                let settings = settings("firefox", &gecko_settings(&firefox()?))?;
                wasm_pack(toolchain, "firefox", &tools::geckodriver()?, &settings)
            }
            Self::WebKit if cfg!(target_os = "macos") => {
                let driver = driver("SAFARIDRIVER", "safaridriver", &WEBKIT)?;
                wasm_pack(toolchain, "safari", &driver, &settings("safari", "{}\n")?)
            }
            Self::WebKit => webkit_gtk(toolchain),
        }
    }
}

/// `wasm-pack test`, as the users of wasm-pack would run it, except that it may install nothing.
fn wasm_pack(toolchain: &Toolchain, browser: &str, driver: &Path, settings: &Path) -> Outcome<Command> {
    let bindgen = tools::wasm_bindgen()?;
    let folder = bindgen.parent().map(Path::to_path_buf);
    let mut command = toolchain.run(&tools::wasm_pack()?, folder.as_slice());
    command
        .args(["test", "--headless", "--mode", "no-install", &format!("--{browser}")])
        .arg(format!("--{}", driver_option(browser)))
        .arg(driver)
        .arg("--")
        .args(TESTS);
    prepare(&mut command, settings);
    Ok(command)
}

fn driver_option(browser: &str) -> &'static str {
    match browser {
        "chrome" => "chromedriver",
        "firefox" => "geckodriver",
        _ => "safaridriver",
    }
}

/// WebKitGTK speaks the protocol of Safari's driver, but wasm-pack cannot name its browser: cargo and the runner, then, on a
/// screen that nobody sees.
fn webkit_gtk(toolchain: &Toolchain) -> Outcome<Command> {
    let driver = driver("WEBKITDRIVER", "WebKitWebDriver", &WEBKIT)?;
    let screen = found("Xvfb", &WEBKIT, &|| host::program("xvfb-run"))?;
    let browser = found("WebKitGTK's MiniBrowser", &WEBKIT, &mini_browser)?;
    let settings = settings("webkit", &webkit_settings(&browser))?;
    let mut command = toolchain.run(&screen, &[]);
    command.args(["--auto-servernum", "cargo", "test", "--target", WASM]).args(TESTS);
    prepare(&mut command, &settings);
    command
        .env("SAFARIDRIVER", driver)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools::wasm_bindgen_test_runner()?)
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        // It opens our own pages alone. Neither root nor a user of today's Ubuntu may make the namespaces that its sandbox consists of.
        .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
    Ok(command)
}

fn prepare(command: &mut Command, settings: &Path) {
    for name in DRIVERS {
        command.env_remove(name).env_remove(format!("{name}_REMOTE"));
    }
    command
        .env("CARGO_TARGET_DIR", module::target_dir())
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", settings)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
}

fn found(what: &str, advice: &Advice, find: &dyn Fn() -> Option<PathBuf>) -> Outcome<PathBuf> {
    if let Some(path) = find() {
        return Ok(path);
    }
    advice.follow(what)?;
    find().ok_or_else(|| advice.missing(what))
}

fn driver(variable: &str, program: &str, advice: &Advice) -> Outcome<PathBuf> {
    // Machines of GitHub's name the folder of each driver.
    let given = std::env::var_os("CHROMEWEBDRIVER").filter(|_| program == "chromedriver").map(PathBuf::from);
    let given = given.map(|folder| folder.join(if cfg!(windows) { "chromedriver.exe" } else { "chromedriver" }));
    found(program, advice, &|| {
        host::find(variable, &[program], &["/usr/lib/chromium-browser/chromedriver"][..usize::from(program == "chromedriver")])
            .or_else(|| given.clone().filter(|path| host::is_program(path)))
    })
}

/// MiniBrowser is not meant for PATH; distributions keep it with the library.
fn mini_browser() -> Option<PathBuf> {
    if let Some(path) = host::find("MINIBROWSER", &["MiniBrowser"], &[]) {
        return Some(path);
    }
    let architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = architectures.chain(["/usr/libexec", "/usr/lib64", "/usr/lib"].map(PathBuf::from));
    folders
        .flat_map(|folder| {
            ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"].map(|library| folder.join(library).join("MiniBrowser"))
        })
        .find(|path| host::is_program(path))
}

/// Writes what the driver is told about its browser.
fn settings(name: &str, json: &str) -> Outcome<PathBuf> {
    let path = place::scratch().join(format!("webdriver-{name}.json"));
    place::write(&path, json)?;
    Ok(path)
}

fn blink_settings(browser: &Path) -> String {
    let mut words = vec![
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    if host::is_root() {
        words.push("--no-sandbox");
    }
    format!("{{\"goog:chromeOptions\":{{\"binary\":{},\"args\":[\"{}\"]}}}}\n", quoted(browser), words.join("\",\""))
}

fn gecko_settings(browser: &Path) -> String {
    format!("{{\"moz:firefoxOptions\":{{\"binary\":{},\"args\":[\"-headless\"]}}}}\n", quoted(browser))
}

fn webkit_settings(browser: &Path) -> String {
    format!("{{\"webkitgtk:browserOptions\":{{\"binary\":{},\"args\":[\"--automation\"]}}}}\n", quoted(browser))
}

/// A path as a JSON string.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_for_json() {
        assert_eq!(quoted(Path::new(r#"C:\a "b""#)), r#""C:\\a \"b\"""#);
    }
}
