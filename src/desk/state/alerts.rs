//! Alerts by number. There may be a hundred thousand, so each has a place of its own: in the nodes of the tree, of which half is
//! empty when they come one after the other, only their addresses stand.

use crate::desk::alert::Alert;
use crate::desk::ids::AlertId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Alerts by number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alerts(BTreeMap<AlertId, Box<Alert>>);

impl Alerts {
    /// One of them.
    pub fn get(&self, id: &AlertId) -> Option<&Alert> {
        self.0.get(id).map(Box::as_ref)
    }

    /// All, oldest first.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Alert> + Clone {
        self.0.values().map(Box::as_ref)
    }

    /// Their numbers, lowest first.
    pub fn keys(&self) -> impl Iterator<Item = &AlertId> {
        self.0.keys()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One more, or another in its place.
    pub(in crate::desk) fn insert(&mut self, alert: Box<Alert>) {
        self.0.insert(alert.id, alert);
    }

    /// To be changed where no index depends on what changes.
    pub(in crate::desk) fn get_mut(&mut self, id: &AlertId) -> Option<&mut Alert> {
        self.0.get_mut(id).map(Box::as_mut)
    }

    pub(in crate::desk) fn remove(&mut self, id: &AlertId) -> Option<Box<Alert>> {
        self.0.remove(id)
    }

    pub(in crate::desk) fn into_values(self) -> impl Iterator<Item = Box<Alert>> {
        self.0.into_values()
    }
}
