//! Addresses that answer no ping even when all is well: their silence is no sign of anything.
//!
//! A firewall on the way, a machine that is told not to answer, an address that was written down wrong: every day, while
//! nothing fails there, each `ping` address of a component is asked once. What is silent then is not believed to be dead
//! when it is silent during a fault. Not here: asking (a worker), and the pings of an incident (`probe`).

use crate::desk::correlate::cause::only_warns;
use crate::desk::ids::ComponentId;
use crate::desk::outcome::Ping;
use crate::desk::owed::{Why, Work};
use crate::desk::state::Place;
use crate::desk::turn::Turn;
use crate::desk::{deliver, house};
use std::collections::BTreeMap;

/// Addresses in one piece of work.
const TOGETHER: usize = 64;

/// The daily hour: every address is asked.
pub(in crate::desk) fn look_at_addresses(turn: &mut Turn) {
    let Some(next) = turn.book.next_hour(turn.now.wall, turn.book.rules.policy.addresses_at) else { return };
    turn.record(house::Change::Addresses { next }, house::Reason::Hour);
    let gone: Vec<ComponentId> =
        turn.state.house.mute.keys().filter(|id| address(turn, id).is_none()).cloned().collect();
    for component in gone {
        turn.record(house::Change::Mute { component, since: None }, house::Reason::Configuration);
    }
    let known = turn.book.rules.components.iter();
    let all: Vec<(ComponentId, String)> =
        known.filter_map(|(id, component)| Some((id.clone(), component.ping.clone()?))).collect();
    for some in all.chunks(TOGETHER) {
        let work = Work::Echoes { addresses: some.iter().cloned().collect() };
        deliver::owe(turn, None, work, Why::Addresses);
    }
}

fn address<'a>(turn: &'a Turn, component: &ComponentId) -> Option<&'a String> {
    turn.book.rules.components.get(component)?.ping.as_ref()
}

/// The answers of some addresses came back.
pub(in crate::desk) fn echoes_came(turn: &mut Turn, echoes: &BTreeMap<ComponentId, Ping>) {
    let silent = echoes.values().filter(|ping| **ping == Ping::Silent).count();
    // Then it is our own way out that is broken, and nothing is learnt.
    let cut_off = silent > 1 && silent * 2 > echoes.len();
    for (component, ping) in echoes {
        match ping {
            Ping::Answered { .. } => speaks(turn, component),
            Ping::Silent if !cut_off && !is_mute(turn, component) && all_is_well(turn, component) => {
                let change = house::Change::Mute { component: component.clone(), since: Some(turn.now.wall) };
                turn.record(change, house::Reason::Calm);
            }
            Ping::Silent | Ping::NotKnown { .. } => {}
        }
    }
}

/// Whether its silence says nothing.
pub(super) fn is_mute(turn: &Turn, component: &ComponentId) -> bool {
    turn.state.house.mute.contains_key(component)
}

/// It answered: from now on its silence counts.
pub(super) fn speaks(turn: &mut Turn, component: &ComponentId) {
    if is_mute(turn, component) {
        turn.record(house::Change::Mute { component: component.clone(), since: None }, house::Reason::Answered);
    }
}

/// Neither it nor anything it needs fails or is worked on.
fn all_is_well(turn: &Turn, component: &ComponentId) -> bool {
    let below = turn.book.graph.below(component);
    below.iter().chain([component]).all(|id| {
        let place = Place::Component(id.clone());
        let fails = turn.state.live_at(&place).any(|alert| alert.red() && !only_warns(alert.weight()));
        !fails && turn.state.burning_from(id).next().is_none() && !turn.state.lately_worked_on(id, turn.now.wall)
    })
}
