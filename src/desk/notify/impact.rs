//! 影響範囲 in words of office work: what of the configuration stands in a letter, and whether anybody works with it now.

use super::facts::deciding_rule;
use super::hours::hours_in_words;
use crate::desk::book::Book;
use crate::desk::calendar::{Calendar, Day};
use crate::desk::correlate;
use crate::desk::ids::{CalendarId, IncidentId, LocationId, PartyId, SystemId};
use crate::desk::incident::{Incident, StatusName};
use crate::desk::letter::{Hours, Impact, OneSided, Stopped, Users};
use crate::desk::rules::{Location, System};
use crate::desk::scope::Reach;
use crate::desk::state::State;
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The systems a letter names: those that stop; where nothing stops, those a spare carries.
pub(super) fn systems(reach: &Reach) -> impl Iterator<Item = &SystemId> {
    if reach.hits() { reach.systems.iter() } else { reach.kept.iter() }
}

/// What a letter says of whom the incident hits; `house` = to an office or the desk, who also hear what goes on.
pub(super) fn impact(turn: &Turn, incident: &Incident, reach: &Reach, office: &PartyId, house: bool) -> Impact {
    let impact = of_reach(turn.state, turn.book, incident, reach);
    match house {
        true => Impact {
            hours: hours_of(turn.book, &Hit::of(turn.book, reach), office, lasts(incident, turn.now.wall)),
            over_since: over_since(turn, incident, reach),
            ..impact
        },
        false => Impact { untouched: Vec::new(), ..impact },
    }
}

/// Since when monitoring sees nobody hit any more, while that is checked.
fn over_since(turn: &Turn, incident: &Incident, reach: &Reach) -> Option<Timestamp> {
    let checked = incident.status.name() == StatusName::Verifying && reach.hits();
    let usable = incident.usable.filter(|_| checked && correlate::still_red(turn, incident.id).is_empty())?;
    Some(correlate::usable_since(turn.state, turn.book, incident, usable))
}

/// Whom the incident hits as things stand, and what goes on, at no particular hour.
pub(crate) fn whom_it_hits(state: &State, book: &Book, incident: &Incident) -> (Reach, Impact) {
    let reach = correlate::reach_of(state, book, incident);
    let impact = of_reach(state, book, incident, &reach);
    (reach, impact)
}

fn of_reach(state: &State, book: &Book, incident: &Incident, reach: &Reach) -> Impact {
    let hit = Hit::of(book, reach);
    let untouched = correlate::untouched(state, book, incident, reach);
    Impact {
        work: hit.work(),
        locations: hit.locations(book),
        elsewhere: hit.systems.iter().any(|system| system.usage.locations.is_empty()),
        everywhere: hit.everywhere(book),
        cut_off: reach.locations.iter().filter_map(|id| Some(book.rules.locations.get(id)?.name.clone())).collect(),
        there: reach.there.iter().map(|id| book.system_name(id)).collect(),
        by_place: hit.by_place(&reach.locations, &reach.there, book),
        departments: hit.departments(),
        users: hit.users(),
        substitutes: substitutes(book, reach, false),
        unusable: substitutes(book, reach, true),
        one_sided: one_sided(book, incident, reach),
        beside: beside(state, book, incident, reach),
        // Of what only a spare keeps it is said where the spare is told of.
        untouched: untouched.iter().filter(|id| !reach.kept.contains(id)).map(|id| book.system_name(id)).collect(),
        hours: Hours::default(),
        hit_before: incident.hit_before.clone(),
        hit_since: incident.hit_since,
        over_since: None,
    }
}

/// Whether anybody works at the moment `at` with what the incident hits.
pub(super) fn hours(turn: &Turn, incident: IncidentId, office: &PartyId, at: Timestamp) -> Hours {
    let Some(known) = turn.state.incidents.get(&incident) else { return Hours::default() };
    let reach = correlate::reach_of(turn.state, turn.book, known);
    hours_of(turn.book, &Hit::of(turn.book, &reach), office, lasts(known, at))
}

/// How long it hits somebody, as far as is known at the moment `at`.
fn lasts(incident: &Incident, at: Timestamp) -> Lasts {
    let mut spans = incident.hit_before.clone();
    // While a spare carries all of it nobody is hit.
    if spans.is_empty() || incident.hit_since.is_some() {
        let until = incident.usable.map_or(at, |usable| usable.min(at));
        spans.push((incident.hit_since.unwrap_or(incident.occurred), until));
    }
    Lasts { spans, at }
}

/// From when until when something is hit, and the moment of writing.
struct Lasts {
    spans: Vec<(Timestamp, Timestamp)>,
    at: Timestamp,
}

fn hours_of(book: &Book, hit: &Hit, office: &PartyId, lasts: Lasts) -> Hours {
    let Lasts { spans, at } = lasts;
    let calendar = book.party(office).map(|office| book.calendar(&office.hours));
    let open = calendar.is_none_or(|calendar| calendar.is_open(at, &book.zone));
    let of_systems = hit.systems.iter().map(|system| (&system.name, system.usage.hours.as_ref()));
    let of_locations = hit.locations.iter().map(|location| (&location.name, location.hours.as_ref()));
    let all: Vec<(&String, Option<&CalendarId>)> = of_systems.chain(of_locations).collect();
    let stated = || all.iter().filter_map(|(name, hours)| Some((*name, (*hours)?)));
    let runs = |id| book.calendar(id).is_open(at, &book.zone);
    let told = |(name, id): (&String, _)| (name.clone(), hours_in_words(book, id));
    let rests = !all.is_empty() && stated().count() == all.len() && stated().all(|(_, id)| !runs(id));
    let own = stated().map(|(_, id)| book.calendar(id)).filter(|_| rests);
    let went_by =
        |calendar: &Calendar| spans.iter().map(|(since, until)| calendar.between(*since, *until, &book.zone)).sum();
    Hours {
        went_by: match rests {
            true => own.map(went_by).max().unwrap_or_default(),
            false => calendar.filter(|_| !open).map(went_by).unwrap_or_default(),
        },
        closed_day: calendar.is_some_and(|calendar| !matches!(calendar.day(book.date(at)), Day::Open { .. })),
        opens: calendar.filter(|_| !open).and_then(|calendar| calendar.next_opening(at, &book.zone)),
        in_service: if open { Vec::new() } else { stated().filter(|(_, id)| runs(id)).map(told).collect() },
        out_of_service: if rests { stated().map(told).collect() } else { Vec::new() },
    }
}

/// It goes on on one side: a spare carries all or part of it, or the rule says so of the thing itself.
fn one_sided(book: &Book, incident: &Incident, reach: &Reach) -> Option<OneSided> {
    if reach.carried_by.is_empty() {
        let by_rule = deciding_rule(book, incident).is_some_and(|rule| rule.then.redundancy_lost);
        return by_rule.then(OneSided::default);
    }
    let systems = reach.kept.iter().map(|id| book.system_name(id));
    let locations = reach.kept_locations.iter().filter_map(|id| Some(book.rules.locations.get(id)?.name.clone()));
    Some(OneSided {
        on: reach.carried_by.iter().map(|id| book.component_name(id)).collect(),
        kept: systems.chain(locations).collect(),
    })
}

/// The other sides of it that fail as well; once it is over they leave it on one side.
fn beside(state: &State, book: &Book, incident: &Incident, reach: &Reach) -> Vec<(String, Timestamp)> {
    if !reach.hits() {
        return Vec::new();
    }
    let failing = correlate::failing_beside(state, book, incident);
    failing.into_iter().map(|(id, since)| (book.component_name(&id), since)).collect()
}

/// The systems and locations a letter is about.
struct Hit<'a> {
    systems: Vec<&'a System>,
    locations: Vec<&'a Location>,
    /// Systems used at those locations, which stop only there.
    there: Vec<&'a System>,
    /// Where any of it is used.
    at: BTreeSet<&'a LocationId>,
}

impl<'a> Hit<'a> {
    fn of(book: &'a Book, reach: &'a Reach) -> Self {
        let rules = &book.rules;
        let locations = if reach.hits() { &reach.locations } else { &reach.kept_locations };
        let all = |ids: &'a [SystemId]| ids.iter().filter_map(|id| rules.systems.get(id)).collect::<Vec<_>>();
        let hit: Vec<&System> = systems(reach).filter_map(|id| rules.systems.get(id)).collect();
        let used = hit.iter().flat_map(|system| &system.usage.locations);
        Self {
            at: used.chain(locations).collect(),
            systems: hit,
            locations: locations.iter().filter_map(|id| rules.locations.get(id)).collect(),
            there: all(&reach.there),
        }
    }

    fn work(&self) -> Vec<String> {
        in_order(self.systems.iter().chain(&self.there).flat_map(|system| &system.usage.work))
    }

    /// What stops where, where that differs.
    fn by_place(&self, cut_off: &'a [LocationId], there: &'a [SystemId], book: &Book) -> Vec<Stopped> {
        let mut all: Vec<(Vec<&SystemId>, Stopped)> = Vec::new();
        for (id, location) in cut_off.iter().filter_map(|id| Some((id, book.rules.locations.get(id)?))) {
            let used = |system: &&SystemId| {
                book.rules.systems.get(*system).is_some_and(|system| system.usage.locations.contains(id))
            };
            let used: Vec<&SystemId> = there.iter().filter(used).collect();
            match all.iter_mut().find(|(systems, _)| *systems == used) {
                Some((_, stopped)) => stopped.places.push(location.name.clone()),
                None => {
                    let systems: Vec<&System> = used.iter().filter_map(|id| book.rules.systems.get(*id)).collect();
                    let stopped = Stopped {
                        places: vec![location.name.clone()],
                        systems: systems.iter().map(|system| system.name.clone()).collect(),
                        work: in_order(systems.iter().flat_map(|system| &system.usage.work)),
                    };
                    all.push((used, stopped));
                }
            }
        }
        if all.len() > 1 { all.into_iter().map(|(_, stopped)| stopped).collect() } else { Vec::new() }
    }

    fn locations(&self, book: &Book) -> Vec<String> {
        let mut all: Vec<&Location> = self.at.iter().filter_map(|id| book.rules.locations.get(*id)).collect();
        all.sort_by_key(|location| location.order);
        all.into_iter().map(|location| location.name.clone()).collect()
    }

    fn everywhere(&self, book: &Book) -> bool {
        book.rules.locations.len() > 1 && self.at.len() == book.rules.locations.len()
    }

    fn departments(&self) -> Vec<String> {
        let of_systems = self.systems.iter().flat_map(|system| &system.usage.departments);
        in_order(of_systems.chain(self.locations.iter().flat_map(|location| &location.departments)))
    }

    /// Different systems have the same users in part, different locations have not.
    fn users(&self) -> Option<Users> {
        let systems: Vec<Option<u32>> = self.systems.iter().map(|system| system.usage.users).collect();
        let locations: Vec<Option<u32>> = self.locations.iter().map(|location| location.users).collect();
        let there = locations.iter().flatten().fold(0_u32, |all, users| all.saturating_add(*users));
        let about = systems.iter().flatten().copied().max().unwrap_or(0).max(there);
        let unstated = systems.iter().chain(&locations).any(Option::is_none);
        let at_least = unstated || systems.len() > 1 || !systems.is_empty() && !locations.is_empty();
        (about > 0).then_some(Users { about, at_least })
    }
}

/// 代替手段 in words, each with whom it is for: those that can be used, or those that need what fails as well.
fn substitutes(book: &Book, reach: &Reach, gone: bool) -> Vec<(String, String)> {
    let locations = if reach.hits() { &reach.locations } else { &reach.kept_locations };
    let of_systems = systems(reach).filter_map(|id| {
        let system = book.rules.systems.get(id)?;
        Some((&system.name, &system.impact, reach.without.contains(id)))
    });
    let of_locations = locations.iter().filter_map(|id| {
        let location = book.rules.locations.get(id)?;
        Some((&location.name, &location.impact, reach.without_at.contains(id)))
    });
    let these = of_systems.chain(of_locations).filter(|(_, _, is_gone)| *is_gone == gone);
    let stated = these.filter(|(_, impact, _)| !impact.substitute_words.is_empty());
    stated.map(|(name, impact, _)| (name.clone(), impact.substitute_words.clone())).collect()
}

/// Each once, in the order of coming.
fn in_order<'a>(all: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(*one)).cloned().collect()
}
