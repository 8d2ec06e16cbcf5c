//! Isolation rules: conditions and verdicts, in order.
//!
//! Not here: whether one rule hides another (`overlap`), and how conditions are evaluated (`desk::isolate`).

use super::contradiction::Placed;
use super::{Checker, overlap};
use crate::config::file::{RuleTable, ThenTable};
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::ids::{CalendarId, ComponentId, PartyId, ProbeName};
use crate::desk::isolate::condition::{Place, Refer, Step};
use crate::desk::rules::{Component, Confidence, Effect, Language, Party, PartyKind, Rule, Site, Then, VerdictCode};
use std::collections::BTreeMap;

/// Who follows the names in the conditions of one table, and knows where they stand.
struct Reference<'a, 'c> {
    checker: &'a mut Checker<'c>,
    here: Path,
    components: &'a BTreeMap<ComponentId, Component>,
}

impl Reference<'_, '_> {
    fn path(&self, steps: &[Step]) -> Path {
        steps.iter().fold(self.here.clone(), |path, step| match step {
            Step::Key(key) => path.key(key),
            Step::Element(index) => self.checker.element(&path, *index),
        })
    }
}

impl Refer for Reference<'_, '_> {
    fn component(&mut self, at: &[Step], name: &str) -> ComponentId {
        let path = self.path(at);
        self.checker.component(&path, name)
    }

    fn calendar(&mut self, at: &[Step], name: &str) -> CalendarId {
        let path = self.path(at);
        self.checker.calendar(&path, name)
    }

    fn probe(&mut self, at: &[Step], name: &str) -> ProbeName {
        let path = self.path(at);
        self.checker.probe(&path, name)
    }

    fn inventory(&mut self, at: &[Step], field: &str) {
        let path = self.path(at);
        self.checker.inventory_field(&path, field);
    }

    fn known(&self, component: &ComponentId) -> Option<&Component> {
        self.components.get(component)
    }

    fn fault(&mut self, at: &[Step], message: String, help: String) {
        let path = self.path(at);
        self.checker.findings.fault(&path, message, help);
    }

    fn is_faulty(&self, at: &[Step]) -> bool {
        self.checker.findings.is_faulty(&self.path(at))
    }
}

impl Checker<'_> {
    /// All rules, in the order of writing, and the conditions of the sound ones with their places.
    pub(super) fn isolation(
        &mut self,
        tables: Vec<Item<RuleTable>>,
        components: &BTreeMap<ComponentId, Component>,
        parties: &BTreeMap<PartyId, Party>,
        site: Option<&Site>,
    ) -> (Vec<Rule>, Vec<Placed>) {
        self.names(tables.iter().map(|item| (&item.path, item.value.name.as_str())));
        let mut rules: Vec<(Path, Rule)> = Vec::new();
        let mut placed: Vec<Placed> = Vec::new();
        for Item { path, value: table, .. } in tables {
            let mut when: Placed = Vec::new();
            for (index, conditions) in table.when.0.into_iter().enumerate() {
                let here = self.element(&path.key("when"), index);
                let mut reference = Reference { checker: self, here: here.clone(), components };
                let conditions = conditions.checked(&mut Place::top(&mut reference));
                when.extend(conditions.into_iter().map(|condition| (here.key(condition.key()), condition)));
            }
            let when_path = path.key("when");
            if when.is_empty() && !self.findings.is_faulty(&when_path) {
                self.findings.fault(&when_path, "says nothing", "a rule needs at least one condition");
            }
            self.because(&path.key("because"), &table.because, site);
            let then = self.then(&path.key("then"), table.then, parties);
            self.asks_outside((&path, &then), &when, components);
            let watch = table.watch.map(|watch| watch.0);
            if !self.findings.is_torn(&when_path) && !self.findings.is_faulty(&when_path) {
                placed.push(when.clone());
            }
            let when = when.into_iter().map(|(_, condition)| condition).collect();
            rules.push((path, Rule { name: table.name, when, then, because: table.because, watch }));
        }
        // What is noted about a rule already says more than that it is hidden.
        let sound: Vec<_> = rules.iter().filter(|(path, _)| !self.findings.is_torn(path)).collect();
        for (position, (path, rule)) in sound.iter().enumerate() {
            if let Some((_, earlier)) = sound[..position].iter().find(|(_, earlier)| overlap::hides(earlier, rule)) {
                let message = format!("can never be reached: `{}` above applies whenever this one would", earlier.name);
                self.findings.warn(path, message, "put this one above it, or give the earlier one more conditions");
            }
        }
        (rules.into_iter().map(|(_, rule)| rule).collect(), placed)
    }

    fn because(&mut self, path: &Path, text: &str, site: Option<&Site>) {
        self.filled(path, text);
        if site.is_some_and(|site| site.language == Language::Ja) && !text.trim().is_empty() && !text.ends_with("ため")
        {
            let help = "it goes into the middle of a sentence: \"…が同時に発生しているため\"";
            self.findings.warn(path, "does not end in ため", help);
        }
    }

    fn then(&mut self, path: &Path, table: ThenTable, known: &BTreeMap<PartyId, Party>) -> Then {
        let mut parties = Vec::new();
        if let Some(party) = &table.party {
            parties.push(self.party(&path.key("party"), party));
            if !table.parties.is_empty() {
                let help = "`parties` names all of them, the leading one first";
                self.findings.fault(&path.key("party"), "stands beside `parties`", help);
            }
        }
        for (index, party) in table.parties.iter().enumerate() {
            parties.push(self.party(&path.key("parties").index(index), party));
        }
        self.asked(path, &table, &parties, known);
        let word = match table.verdict {
            VerdictCode::Single if parties.len() > 1 => {
                Some("`single` asks one party, but several are named: write `multi`")
            }
            VerdictCode::Multi if parties.len() < 2 => Some("`multi` asks several parties: name them in `parties`"),
            VerdictCode::Own
            | VerdictCode::ScopeOut
            | VerdictCode::Unknown
            | VerdictCode::User
            | VerdictCode::Planned
            | VerdictCode::Monitor
            | VerdictCode::Security
                if !parties.is_empty() =>
            {
                Some("this verdict asks no party: take `party` away, or write `single`")
            }
            _ => None,
        };
        if let Some(help) = word {
            self.findings.fault(&path.key("verdict"), "does not go with the parties", help);
        }
        if table.confidence == Confidence::Confirmed {
            let help = "only a person confirms (窓口確認): write `probable` or `possible`";
            self.findings.fault(&path.key("confidence"), "is not a rule's to give", help);
        }
        // What still runs on its other side hits nobody, unless the rule says otherwise.
        let effect = table.effect.or(table.redundancy_lost.then_some(Effect::None));
        Then {
            verdict: table.verdict,
            parties,
            cause: table.cause,
            confidence: table.confidence,
            effect,
            data: table.data,
            redundancy_lost: table.redundancy_lost,
        }
    }

    /// Whom a rule asks is named once, and is somebody who can be asked to act.
    fn asked(&mut self, path: &Path, table: &ThenTable, parties: &[PartyId], known: &BTreeMap<PartyId, Party>) {
        if !matches!(table.verdict, VerdictCode::Single | VerdictCode::Multi) {
            return;
        }
        let places = table.party.iter().map(|_| path.key("party"));
        let places = places.chain((0..table.parties.len()).map(|index| path.key("parties").index(index)));
        for (nth, (place, party)) in places.zip(parties).enumerate() {
            if parties[..nth].contains(party) {
                self.findings.fault(
                    &place,
                    format!("names `{party}` again"),
                    "name each party once, the leading one first",
                );
                continue;
            }
            let (is, help) = match known.get(party).map(|party| party.kind) {
                Some(PartyKind::Office) => {
                    ("the office, which decides and is not asked to act", "write `scope_out` where it should decide")
                }
                Some(PartyKind::DataCentre) => (
                    "the data centre, which is not asked to act",
                    "it is asked to look by itself (`look` of a component); name who should act",
                ),
                Some(PartyKind::Desk) if table.verdict == VerdictCode::Single && parties.len() == 1 => {
                    ("the desk itself", "write `own`, without a party")
                }
                Some(PartyKind::Desk | PartyKind::Vendor | PartyKind::External) | None => continue,
            };
            self.findings.fault(&place, format!("`{party}` is {is}"), help);
        }
    }
}
