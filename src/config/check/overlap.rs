//! Whether one isolation rule hides a later one.
//!
//! Only simple cases are seen: the earlier rule's every condition is the same as, or plainly weaker than, one of the
//! later rule's. What is not seen is not claimed: two rules whose patterns overlap in other ways go unnoticed.

use crate::desk::pattern::Pattern;
use crate::desk::rules::{AlertMatch, Condition, Rule};
use std::collections::BTreeMap;

/// Whether `earlier` applies whenever `later` would.
pub(super) fn hides(earlier: &Rule, later: &Rule) -> bool {
    // A rule without conditions is a fault of its own.
    !earlier.when.is_empty() && earlier.when.iter().all(|weak| later.when.iter().any(|strong| follows(weak, strong)))
}

/// Whether `weak` holds whenever `strong` does.
fn follows(weak: &Condition, strong: &Condition) -> bool {
    match (weak, strong) {
        (Condition::Alert(weak), Condition::Alert(strong)) => weaker(weak, strong),
        (Condition::Also { alert: weak, within: wide }, Condition::Also { alert: strong, within: narrow }) => {
            wide >= narrow && weaker(weak, strong)
        }
        // Nothing of a wider kind is open, so nothing of a narrower kind is.
        (Condition::Absent(narrow), Condition::Absent(wide)) => weaker(wide, narrow),
        (Condition::Root(wide), Condition::Root(narrow)) => narrow.iter().all(|component| wide.contains(component)),
        (Condition::Behind { component: a, percent: least }, Condition::Behind { component: b, percent: most }) => {
            a == b && least <= most
        }
        (Condition::Any(choices), strong) => choices.iter().any(|choice| follows(choice, strong)),
        (weak, strong) => weak == strong,
    }
}

/// Whether `weak` fits every alert that `strong` fits.
fn weaker(weak: &AlertMatch, strong: &AlertMatch) -> bool {
    any_of(&weak.host, &strong.host)
        && any_of(&weak.group, &strong.group)
        && each_of(&weak.tag, &strong.tag)
        && any_of(&weak.summary, &strong.summary)
        && weak.level.is_none_or(|least| strong.level.is_some_and(|level| least <= level))
        && any_of(&weak.source, &strong.source)
        && each_of(&weak.field, &strong.field)
        && (weak.component.is_empty()
            || !strong.component.is_empty() && strong.component.iter().all(|it| weak.component.contains(it)))
}

fn any_of(weak: &[Pattern], strong: &[Pattern]) -> bool {
    let fits = |wanted: &Pattern| {
        weak.iter().any(|pattern| pattern == wanted || wanted.exact().is_some_and(|text| pattern.matches(text)))
    };
    weak.is_empty() || !strong.is_empty() && strong.iter().all(fits)
}

fn each_of(weak: &BTreeMap<String, Vec<Pattern>>, strong: &BTreeMap<String, Vec<Pattern>>) -> bool {
    weak.iter().all(|(name, weak)| strong.get(name).is_some_and(|strong| any_of(weak, strong)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::observation::Level;
    use std::time::Duration;

    fn alert(hosts: &[&str], level: Option<Level>) -> AlertMatch {
        let host = hosts.iter().map(|text| Pattern::parse(text).expect("a sound pattern")).collect();
        AlertMatch { host, level, ..AlertMatch::default() }
    }

    #[test]
    fn a_condition_follows_from_a_narrower_one_only() {
        let wide = Condition::Alert(alert(&["srv-*"], None));
        let narrow = Condition::Alert(alert(&["srv-db-01"], Some(Level::High)));
        assert!(follows(&wide, &narrow));
        assert!(!follows(&narrow, &wide));
        let late = Condition::Also { alert: alert(&["a"], None), within: Duration::from_secs(60) };
        let soon = Condition::Also { alert: alert(&["a"], None), within: Duration::from_secs(30) };
        assert!(follows(&late, &soon) && !follows(&soon, &late));
        let none = |it: &AlertMatch| Condition::Absent(it.clone());
        let (wide, narrow) = (alert(&["srv-*"], None), alert(&["srv-db-01"], None));
        assert!(follows(&none(&narrow), &none(&wide)) && !follows(&none(&wide), &none(&narrow)));
        assert!(follows(&Condition::Any(vec![Condition::Root(vec!["b".into()]), soon.clone()]), &soon));
    }
}
