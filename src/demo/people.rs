//! What people do in the story, and when. The demonstration does it for them, at the control socket, and says so.
//!
//! Times are those of the scenario (`SC1`): the duty person reaches the vendor by phone, the vendor works, the duty
//! person checks operation in the morning. Not here: the words in which it is told (`words`).

use super::night::at;
use crate::desk::act::Deed;
use crate::desk::ids::PartyId;
use jiff::Timestamp;

/// The person on duty at the desk. Invented, as is everybody here.
pub(super) const DUTY: &str = "窓口当番 佐藤";
/// The vendor that keeps the network.
pub(super) const VENDOR: &str = "n-sha";

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doing {
    /// When it is entered.
    pub(super) at: Timestamp,
    /// What is entered.
    pub(super) deed: Deed,
}

/// Everything that is entered that night, in order.
pub(super) fn doings() -> Vec<Doing> {
    let vendor = || Some(PartyId::from(VENDOR));
    let doing = |entered: &str, deed| Doing { at: at(entered), deed };
    vec![
        doing("02:52:00", Deed::Acknowledge { party: vendor(), at: Some(at("02:50:00")) }),
        doing("02:52:20", Deed::Start { party: None, at: Some(at("02:50:00")) }),
        doing("02:56:00", Deed::Start { party: vendor(), at: Some(at("02:55:00")) }),
        doing(
            "04:10:00",
            Deed::Note {
                text: "株式会社Nの保守員が5時30分に現地へ到着する見込みです。".into()
            },
        ),
        doing(
            "07:48:00",
            Deed::Restore {
                check: "住民記録、税務、財務会計、福祉の各システムにログインし、正常に利用できることを確認".into(),
                usable: None,
                treatment: Some("コアスイッチ（core-sw-01）のスーパーバイザを交換".into()),
            },
        ),
    ]
}
