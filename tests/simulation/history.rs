//! The history: what the world outside saw and did, and what was put on record - kept beside the desk, not by it.
//!
//! Whoever judges reads only this, the script and the text of the configuration.

use kiriwake::desk::act::{Act, Actor};
use kiriwake::desk::ids::{OwedId, SourceId};
use kiriwake::desk::now::Now;
use kiriwake::desk::observation::{Key, Level};
use kiriwake::desk::outcome::Delivery;
use kiriwake::desk::{Frame, Reply};
use std::fmt;

/// Everything that happened in one seed.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) seed: u64,
    /// Everything on record, in its order.
    pub(crate) frames: Vec<Frame>,
    /// What the sources hold, in the order of each.
    pub(crate) signs: Vec<Sign>,
    /// What left, in the order of leaving.
    pub(crate) attempts: Vec<Attempt>,
    /// What arrived, in the order of arriving.
    pub(crate) copies: Vec<Arrival>,
    pub(crate) acts: Vec<Done>,
    /// When the daemon did not run, or the clock was touched: from, until.
    pub(crate) breaks: Vec<(u64, u64)>,
    pub(crate) crashes: u64,
    /// Frames that were stepped and lost with a group that was not committed.
    pub(crate) lost: u64,
    /// Boundaries from which a restart was tried.
    pub(crate) boundaries: u64,
    /// From here on everything works.
    pub(crate) calm_from: u64,
    pub(crate) ended: Option<Now>,
}

/// Something a source holds about a problem.
pub(crate) struct Sign {
    pub(crate) source: SourceId,
    /// Its place among those of the source.
    pub(crate) place: usize,
    pub(crate) key: Key,
    pub(crate) what: What,
    /// When it came to be, in elapsed time.
    pub(crate) at: u64,
    /// The desk said that it is on record.
    pub(crate) acknowledged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Problem(Level),
    Changed(Option<Level>),
    Recovered,
    Unreadable,
}

/// Something that left.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) at: Now,
    pub(crate) owed: OwedId,
    pub(crate) attempt: u32,
    /// The key every copy carries.
    pub(crate) key: String,
    pub(crate) to: Leaves,
    /// What came back, if anything did before the daemon died.
    pub(crate) answers: Vec<(String, Delivery)>,
}

/// Where something left to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leaves {
    Message {
        channel: String,
        party: String,
        addresses: Vec<String>,
        words: String,
    },
    Ping(Vec<String>),
    Probe(String),
    Note {
        source: String,
        text: String,
    },
    /// Values and lines are asked of a source.
    Asks(Option<String>),
}

/// A copy that arrived.
#[derive(Clone)]
pub(crate) struct Arrival {
    pub(crate) at: u64,
    pub(crate) key: String,
    pub(crate) channel: String,
    pub(crate) address: String,
}

/// What somebody did.
pub(crate) struct Done {
    pub(crate) actor: Actor,
    pub(crate) act: Act,
    /// What they were told; `None` = the daemon died before it said anything.
    pub(crate) reply: Option<Reply>,
}

/// What is wrong.
pub(crate) struct Broken {
    pub(crate) what: String,
    /// The moment, where it has one.
    pub(crate) at: Option<Now>,
}

impl Broken {
    pub(crate) fn at(at: Now, what: String) -> Self {
        Self { what, at: Some(at) }
    }

    pub(crate) fn whenever(what: String) -> Self {
        Self { what, at: None }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "at {} ({} s of its life): {}", at.wall, at.elapsed.0 / 1_000, self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

/// What a judge says.
pub(crate) type Judgement = Result<(), Broken>;
