//! A thing that shows no sign itself and may be the cause all the same: how many coincidences it takes to believe so.
//!
//! Several faults at the same moment are a coincidence; so is every watched thing behind a dead one that shows nothing,
//! and a dead thing whose own alert is missing. Whatever needs fewer of them is believed. All weights are in bits: one
//! more makes it half as likely.

use super::cause::{Failing, Known, SHOWN_BY, Signs, may_explain, only_warns, red};
use crate::desk::ids::ComponentId;
use crate::desk::observation::Level;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A component fails by itself in one grouping window in sixteen thousand, which is every two or three weeks and so rather
/// often: log2 16,000 ≈ 14.
const ONE_MORE_FAULT: usize = 14;

/// A warning comes by itself more often: in one window in a thousand, once a day.
const ONE_MORE_WARNING: usize = 10;

/// Of what is worked on, one in four does not do its work right afterwards - and then it runs, and shows nothing itself.
const AFTER_WORK: usize = 2;

/// A watched thing that is dead raises its alert by the end of the window in all but one case in thirty.
const DEAD_UNSEEN: usize = 5;

/// That it runs and does not do its work is one fault in eight; its own monitoring looks at the machine, and shows nothing
/// of that in half of the cases.
const IDLE: usize = 3;
const IDLE_UNSEEN: usize = 1;

/// What cannot be.
const NEVER: usize = 1_000;

/// What shows no sign itself, and is needed by what does.
pub(super) struct Silent<'a> {
    component: &'a ComponentId,
    /// Roots that need it.
    roots: usize,
    /// What it takes for each of those to fail by itself.
    coincidence: usize,
    /// The gravest of those.
    level: Level,
    /// Watched things behind it, itself included where it is watched, that show nothing.
    quiet: usize,
    /// All of them.
    behind: usize,
}

impl<'a> Silent<'a> {
    fn all(known: &Known<'a>, roots: &Signs<'a>, red: &Signs<'a>) -> Vec<Self> {
        let book = known.book;
        let mut failing: BTreeMap<&'a ComponentId, usize> = BTreeMap::new();
        // What does no harm is as good as quiet.
        let failing_now = red.iter().filter(|(_, level)| **level != Level::Information);
        for below in failing_now.flat_map(|(id, _)| book.graph.below(id)) {
            *failing.entry(below).or_default() += 1;
        }
        let mut all: BTreeMap<&'a ComponentId, Self> = BTreeMap::new();
        for (root, level) in roots {
            // What does no harm, half a power supply, is no echo of a thing that would show itself.
            let may_come_of = |id: &&ComponentId| *level != Level::Information || !book.watched(id);
            for component in book.graph.below(root).iter().filter(|id| !roots.contains_key(*id)).filter(may_come_of) {
                let silent = all.entry(component).or_insert_with(|| {
                    let behind = book.watched_behind(component);
                    let quiet = behind.saturating_sub(failing.get(component).copied().unwrap_or_default());
                    Silent { component, roots: 0, coincidence: 0, level: *level, quiet, behind }
                });
                silent.roots += 1;
                silent.coincidence += if only_warns(*level) { ONE_MORE_WARNING } else { ONE_MORE_FAULT };
                silent.level = silent.level.max(*level);
            }
        }
        all.into_values().collect()
    }

    /// How many coincidences fewer it takes to believe in it than in a fault of each root. The simpler story must win
    /// clearly, the more so the more there is to explain.
    fn spares(&self, known: &Known, red: &Signs) -> Option<usize> {
        let takes = self.unlikely(known, red) + self.roots;
        self.coincidence.checked_sub(takes).filter(|spares| *spares > 0)
    }

    /// What it takes for it to fail and show nothing of it, and for so much behind it to show nothing either.
    fn unlikely(&self, known: &Known, red: &Signs) -> usize {
        let (book, component) = (known.book, self.component);
        // What fails only for those who ask it at the moment, or is slow, leaves half of what needs it unhurt.
        let some = self.quiet / 2;
        // Nothing that needs what stopped works, and a dead thing answers nobody. What is slow answers all the same.
        if stops(self.level) && known.works_behind(component, red) {
            return NEVER;
        }
        if known.state.lately_worked_on(component, known.at) {
            return AFTER_WORK + self.quiet;
        }
        let watched = book.watched(component);
        let if_watched = |bits: usize| if watched { bits } else { 0 };
        // Where most of what needs it is well, those that are not have more likely each their own reason - or one that nobody
        // has written down: the lines of one carrier fail together while the switch they end at is green.
        let many = (self.behind - self.quiet.min(self.behind)) * SHOWN_BY >= self.behind;
        let hidden = watched && !many;
        let dead = if known.is_sound(component) || !stops(self.level) || hidden {
            NEVER
        } else {
            if_watched(DEAD_UNSEEN) + self.quiet
        };
        let idle = if many { IDLE + if_watched(IDLE_UNSEEN) + some } else { NEVER };
        ONE_MORE_FAULT + dead.min(idle)
    }

    /// The one worth believing in, if any: it spares most coincidences, and is the nearest to what fails. With the level
    /// of what it does.
    pub(super) fn best(known: &Known<'a>, roots: &Signs<'a>, red: &Signs<'a>) -> Option<(&'a ComponentId, Level)> {
        if known.remainder {
            return None;
        }
        let all =
            Self::all(known, roots, red).into_iter().filter_map(|silent| Some((silent.spares(known, red)?, silent)));
        let best = all.min_by_key(|(spares, silent)| (Reverse(*spares), silent.behind, silent.component));
        best.map(|(_, silent)| (silent.component, silent.level))
    }

    /// Those that several roots need, the most likely first.
    pub(super) fn suspects(known: &Known<'a>, roots: &Signs<'a>, red: &Signs<'a>) -> Vec<&'a ComponentId> {
        let mut all = Self::all(known, roots, red);
        all.retain(|silent| silent.roots > 1);
        all.sort_by_key(|silent| (Reverse(silent.roots), silent.behind, silent.component));
        all.into_iter().map(|silent| silent.component).collect()
    }
}

/// It makes what needs it fail, not only slow.
fn stops(level: Level) -> bool {
    !only_warns(level) && level != Level::Average
}

/// Something below `root` that explains as much as it does and that nobody can see: not watched, not asked, and nothing
/// else behind it shows that it works.
pub(in crate::desk) fn rival<'a>(
    known: &Known<'a>,
    root: &ComponentId,
    failing: &'a Failing,
) -> Option<&'a ComponentId> {
    let graph = &known.book.graph;
    let red = red(failing);
    let level = red.get(root).copied().unwrap_or(Level::High);
    let fails = |id: &ComponentId| id == root || graph.needs(id, root) || red.contains_key(id);
    let hidden = |id: &ComponentId| !known.book.watched(id) && !known.is_sound(id);
    let unseen = |id: &ComponentId| {
        hidden(id) && graph.behind(id).iter().all(|behind| fails(behind) || !known.book.watched(behind))
    };
    graph.below(root).iter().find(|id| may_explain(Level::High, level) && unseen(id))
}
