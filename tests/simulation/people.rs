//! What people do, as the dice fall: at the desk, and one who may only read.

use crate::run::Run;
use jiff::SignedDuration;
use kiriwake::desk::act::{Act, Actor, CancelKind, CoverAct, Deed, Fitting, Role, Terms};
use kiriwake::desk::ids::{ComponentId, OwedId, PartyId};
use kiriwake::desk::letter::{Ask, CallResult, DetectedBy};
use kiriwake::desk::rules::{CauseClass, DataImpact};

impl Run<'_> {
    /// The next thing somebody does.
    pub(crate) fn somebody_acts(&mut self) -> Option<(Actor, Act)> {
        let (name, role) = *self
            .dice
            .pick(&[
                ("田中", Role::Operator),
                ("田中", Role::Operator),
                ("佐藤 (desk)", Role::Operator),
                ("鈴木", Role::Manager),
                ("root", Role::Administrator),
                ("監査", Role::Auditor),
            ])
            .unwrap();
        let actor = Actor { name: name.to_owned(), role };
        // What is held for approval is somebody's to look at.
        let held: Vec<OwedId> = self.desk.state().owed.values().filter(|row| row.is_held()).map(|row| row.id).collect();
        if !held.is_empty() && self.dice.one_in(2) {
            let owed = *self.dice.pick(&held)?;
            return Some((
                actor,
                if self.dice.one_in(3) {
                    Act::Drop { owed, reason: "言葉".to_owned() }
                } else {
                    Act::Approve { owed }
                },
            ));
        }
        let act = match self.dice.below(24) {
            0..3 => self.call(),
            3 | 4 => self.row_act()?,
            5 => Act::Cover(self.cover()?),
            _ => self.deed()?,
        };
        Some((actor, act))
    }

    fn call(&mut self) -> Act {
        let components: Vec<ComponentId> = self.world.rules.components.keys().cloned().collect();
        Act::Open {
            summary: "電話がつながらない".to_owned(),
            component: self.dice.pick(&components).cloned().filter(|_| !self.dice.one_in(3)),
            detected_by: DetectedBy::UserPhone,
            occurred: None,
            severity: if self.dice.one_in(3) { Some(1) } else { None },
            separate: self.dice.one_in(4),
        }
    }

    /// Tries again what was given up, or drops something.
    fn row_act(&mut self) -> Option<Act> {
        let rows: Vec<OwedId> = self.desk.state().owed.keys().rev().take(30).copied().collect();
        let owed = *self.dice.pick(&rows)?;
        Some(match self.dice.below(3) {
            0 => Act::Drop { owed, reason: "不要".to_owned() },
            _ => Act::Retry { owed },
        })
    }

    fn cover(&mut self) -> Option<CoverAct> {
        let components: Vec<ComponentId> = self.world.rules.components.keys().cloned().collect();
        let until = Some(self.wall + SignedDuration::from_mins(i64::try_from(10 + self.dice.below(90)).unwrap()));
        let owner = Some(self.world.rules.site.desk.clone());
        let terms = Terms { owner, reason: "作業のため".to_owned(), from: None, until };
        let component = self.dice.pick(&components)?.clone();
        Some(match self.dice.below(2) {
            0 => CoverAct::Plan { what: "緊急作業".to_owned(), components: vec![component], terms },
            _ => CoverAct::Silence { alerts: Fitting { components: vec![component], ..Fitting::default() }, terms },
        })
    }

    fn deed(&mut self) -> Option<Act> {
        let incidents: Vec<(String, bool)> =
            self.desk.state().incidents.values().map(|known| (known.name(), known.status.name().open())).collect();
        // Mostly about what is open; sometimes about what is not, which is refused.
        let open: Vec<String> = incidents.iter().filter(|(_, open)| *open).map(|(name, _)| name.clone()).collect();
        let all: Vec<String> = incidents.into_iter().map(|(name, _)| name).collect();
        let incident = if self.dice.one_in(6) { self.dice.pick(&all) } else { self.dice.pick(&open) }?.clone();
        let parties: Vec<PartyId> = self.world.rules.parties.keys().cloned().collect();
        let party = self.dice.pick(&parties)?.clone();
        let words = "言葉".to_owned();
        let deed = match self.dice.below(24) {
            0 | 1 => Deed::Confirm {
                verdict: None,
                parties: if self.dice.one_in(2) { vec![party] } else { Vec::new() },
                severity: None,
                data: None,
                because: Some(words),
            },
            2 => Deed::Confirm {
                verdict: None,
                parties: Vec::new(),
                severity: Some(u8::try_from(1 + self.dice.below(4)).unwrap()),
                data: if self.dice.one_in(2) { Some(DataImpact::Loss) } else { None },
                because: Some(words),
            },
            3 | 4 => Deed::Acknowledge { party: None, at: None },
            5 => Deed::Start { party: None, at: None },
            6 => Deed::Note { text: words.into() },
            7 => Deed::Verify,
            8..12 => Deed::Restore { check: words.into(), usable: None, treatment: None },
            12 => Deed::Reopen { reason: words.into() },
            13 => Deed::Submit,
            14 => Deed::Accept { name: words.into(), at: None },
            15 => Deed::Hold { reason: words.into() },
            16 => Deed::Resume { decision: words.into() },
            17 => {
                const RESULTS: [CallResult; 4] =
                    [CallResult::NoAnswer, CallResult::VoiceMail, CallResult::Busy, CallResult::Answered];
                let result = self.dice.pick(&RESULTS).copied()?;
                Deed::Called { party, contact: None, result, at: None }
            }
            18 => Deed::Assign { party, ask: if self.dice.one_in(2) { Ask::Repair } else { Ask::Inquiry } },
            19 => Deed::HandBack { party: None, reason: words.into(), at: None },
            20 => Deed::WorkAround { text: words.into(), at: None },
            21 => Deed::Cause { class: CauseClass::Hw, direct: words.into(), root: None, contract: None },
            22 => match self.dice.pick(&all) {
                Some(into) if *into != incident => Deed::Merge { into: into.clone(), reason: words.into() },
                _ => Deed::Link { to: incident.clone(), recurrence: false },
            },
            _ => Deed::Cancel { reason: words.into(), kind: CancelKind::default() },
        };
        Some(Act::On { incident, deed })
    }
}
