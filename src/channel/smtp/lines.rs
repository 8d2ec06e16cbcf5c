//! A TCP stream that is read one line at a time.
//!
//! Place: under the mail library, which buffers what it reads. Whoever sits on the way could add ready-made answers
//! behind the server's answer to STARTTLS; from that buffer they would count as said inside TLS, up to a false "250
//! queued". Handing out no byte beyond the end of a line keeps the buffer empty when TLS begins, and what was added
//! breaks the handshake. A line that never ends is an error, as the library would collect it for as long as it comes.
//! Not here: anything that understands SMTP.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// More bytes than this without an end of line are no answer. In TLS, where lines mean nothing, chance alone does not
/// come near it.
const LONGEST_LINE: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Lines {
    stream: TcpStream,
    held: Box<[u8; 4096]>,
    from: usize,
    until: usize,
    /// Bytes given out since the last end of line.
    line: usize,
}

impl Lines {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, held: Box::new([0; 4096]), from: 0, until: 0, line: 0 }
    }
}

impl AsyncTokioStream for Lines {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Lines {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let lines = self.get_mut();
        if lines.from == lines.until {
            let mut room = ReadBuf::new(&mut lines.held[..]);
            ready!(Pin::new(&mut lines.stream).poll_read(context, &mut room))?;
            (lines.from, lines.until) = (0, room.filled().len());
        }
        let held = &lines.held[lines.from..lines.until];
        let line = held.iter().position(|byte| *byte == b'\n').map_or(held.len(), |end| end + 1);
        let given = line.min(out.remaining());
        lines.line = if held[..given].ends_with(b"\n") { 0 } else { lines.line + given };
        if lines.line > LONGEST_LINE {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is one endless line")));
        }
        out.put_slice(&held[..given]);
        lines.from += given;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Lines {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
