//! The control socket: an HTTP API on a Unix socket, for operators at the command line.
//!
//! Reading never changes anything; an act is a POST and carries who acts (P16). [`view`] and [`covers`] are what both ends speak,
//! [`beside`] what belongs beside an incident, `archive` finds what is in memory no longer, [`evidence`] what was gathered about it, [`erase`] has it removed, [`gone`] what was, [`unsent`] what still leaves, [`hits`] whom it hits, [`rows`] what leaves, [`health`] how the desk itself is,
//! [`server`] answers inside the daemon in `json`, at a place [`socket`] makes, [`client`] asks from the command line. Not here: what an act means
//! (`desk/act.rs`), how answers are shown (`cli`).

pub(crate) mod archive;
pub mod beside;
pub mod client;
pub mod covers;
pub mod disk;
pub mod erase;
pub mod evidence;
#[cfg(test)]
mod fuzz;
pub mod gone;
pub mod health;
pub mod hits;
mod json;
pub mod mute;
pub mod not_asked;
pub mod rows;
pub mod server;
pub mod socket;
pub mod unsent;
pub mod view;
