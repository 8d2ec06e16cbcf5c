//! A mail server that does what a script says, and remembers what it was told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server does when it comes to a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Say {
    /// Answers this, once.
    Line(&'static str),
    /// Answers this, every time.
    Always(&'static str),
    /// Answers this and starts TLS.
    ThenTls(&'static str),
    /// Sends one line without end.
    Endless,
    /// Says nothing more.
    Hang,
    /// Closes the connection.
    Close,
}

/// Steps (`connect`, `body`, `.` or the beginning of a command) and what happens at each, in order; when a list is used
/// up, the server is well-behaved.
type Script = BTreeMap<String, Vec<Say>>;

pub(super) struct Server {
    pub(super) port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(script: &[(&str, &[Say])]) -> Self {
        Self::start_with("good", false, script).await
    }

    /// A server with the certificate of that name, which speaks TLS from the beginning if `implicit`.
    pub(super) async fn start_with(certificate: &str, implicit: bool, script: &[(&str, &[Say])]) -> Self {
        crate::channel::tls::install();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Arc::<Mutex<Vec<String>>>::default();
        let script: Script = script.iter().map(|(step, says)| ((*step).to_owned(), says.to_vec())).collect();
        let (script, told, acceptor) = (Arc::new(Mutex::new(script)), Arc::clone(&said), acceptor(certificate));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let talk = Talk { script: Arc::clone(&script), said: Arc::clone(&told), acceptor: acceptor.clone() };
                tokio::spawn(async move {
                    if implicit {
                        if let Ok(stream) = talk.acceptor.accept(stream).await {
                            talk.run(Box::new(stream), true).await;
                        }
                    } else {
                        talk.run(Box::new(stream), false).await;
                    }
                });
            }
        });
        Self { port, said }
    }

    /// Every line so far; a mail is one entry, and what came through TLS has `tls ` in front.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    pub(super) fn mails(&self) -> Vec<String> {
        self.said().into_iter().filter(|line| line.contains("Message-ID:")).collect()
    }
}

pub(super) fn unused_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn acceptor(certificate: &str) -> TlsAcceptor {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let file = |end: &str| format!("{}/src/channel/testdata/{certificate}.{end}", env!("CARGO_MANIFEST_DIR"));
    let chain = CertificateDer::pem_file_iter(file("pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(file("key")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

#[derive(Clone)]
struct Talk {
    script: Arc<Mutex<Script>>,
    said: Arc<Mutex<Vec<String>>>,
    acceptor: TlsAcceptor,
}

impl Talk {
    fn next(&self, step: &str, otherwise: &'static str) -> Say {
        let mut script = self.script.lock().unwrap();
        for (key, says) in script.iter_mut() {
            match says.first() {
                Some(Say::Always(line)) if step.starts_with(key) => return Say::Always(line),
                Some(_) if step.starts_with(key) => return says.remove(0),
                _ => {}
            }
        }
        if step == "STARTTLS" { Say::ThenTls(otherwise) } else { Say::Line(otherwise) }
    }

    /// Answers; `false` when the connection is over.
    async fn answer(&self, stream: &mut BufReader<Box<dyn Stream>>, say: Say) -> bool {
        match say {
            Say::Line(line) | Say::Always(line) | Say::ThenTls(line) => {
                stream.write_all(format!("{}\r\n", line.trim_end()).as_bytes()).await.is_ok()
                    && stream.flush().await.is_ok()
            }
            Say::Endless => {
                while stream.write_all(&[b'2'; 8192]).await.is_ok() {}
                false
            }
            Say::Hang => std::future::pending().await,
            Say::Close => false,
        }
    }

    fn run(self, stream: Box<dyn Stream>, encrypted: bool) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let mut stream = BufReader::new(stream);
            let greets = encrypted && self.said.lock().unwrap().iter().any(|line| line == "STARTTLS");
            if !greets && !self.answer(&mut stream, self.next("connect", "220 mail.test ESMTP")).await {
                return;
            }
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return;
                }
                let line = line.trim_end().to_owned();
                let mark = if encrypted { "tls " } else { "" };
                self.said.lock().unwrap().push(format!("{mark}{line}"));
                let say = self.next(
                    &line,
                    match &line[..4.min(line.len())] {
                        "EHLO" if encrypted => "250-mail.test\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN",
                        "EHLO" => "250-mail.test\r\n250-PIPELINING\r\n250 STARTTLS",
                        "STAR" => "220 2.0.0 Ready to start TLS",
                        "AUTH" => "235 2.7.0 ok",
                        "DATA" => "354 End data with <CR><LF>.<CR><LF>",
                        "QUIT" => "221 2.0.0 Bye",
                        _ => "250 2.1.0 Ok",
                    },
                );
                if !self.answer(&mut stream, say).await {
                    return;
                }
                if let Say::ThenTls(_) = say {
                    if let Ok(stream) = self.acceptor.clone().accept(stream.into_inner()).await {
                        self.run(Box::new(stream), true).await;
                    }
                    return;
                }
                let goes_on = matches!(say, Say::Line(line) | Say::Always(line) if line.starts_with("354"));
                if goes_on && !self.text(&mut stream, mark).await {
                    return;
                }
            }
        })
    }

    async fn text(&self, stream: &mut BufReader<Box<dyn Stream>>, mark: &str) -> bool {
        if let Say::Hang = self.next("body", "") {
            std::future::pending::<()>().await;
        }
        let mut mail = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return false;
            }
            if line == ".\r\n" {
                break;
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        self.said.lock().unwrap().push(format!("{mark}{mail}"));
        self.answer(stream, self.next(".", "250 2.0.0 Ok: queued as ABC123")).await
    }
}
