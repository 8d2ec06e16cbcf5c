//! stub
pub mod span;
