//! A TCP connection, and what it means when there is none.

use crate::desk::probe::Sign;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// A name may have many addresses; so many are tried.
const MOST_ADDRESSES: usize = 4;

/// A host and a port; shown as `host:port` or `[address]:port`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address<'a> {
    /// Host name or IP address, without brackets.
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Miss {
    /// The other side's doing: refused or silent.
    Theirs(Sign),
    /// Ours: nothing is learnt about the other side.
    NotKnown(String),
}

/// The addresses of a host. A name that is not resolved is not known: the fault may be the name server's.
pub(super) async fn resolve(address: Address<'_>, deadline: Instant) -> Result<Vec<SocketAddr>, String> {
    let host = address.host;
    let found = match timeout_at(deadline, tokio::net::lookup_host((host, address.port))).await {
        Ok(Ok(found)) => found.take(MOST_ADDRESSES).collect::<Vec<_>>(),
        Ok(Err(error)) => return Err(format!("{host}: {error}")),
        Err(_) => return Err(format!("{host}: the name was not resolved in time")),
    };
    if found.is_empty() { Err(format!("{host}: no address")) } else { Ok(found) }
}

/// A connection to the first of its addresses that accepts one. Each gets its share of the time that is left.
pub(super) async fn connect(address: Address<'_>, deadline: Instant) -> Result<TcpStream, Miss> {
    let found = resolve(address, deadline).await.map_err(Miss::NotKnown)?;
    let mut worst = Miss::NotKnown(format!("{address}: no address"));
    for (nth, socket) in found.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(found.len() - nth).unwrap_or(1);
        let miss = match timeout_at(Instant::now() + share, TcpStream::connect(socket)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => miss(&error).map_or_else(|| Miss::NotKnown(format!("{address}: {error}")), Miss::Theirs),
            Err(_) => Miss::Theirs(Sign::Silent),
        };
        // What one address tells stands, whatever could not be tried with another; a refusal tells more than silence.
        if matches!((&worst, &miss), (Miss::NotKnown(_), _) | (Miss::Theirs(Sign::Silent), Miss::Theirs(Sign::Refused)))
        {
            worst = miss;
        }
    }
    Err(worst)
}

/// What an error of the system says about the other side; `None` = nothing.
pub(super) fn miss(error: &io::Error) -> Option<Sign> {
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Some(Sign::Refused),
        // No machine at the address, as far as its own network can tell.
        ErrorKind::HostUnreachable | ErrorKind::TimedOut => Some(Sign::Silent),
        // No route from here, no permission, no free port: ours.
        _ => None,
    }
}
