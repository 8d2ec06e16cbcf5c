//! The one TLS stack: rustls with ring.
//!
//! Place: called before the first client is built, by `main` and by every channel. Not here: which certificates are
//! trusted; each channel has its own list.

use std::path::Path;

/// Makes ring the process-wide provider. Calling it again, or after somebody else did, does no harm.
pub fn install() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race against another thread leaves the same provider in place.
        let _already_there = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Reads a `ca_file`: PEM, one or more certificates.
pub(crate) fn read_ca(channel: &str, path: &Path) -> Result<Vec<u8>, super::Error> {
    std::fs::read(path).map_err(|source| super::Error::CaFile {
        channel: channel.to_owned(),
        path: path.to_owned(),
        source,
    })
}
