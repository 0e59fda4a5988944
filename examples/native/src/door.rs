//! The redirect URI of a native program: a port of this machine, open for one callback, [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3).

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};

/// Bytes of a request line that are read at the most: a code and a state are a few hundred.
const LINE_BYTES: u64 = 8192;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\nYou may close this page.\n";
const ELSEWHERE: &str = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";

pub struct Door {
    listener: TcpListener,
    port: u16,
}

/// Listens on a free port.
pub fn open() -> Result<Door> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    Ok(Door { listener, port })
}

impl Door {
    /// Servers take any port with a redirect URI on a loopback address.
    pub fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    /// The callback, as a URL.
    pub fn wait(&self) -> Result<String> {
        for stream in self.listener.incoming() {
            if let Some(target) = answer(stream?)? {
                return Ok(format!("http://127.0.0.1:{}{target}", self.port));
            }
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

/// Answers one request: its target, where it is the callback.
fn answer(mut stream: TcpStream) -> Result<Option<String>> {
    let mut line = String::new();
    BufReader::new(std::io::Read::take(&stream, LINE_BYTES)).read_line(&mut line)?;
    let target =
        line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).filter(|target| target.starts_with("/callback?"));
    stream.write_all(if target.is_some() { ANSWER } else { ELSEWHERE }.as_bytes())?;
    Ok(target.map(str::to_owned))
}
