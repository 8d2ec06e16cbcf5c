//! stub

pub mod span;
