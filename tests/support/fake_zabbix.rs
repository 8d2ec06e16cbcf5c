//! A Zabbix of a few lines: answers JSON-RPC by method from what a test gives it, for what needs no real one.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Listens until the process ends.
pub(crate) struct FakeZabbix {
    port: u16,
    calls: Arc<Mutex<Vec<String>>>,
}

impl FakeZabbix {
    /// Answers each method with its result, any other with an error; `token` is the one it knows.
    pub(crate) fn start(token: &str, results: &[(&'static str, Value)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let results: Arc<BTreeMap<&str, Value>> = Arc::new(results.iter().cloned().collect());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (token, written) = (token.to_owned(), Arc::clone(&calls));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (results, written, token) = (Arc::clone(&results), Arc::clone(&written), token.clone());
                // A client may go away at any point; what it had not finished does not count.
                std::thread::spawn(move || serve(&connection, &token, &results, &written).ok());
            }
        });
        Self { port, calls }
    }

    /// The address of its API.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api_jsonrpc.php", self.port)
    }

    /// The methods that were called so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(
    stream: &TcpStream,
    token: &str,
    results: &BTreeMap<&str, Value>,
    calls: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let call: Value = serde_json::from_slice(&body)?;
        let method = call["method"].as_str().unwrap_or_default().to_owned();
        calls.lock().unwrap_or_else(PoisonError::into_inner).push(method.clone());
        let refused = json!({ "code": -32602, "message": "Invalid params.", "data": "Not authorized." });
        let known = method == "apiinfo.version" || call["auth"] == token;
        let answer = match results.get(method.as_str()).filter(|_| known) {
            Some(result) => json!({ "jsonrpc": "2.0", "result": result, "id": call["id"] }),
            None => json!({ "jsonrpc": "2.0", "error": refused, "id": call["id"] }),
        };
        let text = answer.to_string();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:";
        out.write_all(format!("{head} {}\r\n\r\n{text}", text.len()).as_bytes())?;
    }
}
