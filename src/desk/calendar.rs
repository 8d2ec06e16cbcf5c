//! stub replaced by the calendar
use serde::{Deserialize, Serialize};
/// A calendar of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {}
