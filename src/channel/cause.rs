//! Looking through an error for what it came from.
//!
//! Place: libraries wrap what TLS, the system or our own resolver said; the verdict depends on it. Not here: verdicts.

use std::error::Error;
use std::io;

/// The error itself and everything below it. An I/O error's content is looked into, which `source` skips.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn Error + 'static)),
        None => (*cause).source(),
    })
}

/// The first `T` in the chain.
pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

#[test]
fn what_is_wrapped_twice_in_io_errors_is_found() {
    let error = io::Error::other(io::Error::other(rustls::Error::DecryptError));
    assert_eq!(find::<rustls::Error>(&error), Some(&rustls::Error::DecryptError));
    assert!(find::<std::fmt::Error>(&error).is_none());
}
