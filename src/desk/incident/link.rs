//! What one incident has to do with another.

use serde::{Deserialize, Serialize};

/// How incidents are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// What stayed red there became this.
    RemainderOf,
    /// What stayed red here became that.
    Remainder,
    /// Split off while grouping, or by the desk.
    SplitFrom,
    /// Part of this became that.
    Split,
    /// 統合: this goes on under that number.
    MergedInto,
    /// 統合: that goes on under this number.
    Merged,
    /// 再発: the same fault as that one, later.
    RecurrenceOf,
    /// 再発: that one is the same fault, later.
    Recurrence,
    /// 波及: this is an echo of that one.
    EchoOf,
    /// 波及: that one is an echo of this.
    Echo,
    /// They belong together by the desk's word.
    Related,
}
