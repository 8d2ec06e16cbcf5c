//! Far ends that refuse, and say back all they were given: passwords, tokens, addresses. For what must not be repeated.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Both listen until the process ends.
pub(crate) struct Echo {
    pub(crate) http: u16,
    pub(crate) smtp: u16,
    heard: Arc<Mutex<String>>,
}

impl Echo {
    pub(crate) fn start() -> Self {
        let heard = Arc::new(Mutex::new(String::new()));
        let turn = Arc::new(AtomicUsize::new(0));
        let http = serve(&heard, move |stream, heard| http(stream, heard, &turn));
        let smtp = serve(&heard, smtp);
        Self { http, smtp, heard }
    }

    /// Everything it was told, as it was meant: passwords of logins in the clear.
    pub(crate) fn heard(&self) -> String {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(
    heard: &Arc<Mutex<String>>,
    speak: impl Fn(&TcpStream, &Mutex<String>) -> std::io::Result<()> + Send + Sync + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let (heard, speak) = (Arc::clone(heard), Arc::new(speak));
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (heard, speak) = (Arc::clone(&heard), Arc::clone(&speak));
            // A client may go away at any point.
            std::thread::spawn(move || speak(&connection, &heard).ok());
        }
    });
    port
}

fn note(heard: &Mutex<String>, what: &str) {
    heard.lock().unwrap_or_else(PoisonError::into_inner).push_str(&format!("{what}\n"));
}

/// The ways in which a request is refused, one after the other; each holds all of the request, somewhere.
fn http(stream: &TcpStream, heard: &Mutex<String>, turn: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim_end().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let said = format!("{head}{body}");
        note(heard, &said);
        let call: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let (status, kind, more, answer) = if call["method"] == "apiinfo.version" {
            let version = serde_json::json!({ "jsonrpc": "2.0", "result": "6.0.14", "id": call["id"] });
            (200, "application/json", String::new(), version.to_string())
        } else {
            let error = serde_json::json!({ "code": -32602, "message": said, "data": said });
            let refused = serde_json::json!({ "jsonrpc": "2.0", "error": error, "id": call["id"] }).to_string();
            let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
            match turn.fetch_add(1, Ordering::Relaxed) % 7 {
                0 => (200, "application/json", String::new(), refused),
                1 => (401, "text/plain", format!("WWW-Authenticate: Basic realm=\"{path}\"\r\n"), said),
                2 => (500, "text/html", String::new(), format!("<html><pre>{said}</pre></html>")),
                3 => (302, "text/plain", format!("Location: http://127.0.0.1:9{path}\r\n"), said),
                4 => (200, "text/plain", String::new(), format!("Webhook message delivery failed with error: {said}")),
                5 => (429, "text/plain", format!("Retry-After: {path}\r\n"), said),
                _ => (404, "application/json", String::new(), serde_json::json!({ "error": said }).to_string()),
            }
        };
        let length = answer.len();
        let head = format!("HTTP/1.1 {status} no\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n");
        out.write_all(head.as_bytes())?;
        out.write_all(answer.as_bytes())?;
    }
}

/// Refuses every login, and says what it was.
fn smtp(stream: &TcpStream, heard: &Mutex<String>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    out.write_all(b"220 echo.invalid ESMTP\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" | "HELO" => "250-echo.invalid\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => {
                let given = line.split_whitespace().nth(2).unwrap_or_default();
                let clear = STANDARD.decode(given).unwrap_or_default();
                let clear = String::from_utf8_lossy(&clear).replace('\0', " ");
                note(heard, &clear);
                format!("535-5.7.8 you said {given}\r\n535 5.7.8 which is wrong: {clear}")
            }
            "QUIT" => "221 2.0.0 bye".to_owned(),
            _ => format!("530 5.7.0 log in first, not {}", line.trim_end()),
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
}
