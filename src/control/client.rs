//! The command line's end of the control socket.

use super::erase::{EraseRequest, Erased};
use super::server::ActRequest;
use crate::inbox::Answer;
use reqwest::{Client as Http, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An answer that takes longer means the daemon hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// Unless all of the record is searched and written over.
const ERASING: Duration = Duration::from_secs(1800);

/// A way to a running daemon.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    socket: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody at the socket.
    #[error("kiriwake is not running, or has another socket than {}", .socket.display())]
    Unreachable {
        /// Where.
        socket: PathBuf,
        /// Why.
        source: reqwest::Error,
    },
    /// This user may not use the socket.
    #[error("this user may not use {}: ask for membership in the group that owns it", .socket.display())]
    Forbidden {
        /// Where.
        socket: PathBuf,
    },
    /// It is going down.
    #[error("the daemon is stopping; try again in a moment")]
    Stopping,
    /// The daemon says no.
    #[error("{0}")]
    Refused(String),
    /// The answer is not understood: another version is running.
    #[error("the daemon's answer is not understood; is another version of kiriwake running?")]
    Strange(#[source] reqwest::Error),
}

impl Client {
    /// A client of the daemon at `socket`; nothing is connected yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(socket: &Path) -> Result<Self, Error> {
        // Nothing is encrypted here; without this the system's certificates would be read for every command.
        let http = Http::builder().unix_socket(socket).no_proxy().tls_certs_only([]).timeout(PATIENCE).build();
        let unreachable = |source| Error::Unreachable { socket: socket.to_owned(), source };
        Ok(Self { http: http.map_err(unreachable)?, socket: socket.to_owned() })
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let response = self.send(self.http.get(address(path))).await?;
        response.json().await.map_err(Error::Strange)
    }

    /// Reads what is called `name` in `folder`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_named<T: DeserializeOwned>(&self, folder: &str, name: &str) -> Result<T, Error> {
        // An address takes these for a step up, even encoded.
        if matches!(name, "" | "." | "..") {
            return Err(Error::Refused(format!("`{name}` is no name.")));
        }
        self.get(&format!("{folder}/{}", encoded(name))).await
    }

    /// The bytes of the `nth` file of what is called `name` in `folder`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn file(&self, folder: &str, name: &str, nth: usize) -> Result<Vec<u8>, Error> {
        let response = self.send(self.http.get(address(&format!("{folder}/{}/{nth}", encoded(name))))).await?;
        Ok(response.bytes().await.map_err(Error::Strange)?.to_vec())
    }

    /// Acts.
    ///
    /// # Errors
    /// [`Error`]; an act that is refused is an answer, not an error.
    pub async fn act(&self, request: &ActRequest) -> Result<Answer, Error> {
        let response = self.send(self.http.post(address("/acts")).json(request)).await?;
        let on_record = response.status() != StatusCode::ACCEPTED;
        let reply = response.json().await.map_err(Error::Strange)?;
        Ok(Answer { reply, on_record })
    }

    /// Has something of the incident called `name` erased.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Refused`] says why nothing is.
    pub async fn erase(&self, name: &str, request: &EraseRequest) -> Result<Erased, Error> {
        let request = self.http.post(address(&format!("/erase/{}", encoded(name)))).json(request);
        let response = self.send(request.timeout(ERASING)).await?;
        response.json().await.map_err(Error::Strange)
    }

    /// Has the configuration read again.
    ///
    /// # Errors
    /// [`Error::Refused`] with the faults, one per line.
    pub async fn reload(&self) -> Result<(), Error> {
        self.send(self.http.post(address("/reload"))).await.map(drop)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Err(Error::Stopping);
        }
        let said = response.text().await.map_err(Error::Strange)?;
        let nothing = said.trim().is_empty();
        Err(Error::Refused(if nothing { format!("the daemon answers {status}; is it another version?") } else { said }))
    }

    fn unreachable(&self, error: reqwest::Error) -> Error {
        let mut cause = error.source();
        while let Some(inner) = cause {
            let system = inner.downcast_ref::<io::Error>();
            if system.is_some_and(|system| system.kind() == io::ErrorKind::PermissionDenied) {
                return Error::Forbidden { socket: self.socket.clone() };
            }
            cause = inner.source();
        }
        Error::Unreachable { socket: self.socket.clone(), source: error.without_url() }
    }
}

/// The host part is only for form: the socket is the destination.
fn address(path: &str) -> String {
    format!("http://kiriwake{path}")
}

/// `name` as one segment of a path: whatever somebody types stays a name.
fn encoded(name: &str) -> String {
    let mut segment = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leaves_its_segment() {
        assert_eq!(encoded("KW-20260920-0001"), "KW-20260920-0001");
        assert_eq!(encoded("a/b?c#d%e"), "a%2Fb%3Fc%23d%25e");
        assert_eq!(encoded("障"), "%E9%9A%9C");
        for name in ["...", "../status", "x y", "/"] {
            let url = reqwest::Url::parse(&address(&format!("/incidents/{}", encoded(name)))).expect("an address");
            assert_eq!(url.path_segments().map(|segments| segments.count()), Some(2), "{name:?} {url}");
            assert!(url.query().is_none() && url.path().starts_with("/incidents/"), "{name:?} {url}");
        }
    }
}
