//! Far ends that count: a mail server and a web server of a few lines, which take everything and note only its key.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What arrived.
#[derive(Debug, Default)]
pub(crate) struct Arrived {
    /// How often each key did.
    pub(crate) copies: BTreeMap<String, u32>,
    /// The first and the last of all.
    pub(crate) span: Option<(Instant, Instant)>,
}

impl Arrived {
    fn take(&mut self, key: String) {
        *self.copies.entry(key).or_default() += 1;
        let now = Instant::now();
        self.span = Some((self.span.map_or(now, |(first, _)| first), now));
    }
}

/// Listens until the process ends.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    arrived: Arc<Mutex<Arrived>>,
}

impl Sink {
    /// A mail server.
    pub(crate) fn mail() -> Self {
        Self::start(mail)
    }

    /// A web server.
    pub(crate) fn web() -> Self {
        Self::start(web)
    }

    fn start(serve: fn(&TcpStream, &Mutex<Arrived>) -> std::io::Result<()>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::default());
        let theirs = Arc::clone(&arrived);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let arrived = Arc::clone(&theirs);
                // Small answers are not to wait for more to say.
                connection.set_nodelay(true).unwrap();
                // A client may go away at any point; what it had not finished does not count.
                std::thread::spawn(move || serve(&connection, &arrived).ok());
            }
        });
        Self { address, arrived }
    }

    pub(crate) fn arrived(&self) -> MutexGuard<'_, Arrived> {
        lock(&self.arrived)
    }
}

fn lock(arrived: &Mutex<Arrived>) -> MutexGuard<'_, Arrived> {
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers together what was said together (PIPELINING, RFC 2920).
fn mail(stream: &TcpStream, arrived: &Mutex<Arrived>) -> std::io::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stream), BufWriter::new(stream));
    let (mut line, mut recipients) = (String::new(), 0);
    out.write_all(b"220 sink.invalid ESMTP\r\n")?;
    loop {
        if lines.buffer().is_empty() {
            out.flush()?;
        }
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.split([' ', ':', '\r', '\n']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "EHLO" => b"250-sink.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" | "RSET" => {
                recipients = 0;
                b"250 2.1.0 ok\r\n"
            }
            "RCPT" => {
                recipients += 1;
                b"250 2.1.5 ok\r\n"
            }
            "DATA" if recipients == 0 => b"554 5.5.1 no recipients\r\n",
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                out.flush()?;
                let key = read_mail(&mut lines)?;
                lock(arrived).take(key);
                b"250 2.0.0 taken\r\n"
            }
            "NOOP" | "HELO" => b"250 2.0.0 ok\r\n",
            "QUIT" => {
                out.write_all(b"221 2.0.0 bye\r\n")?;
                return out.flush();
            }
            _ => b"502 5.5.2 not here\r\n",
        };
        out.write_all(answer)?;
    }
}

/// Reads a mail to its final dot; the key in its Message-ID.
fn read_mail(lines: &mut impl BufRead) -> std::io::Result<String> {
    let (mut key, mut line) = (String::new(), Vec::new());
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(key);
        }
        if key.is_empty()
            && let Some(id) = line.strip_prefix(b"Message-ID: <")
        {
            let id = id.split(|byte| *byte == b'@').next().unwrap_or_default();
            key = String::from_utf8_lossy(id).into_owned();
        }
    }
}

fn web(stream: &TcpStream, arrived: &Mutex<Arrived>) -> std::io::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stream), stream);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        let (mut key, mut length) = (String::new(), 0);
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            let Some((name, value)) = header.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => value.trim().clone_into(&mut key),
                "content-length" => length = value.trim().parse().unwrap_or_default(),
                _ => {}
            }
        }
        body.resize(length, 0);
        lines.read_exact(&mut body)?;
        lock(arrived).take(key);
        out.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
    }
}
