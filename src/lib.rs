//! kiriwake: the unattended half of an incident desk.

pub mod channel;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod daemon;
pub mod demo;
pub mod desk;
pub mod inbox;
pub mod play;
pub mod render;
pub mod source;
pub mod store;
