//! Where alerts are and what they belong to: the indexes that follow each of them, and only what of them depends on what
//! changed. Most changes leave an alert where it is, and an index by names costs more than all the rest of a change.

use super::here::{Here, Sign};
use super::{Alerts, Place, State, take_out};
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, IncidentId};
use crate::desk::now::Elapsed;
use crate::desk::text::Text;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The indexes that follow alerts.
pub(super) struct Stands<'a> {
    over: &'a mut BTreeSet<(Elapsed, AlertId)>,
    live: &'a mut BTreeMap<Place, BTreeSet<AlertId>>,
    on_host: &'a mut BTreeMap<Text, BTreeSet<AlertId>>,
    held_back: &'a mut BTreeSet<AlertId>,
    sharing: &'a mut BTreeMap<Text, BTreeSet<AlertId>>,
    members: &'a mut BTreeMap<IncidentId, BTreeSet<AlertId>>,
    places: &'a mut BTreeMap<IncidentId, BTreeMap<Place, Here>>,
    incidents_at: &'a mut BTreeMap<Place, BTreeSet<IncidentId>>,
    reshaped: &'a mut BTreeSet<IncidentId>,
}

impl State {
    /// The alerts, and the indexes that follow them.
    pub(super) fn stands(&mut self) -> (&mut Alerts, Stands<'_>) {
        let Self { alerts, over, live, on_host, held_back, sharing, members, places, incidents_at, reshaped, .. } =
            self;
        (alerts, Stands { over, live, on_host, held_back, sharing, members, places, incidents_at, reshaped })
    }

    /// Changes an alert and every index that depends on what changed. An unknown one is nobody's. What it is about, and what it
    /// shares with others, stays as it was.
    pub(in crate::desk) fn alter_alert(&mut self, id: AlertId, change: impl FnOnce(&mut Alert)) {
        let (alerts, mut stands) = self.stands();
        let Some(alert) = alerts.get_mut(&id) else { return };
        let (was, there) = (Sign::of(alert), alert.incident());
        let (lived, held, over) = (alert.gone.is_none(), alert.held_back(), alert.over_since());
        change(alert);
        let alert = &*alert;
        stands.mark_over(alert, over);
        match (lived, alert.gone.is_none()) {
            (true, true) if held != alert.held_back() => stands.hold(alert),
            (true, true) | (false, false) => {}
            (true, false) => stands.end(alert),
            (false, true) => stands.live(alert),
        }
        match (there, alert.incident()) {
            (Some(there), Some(here)) if there == here => stands.show(here, alert, was),
            (there, here) => {
                there.into_iter().for_each(|there| stands.quit(there, alert, was));
                here.into_iter().for_each(|here| stands.join(here, alert));
            }
        }
    }
}

impl Stands<'_> {
    /// It is known from now on.
    pub(super) fn enter(&mut self, alert: &Alert) {
        self.mark_over(alert, None);
        if alert.gone.is_none() {
            self.live(alert);
        }
        if let Some(incident) = alert.incident() {
            self.join(incident, alert);
        }
    }

    /// It is forgotten.
    pub(super) fn leave(&mut self, alert: &Alert) {
        if let Some(over) = alert.over_since() {
            self.over.remove(&(over, alert.id));
        }
        self.end(alert);
        if let Some(incident) = alert.incident() {
            self.quit(incident, alert, Sign::of(alert));
        }
    }

    /// It is over since another moment than `before`, or is not.
    fn mark_over(&mut self, alert: &Alert, before: Option<Elapsed>) {
        let now = alert.over_since();
        if before != now {
            before.map(|before| self.over.remove(&(before, alert.id)));
            self.over.extend(now.map(|now| (now, alert.id)));
        }
    }

    /// It has not ended.
    fn live(&mut self, alert: &Alert) {
        self.live.entry(alert.place()).or_default().insert(alert.id);
        self.on_host.entry(alert.problem.host_name.clone()).or_default().insert(alert.id);
        self.hold(alert);
    }

    /// It has ended, or is forgotten.
    fn end(&mut self, alert: &Alert) {
        take_out(self.live, &alert.place(), alert.id);
        take_out(self.on_host, &alert.problem.host_name, alert.id);
        self.held_back.remove(&alert.id);
    }

    /// Whether it is kept apart, of one that has not ended.
    fn hold(&mut self, alert: &Alert) {
        if alert.held_back() {
            self.held_back.insert(alert.id);
        } else {
            self.held_back.remove(&alert.id);
        }
    }

    /// It is a member of `incident` from now on.
    fn join(&mut self, incident: IncidentId, alert: &Alert) {
        for share in &alert.shares {
            self.sharing.entry(share.clone()).or_default().insert(alert.id);
        }
        self.members.entry(incident).or_default().insert(alert.id);
        let here = match self.places.entry(incident).or_default().entry(alert.place()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.incidents_at.entry(new.key().clone()).or_default().insert(incident);
                new.insert(Here::default())
            }
        };
        if here.enter(Sign::of(alert)) {
            self.reshaped.insert(incident);
        }
    }

    /// It is no member of `incident` any more, where it looked like `was`.
    fn quit(&mut self, incident: IncidentId, alert: &Alert, was: Sign) {
        for share in &alert.shares {
            take_out(self.sharing, share, alert.id);
        }
        take_out(self.members, &incident, alert.id);
        let place = alert.place();
        let Some(places) = self.places.get_mut(&incident) else { return };
        let Some(here) = places.get_mut(&place) else { return };
        if here.leave(was) {
            self.reshaped.insert(incident);
        }
        if here.is_empty() {
            places.remove(&place);
            if places.is_empty() {
                self.places.remove(&incident);
            }
            take_out(self.incidents_at, &place, incident);
        }
    }

    /// It stays a member of `incident`, and looked like `was`.
    fn show(&mut self, incident: IncidentId, alert: &Alert, was: Sign) {
        let here = self.places.get_mut(&incident).and_then(|places| places.get_mut(&alert.place()));
        let Some(here) = here else { return };
        let (left, came) = (here.leave(was), here.enter(Sign::of(alert)));
        if left || came {
            self.reshaped.insert(incident);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::alert::{Gone, Standing, Suppression};
    use crate::desk::ids::CoverId;
    use crate::desk::now::Elapsed;
    use crate::desk::observation::{Evidence, Level};
    use crate::desk::text::tests::alert;
    use jiff::Timestamp;

    #[test]
    fn whatever_changes_the_indexes_are_as_derived_anew() {
        let (at, learnt) = (Timestamp::UNIX_EPOCH, Elapsed(1));
        let gone = |evidence| Some(Box::new(Gone { at, learnt, evidence }));
        let held = Standing::Suppressed(Suppression::Silenced { by: CoverId::Silence(1) });
        let standings = [Standing::Pending, Standing::Member(IncidentId(1)), Standing::Member(IncidentId(2)), held];
        let ends = [None, gone(Evidence::NoRecoveryEvent), gone(Evidence::RecoveryEvent { event: "e".to_owned() })];
        let forms = || standings.iter().flat_map(|standing| ends.iter().map(move |end| (standing, end)));
        for (before, after) in forms().flat_map(|before| forms().map(move |after| (before, after))) {
            let mut state = State::default();
            for (id, host) in [(1, "a"), (2, "a"), (3, "b")] {
                let mut one = alert(id, host);
                one.shares = vec!["tag.line=7".into()];
                (one.standing, one.gone) = (before.0.clone(), before.1.clone());
                state.put_alert(Box::new(one));
            }
            for id in [1, 3] {
                state.alter_alert(AlertId(id), |one| {
                    (one.standing, one.gone) = (after.0.clone(), after.1.clone());
                    one.problem.level = Level::Warning;
                });
                let mut anew = state.clone();
                anew.index();
                state.reshaped.clear();
                assert_eq!(state, anew, "{before:?} became {after:?}");
            }
        }
    }
}
