//! The command line's end of the control socket.

use super::server::ActRequest;
use crate::desk::Reply;
use reqwest::{Client as Http, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An answer that takes longer means the daemon hangs.
const PATIENCE: Duration = Duration::from_secs(30);

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
    #[error("no daemon answers at {}: is kiriwake running, and may this user use the socket?", .socket.display())]
    Unreachable {
        /// Where.
        socket: PathBuf,
        /// Why.
        source: reqwest::Error,
    },
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
        let unreachable = |source| Error::Unreachable { socket: socket.to_owned(), source };
        let http = Http::builder().unix_socket(socket).no_proxy().timeout(PATIENCE).build().map_err(unreachable)?;
        Ok(Self { http, socket: socket.to_owned() })
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let response = self.http.get(address(path)).send().await;
        self.answer(response.map_err(|source| Error::Unreachable { socket: self.socket.clone(), source })?).await
    }

    /// Acts.
    ///
    /// # Errors
    /// [`Error`]; an act that is refused is an answer, not an error.
    pub async fn act(&self, request: &ActRequest) -> Result<Reply, Error> {
        let response = self.http.post(address("/acts")).json(request).send().await;
        self.answer(response.map_err(|source| Error::Unreachable { socket: self.socket.clone(), source })?).await
    }

    async fn answer<T: DeserializeOwned>(&self, response: Response) -> Result<T, Error> {
        if response.status() == StatusCode::OK {
            response.json().await.map_err(Error::Strange)
        } else {
            Err(Error::Refused(response.text().await.map_err(Error::Strange)?))
        }
    }
}

/// The host part is only for form: the socket is the destination.
fn address(path: &str) -> String {
    format!("http://kiriwake{path}")
}
