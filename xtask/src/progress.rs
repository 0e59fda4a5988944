//! Running programs so that a person always knows what runs and for how long.
//!
//! A quiet step shows one line when it ends, and what the program said only if it failed; a live step shows every line. Either
//! way a silence is filled with the elapsed time. On Ctrl-C the program that runs is ended with everything it started.

use crate::failure::{Failure, Outcome};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may be silent before the elapsed time is printed, where no line can be drawn over.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a program has to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(8);
/// How often the running line is drawn again, and interrupts are looked for.
const TICK: Duration = Duration::from_millis(150);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the output of a program is shown as it comes, or only when it failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// One line at the end.
    Quiet,
    /// Every line.
    Live,
    /// One line at the end where it went well, else nothing: the caller knows what that means.
    Asked,
}

/// A program that has ended.
pub(crate) struct Ended {
    /// Whether it said that all was well.
    pub(crate) success: bool,
    /// What it printed, both streams as they came.
    pub(crate) output: String,
}

/// Makes Ctrl-C and termination a flag that every wait looks at.
pub(crate) fn watch_for_interrupts() -> Outcome<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))
}

/// Whether someone asked for the end.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Runs quietly; what the program said on success, else its output on the terminal and a failure.
pub(crate) fn must(label: &str, command: &mut Command) -> Outcome<String> {
    let ended = run(label, command, Show::Quiet, None)?;
    if ended.success {
        return Ok(ended.output);
    }
    Err(Failure::new(format!("{label} failed, as printed above: {}", spoken(command))))
}

/// Runs a program to its end, or to `limit`; the end is reported on one line.
pub(crate) fn run(label: &str, command: &mut Command, show: Show, limit: Option<Duration>) -> Outcome<Ended> {
    let start = Instant::now();
    let mut line = Line::new(label, start, show);
    let mut child = spawn(command, Stdio::piped)?;
    let lines = read(&mut child);
    let mut output = String::new();
    let mut over = false;
    loop {
        match lines.recv_timeout(TICK) {
            Ok(text) => {
                line.said(&text);
                output.push_str(&text);
                output.push('\n');
            }
            Err(RecvTimeoutError::Timeout) => line.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if interrupted() {
            end(&mut child);
            return Err(Failure::interrupted());
        }
        if limit.is_some_and(|limit| start.elapsed() > limit) {
            end(&mut child);
            over = true;
            break;
        }
        // A program may leave a child behind that holds its output open; the program's own end is what counts.
        if matches!(child.try_wait(), Ok(Some(_))) {
            while let Ok(text) = lines.recv_timeout(TICK) {
                line.said(&text);
                output.push_str(&text);
                output.push('\n');
            }
            break;
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cannot wait for {label}: {error}")))?;
    let success = status.success() && !over;
    line.ended(success, over, &output);
    Ok(Ended { success, output })
}

/// Runs a program whose output is the terminal's own until it ends or someone asks for the end, which is forwarded.
pub(crate) fn attend(label: &str, command: &mut Command) -> Outcome<()> {
    let mut child = spawn(command, Stdio::inherit)?;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| Failure::new(format!("cannot wait for {label}: {error}")))? {
            let ended = if status.success() {
                Ok(())
            } else {
                Err(Failure::new(format!("{label} ended with {status}, as printed above")))
            };
            return if interrupted() { Ok(()) } else { ended };
        }
        if interrupted() {
            end(&mut child);
            return Ok(());
        }
        thread::sleep(TICK);
    }
}

/// What a short command prints, without showing anything; `None` when it cannot run or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A line about something that needed no program.
pub(crate) fn say(mark: &str, label: &str) {
    println!("{mark:>7}  {label}");
}

/// A duration as people say it.
pub(crate) fn spell(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

/// The command as one would type it.
fn spoken(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    format!("`{}`", words.join(" "))
}

/// Starts a program in a process group of its own, so that all of it can be ended together.
fn spawn(command: &mut Command, output: fn() -> Stdio) -> Outcome<Child> {
    command.stdin(Stdio::null()).stdout(output()).stderr(output());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn().map_err(|error| Failure::new(format!("cannot start {}: {error}", spoken(command))))
}

/// Asks the program's group to end, waits, and insists.
fn end(child: &mut Child) {
    signal(child, "TERM");
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        thread::sleep(TICK);
    }
    signal(child, "KILL");
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").args(["-s", name, "--", &format!("-{}", child.id())]).stderr(Stdio::null()).status();
}

#[cfg(not(unix))]
fn signal(child: &Child, _name: &str) {
    let id = child.id().to_string();
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &id]).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Both streams of a program, line by line.
fn read(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(stream) = child.stdout.take() {
        follow(stream, sender.clone());
    }
    if let Some(stream) = child.stderr.take() {
        follow(stream, sender);
    }
    receiver
}

fn follow(stream: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        while stream.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&bytes);
            if sender.send(text.trim_end_matches(['\n', '\r']).to_owned()).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

/// The line that says what runs.
struct Line<'a> {
    label: &'a str,
    start: Instant,
    show: Show,
    drawn: bool,
    shown: Instant,
    latest: String,
}

impl<'a> Line<'a> {
    fn new(label: &'a str, start: Instant, show: Show) -> Self {
        if show == Show::Live {
            say("run", label);
        }
        Self { label, start, show, drawn: false, shown: start, latest: String::new() }
    }

    fn said(&mut self, text: &str) {
        if self.show == Show::Live {
            self.wipe();
            println!("         {text}");
            self.shown = Instant::now();
        } else if !text.trim().is_empty() {
            self.latest = plain(text).trim().chars().take(70).collect();
        }
    }

    fn tick(&mut self) {
        let elapsed = self.start.elapsed();
        if std::io::stdout().is_terminal() {
            if elapsed.as_millis() > 400 {
                print!("\r\x1b[K    ...  {} ({} s) {}", self.label, elapsed.as_secs(), self.latest);
                let _ = std::io::stdout().flush();
                self.drawn = true;
            }
        } else if self.shown.elapsed() > HEARTBEAT {
            println!("    ...  {} ({} s) {}", self.label, elapsed.as_secs(), self.latest);
            self.shown = Instant::now();
        }
    }

    fn wipe(&mut self) {
        if self.drawn {
            print!("\r\x1b[K");
            self.drawn = false;
        }
    }

    fn ended(&mut self, success: bool, over: bool, output: &str) {
        self.wipe();
        if !success && self.show == Show::Asked {
            return;
        }
        if !success && self.show == Show::Quiet {
            for text in output.lines() {
                println!("         {text}");
            }
        }
        let time = spell(self.start.elapsed());
        let mark = if success { "ok" } else { "FAILED" };
        let why = if over { ", stopped: it took too long" } else { "" };
        say(mark, &format!("{} ({time}{why})", self.label));
    }
}

/// The text without terminal colours.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            plain.push(letter);
        } else if letters.next() == Some('[') {
            letters.by_ref().find(|letter| letter.is_ascii_alphabetic());
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(plain("\u{1b}[1m\u{1b}[32mok\u{1b}[0m."), "ok.");
        assert_eq!(plain("plain [text]"), "plain [text]");
    }

    #[test]
    fn a_minute_is_spelled_as_one() {
        assert_eq!(spell(Duration::from_millis(1_230)), "1.2 s");
        assert_eq!(spell(Duration::from_secs(125)), "2 min 05 s");
    }
}
