//! A mail server of a few lines that takes everything: for tests that need no Postfix, or a server that misbehaves.

use super::mail::Mail;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// What it does with the next messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes them.
    Accept,
    /// Takes them and hangs up before saying so: whoever sent one cannot know.
    HangUpAfterTheDot,
    /// Answers 451 to every recipient.
    TryLater,
    /// Answers 550 to every recipient: nobody of that name.
    NobodyThere,
}

/// Listens until the process ends.
pub(crate) struct SmtpSink {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    manner: Manner,
    mails: Vec<Mail>,
}

impl SmtpSink {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Mutex::new(Shared { manner: Manner::Accept, mails: Vec::new() }));
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&theirs);
                // A client may go away at any point; what it had not finished does not count.
                std::thread::spawn(move || serve(&connection, &shared).ok());
            }
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn behave(&self, manner: Manner) {
        lock(&self.shared).manner = manner;
    }

    /// Everything taken so far, one entry per recipient.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        lock(&self.shared).mails.clone()
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    let mut recipients: Vec<String> = Vec::new();
    out.write_all(b"220 sink.invalid ESMTP\r\n")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let upper = line.to_ascii_uppercase();
        let answer = match upper.split([' ', ':', '\r', '\n']).next().unwrap_or("") {
            "EHLO" => "250-sink.invalid\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "RCPT" if lock(shared).manner == Manner::TryLater => "451 4.7.1 come again".to_owned(),
            "RCPT" if lock(shared).manner == Manner::NobodyThere => "550 5.1.1 no such user".to_owned(),
            "RCPT" => {
                recipients.push(between(&line, '<', '>').to_owned());
                "250 2.1.5 ok".to_owned()
            }
            "MAIL" | "RSET" => {
                recipients.clear();
                "250 2.1.0 ok".to_owned()
            }
            "DATA" if recipients.is_empty() => "554 5.5.1 no recipients".to_owned(),
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let raw = read_message(&mut lines)?;
                let mut shared = lock(shared);
                let at = SystemTime::now();
                for recipient in recipients.drain(..) {
                    shared.mails.push(Mail::parse(&recipient, &raw, at));
                }
                if shared.manner == Manner::HangUpAfterTheDot {
                    return Ok(());
                }
                "250 2.0.0 taken".to_owned()
            }
            "QUIT" => {
                out.write_all(b"221 2.0.0 bye\r\n")?;
                return Ok(());
            }
            "NOOP" | "HELO" => "250 2.0.0 ok".to_owned(),
            _ => "502 5.5.2 not here".to_owned(),
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
}

fn between(line: &str, open: char, close: char) -> &str {
    line.split(open).nth(1).and_then(|rest| rest.split(close).next()).unwrap_or("")
}

fn read_message(lines: &mut impl std::io::BufRead) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" || line == b".\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").filter(|_| line.starts_with(b"..")).unwrap_or(&line));
    }
}
