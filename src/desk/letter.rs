//! The facts of one message to people, fixed at the decision. Wording is made of them in `render`.
//!
//! A letter holds what its one recipient may know and nothing else: no other party's address, contract or internal
//! data can appear in the text, because it is not here.

mod approval;
mod beat;
mod because;
mod bundle;
mod call;
mod desk_word;
mod digest;
mod doubt;
mod dropped;
mod fact;
mod facts;
mod impact;
mod judged;
mod matter;
mod meant;
mod notice;
mod owner;
mod recovery;
mod sign;
mod storm;
mod what;

pub use approval::HeldMessage;
pub use beat::Beat;
pub use because::Because;
pub use bundle::{BundleLine, BundleReader};
pub use call::{Call, CallResult, Closure, NextContact, Part, Purpose, Tried};
pub use desk_word::DeskWord;
pub use digest::{Digest, DigestLine};
pub use doubt::{Claim, Lever, Need, Unknown};
pub use dropped::DroppedMessage;
pub use fact::{Fact, Kept, KeptBy, NearestContract, Said};
pub use facts::{
    Ask, Asked, AskedBefore, By, CertificateNotice, Changed, DetectedBy, Extract, Facts, Flapping, NoLog, OccurredMark,
    Similar, Stage, Target,
};
pub use impact::{Hours, Impact, OneSided, Stopped, Users};
pub use judged::VerdictFacts;
pub use matter::{Least, Matter, facts_of};
pub use meant::{Meant, MeantFor};
pub use notice::{CoverDoubt, CoverFacts, CoverState, Doubt, HeldRow, Notice, Undelivered};
pub use owner::Owner;
pub use recovery::{Former, RecoveryFacts};
pub use sign::{Eased, FirstSign, Sign, UnderWork, Unseeing, Unseen};
pub use storm::{StormLine, StormStage, Storms};
pub use what::{Happening, What, WorkStage};

use super::rules::Language;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One message to one party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Language of the wording.
    pub language: Language,
    /// IANA zone in which times are written.
    pub timezone: String,
    /// When it was decided; of what may not leave before an opening, that opening: readers take hours without a date for
    /// those of the day on which they read.
    pub written: Timestamp,
    /// Who reads it.
    pub to: Addressee,
    /// Who signs it.
    pub from: Signature,
    /// What it says.
    pub matter: Matter,
    /// On trial: to whom it would have gone; `None` = it is meant for who reads it.
    #[serde(default)]
    pub meant: Option<Meant>,
    /// Somebody at the desk read and approved it before it left (送信前承認): its words count as confirmed.
    #[serde(default)]
    pub approved: bool,
}

/// Who reads a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The organisation: `株式会社N`, `A町 総務課 情報係`.
    pub organization: String,
    /// A section (`保守受付`) or a person; `None` for the organisation as a whole.
    pub contact: Option<String>,
    /// `contact` is a person (様).
    pub person: bool,
    /// The contact whose address took nothing, in whose place this one reads; empty where it has no name of its own.
    #[serde(default)]
    pub instead_of: Option<String>,
}

/// Who signs, and how to reach a human.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// `A町`
    pub site: String,
    /// `システム運用窓口`
    pub desk: String,
    /// The organisation that runs the desk: `株式会社K`
    pub organization: String,
    /// Phone in reception hours, and those hours in words.
    pub phone: Option<(String, String)>,
    /// Phone out of hours.
    pub night_phone: Option<String>,
    /// The letter is written out of reception hours: the night number stands first.
    pub out_of_hours: bool,
}
