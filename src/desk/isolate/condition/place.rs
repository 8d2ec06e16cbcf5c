//! Where a written condition stands, and who follows the names in it.
//!
//! A condition knows its own keys, not the file around them: it goes from key to key, and whoever knows the file
//! ([`Refer`], in `config`) finds what is named and notes what is wrong.

use super::{Condition, Written};
use crate::desk::ids::{CalendarId, ComponentId, ProbeName};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{AlertMatch, Component, WrittenMatch};

/// How deep `any` and `not` may stand in each other.
const DEPTH: usize = 8;

/// One step from a table to something inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To what stands behind a key.
    Key(&'static str),
    /// To one of several values; to the value itself where there is only one and no list.
    Element(usize),
}

/// Follows names and notes faults, for whoever reads the rules. Steps lead from the table of conditions.
pub trait Refer {
    /// The component of this name.
    fn component(&mut self, at: &[Step], name: &str) -> ComponentId;
    /// The calendar of this name.
    fn calendar(&mut self, at: &[Step], name: &str) -> CalendarId;
    /// The probe of this name.
    fn probe(&mut self, at: &[Step], name: &str) -> ProbeName;
    /// A field of host inventories is named.
    fn inventory(&mut self, at: &[Step], field: &str);
    /// What is known of a component.
    fn known(&self, component: &ComponentId) -> Option<&Component>;
    /// Notes what is wrong and what would be right.
    fn fault(&mut self, at: &[Step], message: String, help: String);
    /// Whether something there or inside it was noted already.
    fn is_faulty(&self, at: &[Step]) -> bool;
}

/// The place of a written condition.
pub struct Place<'a> {
    refer: &'a mut dyn Refer,
    steps: Vec<Step>,
    depth: usize,
}

impl<'a> Place<'a> {
    /// The table of conditions itself.
    pub fn top(refer: &'a mut dyn Refer) -> Self {
        Self { refer, steps: Vec::new(), depth: 0 }
    }

    /// What stands behind `key`.
    pub fn key(&mut self, key: &'static str) -> Place<'_> {
        self.step(Step::Key(key))
    }

    /// The `index`th of what may be one value or a list.
    pub fn element(&mut self, index: usize) -> Place<'_> {
        self.step(Step::Element(index))
    }

    fn step(&mut self, step: Step) -> Place<'_> {
        let mut steps = self.steps.clone();
        steps.push(step);
        Place { refer: &mut *self.refer, steps, depth: self.depth }
    }

    /// The component named here.
    pub fn component(&mut self, name: &str) -> ComponentId {
        self.refer.component(&self.steps, name)
    }

    /// The calendar named here.
    pub fn calendar(&mut self, name: &str) -> CalendarId {
        self.refer.calendar(&self.steps, name)
    }

    /// The probe named here.
    pub fn probe(&mut self, name: &str) -> ProbeName {
        self.refer.probe(&self.steps, name)
    }

    /// The components named here.
    pub fn components(&mut self, names: &OneOrMany<String>) -> Vec<ComponentId> {
        names.0.iter().enumerate().map(|(index, name)| self.element(index).component(name)).collect()
    }

    /// What is known of a component.
    pub fn known(&self, component: &ComponentId) -> Option<&Component> {
        self.refer.known(component)
    }

    /// Notes a fault here.
    pub fn fault(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.refer.fault(&self.steps, message.into(), help.into());
    }

    /// Conditions on an alert where `within` has no meaning.
    pub fn alert(&mut self, written: WrittenMatch) -> AlertMatch {
        if written.within.is_some() {
            let help = "`within` belongs to `also`, `earlier` and `missing`: how far from the first alert it may be";
            self.key("within").fault("has no meaning here", help);
        }
        self.alert_within(written)
    }

    /// Conditions on an alert; the caller has looked at `within`.
    pub fn alert_within(&mut self, written: WrittenMatch) -> AlertMatch {
        let components = self.key("component").components(&written.component);
        for field in written.inventory.keys() {
            let inventory = self.key("inventory");
            inventory.refer.inventory(&inventory.steps, field);
        }
        let texts = [
            ("host", &written.host),
            ("group", &written.group),
            ("summary", &written.summary),
            ("source", &written.source),
            ("item", &written.item),
        ];
        for (key, patterns) in texts {
            for index in (0..patterns.0.len()).filter(|index| patterns.0[*index].exact() == Some("")) {
                let help = "it would fit an empty text alone: write what it should fit, or take the key away";
                self.key(key).element(index).fault("is empty", help);
            }
        }
        let all = AlertMatch::of(written, components);
        if all == AlertMatch::default() {
            self.fault("says nothing", "an empty table would fit every alert: say what it should fit");
        }
        all
    }

    /// Inside `any` and `not` one table is one condition: with several it would be a guess how they belong together.
    pub fn single(&mut self, written: Written) -> Option<Condition> {
        if self.depth >= DEPTH {
            self.fault("is nested too deeply", "make several rules of it");
            return None;
        }
        let mut inside = Place { refer: &mut *self.refer, steps: self.steps.clone(), depth: self.depth + 1 };
        let mut conditions = written.checked(&mut inside);
        if conditions.len() > 1 || conditions.is_empty() && !self.refer.is_faulty(&self.steps) {
            let message = format!("holds {} conditions, but one is needed", conditions.len());
            self.fault(message, "write one condition in each table inside `any` and `not`");
        }
        conditions.pop()
    }
}
