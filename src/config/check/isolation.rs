//! Isolation rules: conditions and verdicts, in order.
//!
//! Not here: whether one rule hides another (`overlap`), and how conditions are evaluated (`desk::isolate`).

use super::{Checker, overlap};
use crate::config::file::{ConditionTable, MatchTable, RuleTable, ThenTable};
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::ids::ComponentId;
use crate::desk::rules::{Component, Condition, Confidence, Language, Rule, Site, Then, VerdictCode};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far apart `also` looks where the rule does not say.
const WITHIN: Duration = Duration::from_secs(15 * 60);
/// How deep `any` and `not` may stand in each other.
const DEPTH: usize = 8;

impl Checker<'_> {
    /// All rules, in the order of writing.
    pub(super) fn isolation(
        &mut self,
        tables: Vec<Item<RuleTable>>,
        components: &BTreeMap<ComponentId, Component>,
        site: Option<&Site>,
    ) -> Vec<Rule> {
        self.names(tables.iter().map(|item| (&item.path, item.value.name.as_str())));
        let mut rules: Vec<(Path, Rule)> = Vec::new();
        for Item { path, value: table, .. } in tables {
            let mut when = Vec::new();
            for (index, conditions) in table.when.0.into_iter().enumerate() {
                let here = self.element(&path.key("when"), index);
                when.extend(self.conditions(&here, conditions, components, 0));
            }
            let when_path = path.key("when");
            if when.is_empty() && !self.findings.is_faulty(&when_path) {
                self.findings.fault(&when_path, "says nothing", "a rule needs at least one condition");
            }
            self.because(&path.key("because"), &table.because, site);
            let then = self.then(&path.key("then"), table.then);
            let watch = table.watch.map(|watch| watch.0);
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
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    fn because(&mut self, path: &Path, text: &str, site: Option<&Site>) {
        self.filled(path, text);
        if site.is_some_and(|site| site.language == Language::Ja) && !text.trim().is_empty() && !text.ends_with("ため")
        {
            let help = "it goes into the middle of a sentence: \"…が同時に発生しているため\"";
            self.findings.warn(path, "does not end in ため", help);
        }
    }

    fn conditions(
        &mut self,
        path: &Path,
        table: ConditionTable,
        components: &BTreeMap<ComponentId, Component>,
        depth: usize,
    ) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(alert) = table.alert {
            let here = path.key("alert");
            self.not_within(&here, &alert);
            all.push(Condition::Alert(self.alert_match(&here, alert)));
        }
        for (index, also) in table.also.0.into_iter().enumerate() {
            let here = self.element(&path.key("also"), index);
            let within = also.within.map_or(WITHIN, |within| within.0);
            all.push(Condition::Also { alert: self.alert_match(&here, also), within });
        }
        for (index, absent) in table.absent.0.into_iter().enumerate() {
            let here = self.element(&path.key("absent"), index);
            self.not_within(&here, &absent);
            all.push(Condition::Absent(self.alert_match(&here, absent)));
        }
        if !table.root.0.is_empty() {
            all.push(Condition::Root(self.component_list(&path.key("root"), &table.root.0)));
        }
        if let Some(behind) = table.behind {
            let here = path.key("behind");
            if !(1..=100).contains(&behind.percent) {
                self.findings.fault(
                    &here.key("percent"),
                    "is not a percentage from 1 to 100",
                    "write 80 for four of five",
                );
            }
            let component = self.component(&here.key("component"), &behind.component);
            all.push(Condition::Behind { component, percent: behind.percent });
        }
        for (index, ping) in table.ping.0.into_iter().enumerate() {
            let here = self.element(&path.key("ping"), index).key("component");
            let component = self.component(&here, &ping.component);
            if components.get(&component).is_some_and(|component| component.ping.is_none()) {
                let help = format!("write ping = \"address\" in [component.{component}]");
                self.findings.fault(&here, format!("`{component}` has no address to ping"), help);
            }
            all.push(Condition::Ping { component, answers: ping.answers });
        }
        if depth >= DEPTH {
            self.findings.fault(path, "is nested too deeply", "make several rules of it");
            return all;
        }
        if !table.any.is_empty() {
            let choices = table.any.into_iter().enumerate();
            let choices = choices
                .filter_map(|(index, table)| self.single(&path.key("any").index(index), table, components, depth));
            all.push(Condition::Any(choices.collect()));
        }
        if let Some(table) = table.not {
            let not = self.single(&path.key("not"), *table, components, depth);
            all.extend(not.map(|condition| Condition::Not(Box::new(condition))));
        }
        all
    }

    /// Inside `any` and `not` one table is one condition: with several it would be a guess how they belong together.
    fn single(
        &mut self,
        path: &Path,
        table: ConditionTable,
        components: &BTreeMap<ComponentId, Component>,
        depth: usize,
    ) -> Option<Condition> {
        let mut conditions = self.conditions(path, table, components, depth + 1);
        if conditions.len() > 1 || conditions.is_empty() && !self.findings.is_faulty(path) {
            let message = format!("holds {} conditions, but one is needed", conditions.len());
            self.findings.fault(path, message, "write one condition in each table inside `any` and `not`");
        }
        conditions.pop()
    }

    fn not_within(&mut self, path: &Path, table: &MatchTable) {
        if table.within.is_some() {
            let help = "`within` belongs to `also`: how far from the first alert it may be";
            self.findings.fault(&path.key("within"), "has no meaning here", help);
        }
    }

    fn then(&mut self, path: &Path, table: ThenTable) -> Then {
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
        Then { verdict: table.verdict, parties, cause: table.cause, confidence: table.confidence, effect: table.effect }
    }
}
