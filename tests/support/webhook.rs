//! The far end of a webhook: a small HTTP server that writes down every post.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Post {
    /// `POST` if all is well.
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) at: SystemTime,
}

/// Listens until the process ends.
pub(crate) struct WebhookSink {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    status: u16,
    posts: Vec<Post>,
    refused: Vec<Post>,
}

impl WebhookSink {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Mutex::new(Shared { status: 200, posts: Vec::new(), refused: Vec::new() }));
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

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Answers with this status from now on; only posts answered 2xx count as accepted.
    pub(crate) fn answer(&self, status: u16) {
        lock(&self.shared).status = status;
    }

    /// Everything accepted so far.
    pub(crate) fn posts(&self) -> Vec<Post> {
        lock(&self.shared).posts.clone()
    }

    /// Everything answered with another status so far.
    pub(crate) fn refused(&self) -> Vec<Post> {
        lock(&self.shared).refused.clone()
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    loop {
        let mut first = String::new();
        if lines.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut words = first.split_whitespace();
        let (method, path) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            lines.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let status = {
            let mut shared = lock(shared);
            let body = String::from_utf8_lossy(&body).into_owned();
            let post = Post { method, path, headers, body, at: SystemTime::now() };
            if (200..300).contains(&shared.status) {
                shared.posts.push(post)
            } else {
                shared.refused.push(post)
            }
            shared.status
        };
        out.write_all(format!("HTTP/1.1 {status} -\r\nContent-Length: 0\r\n\r\n").as_bytes())?;
    }
}
