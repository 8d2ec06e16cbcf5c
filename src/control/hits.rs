//! Whom an incident hits as things stand now, in the words of the configuration.

use crate::desk::Desk;
use crate::desk::book::Book;
use crate::desk::ids::IncidentId;
use crate::desk::letter::Impact;
use crate::desk::rules::ImpactScope;
use crate::desk::scope::Reach;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whom an incident hits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hits {
    /// Systems that stop, by name, gravest first.
    pub systems: Vec<String>,
    /// How wide; `None` = not known.
    pub scope: Option<ImpactScope>,
    /// 住民影響; `None` = not known.
    pub residents: Option<bool>,
    /// 代替手段; `None` = not known.
    pub substitute: Option<bool>,
    /// 業務, 拠点, 部署 and what goes on.
    pub impact: Impact,
}

/// Whom incident `id` hits.
pub fn hits(desk: &Desk, id: IncidentId) -> Hits {
    let (state, book) = (desk.state(), desk.book());
    let Some(incident) = state.incidents.get(&id) else { return Hits::default() };
    let (reach, impact) = crate::desk::whom_it_hits(state, book, incident);
    Hits {
        systems: reach.systems.iter().map(|id| book.system_name(id)).collect(),
        scope: reach.scope,
        residents: reach.residents,
        substitute: reach.substitute,
        impact,
    }
}

/// Names of what a stored reach names by id; a system and a component may have the same id, so each says what it is.
pub(super) fn names(book: &Book, reach: &Reach, names: &mut BTreeMap<String, String>) {
    for id in reach.systems.iter().chain(&reach.there).chain(&reach.kept) {
        names.insert(format!("system.{id}"), book.system_name(id));
    }
    for id in reach.locations.iter().chain(&reach.kept_locations) {
        let name = book.rules.locations.get(id).map_or_else(|| id.to_string(), |location| location.name.clone());
        names.insert(format!("location.{id}"), name);
    }
    for id in &reach.carried_by {
        names.insert(id.to_string(), book.component_name(id));
    }
}
