//! Whether one isolation rule hides a later one.
//!
//! Only simple cases are seen: the earlier rule's every condition is the same as, or plainly weaker than, one of the
//! later rule's. What is not seen is not claimed: two rules whose patterns overlap in other ways go unnoticed.

use crate::desk::rules::Rule;

/// Whether `earlier` applies whenever `later` would.
pub(super) fn hides(earlier: &Rule, later: &Rule) -> bool {
    // A rule without conditions is a fault of its own.
    !earlier.when.is_empty() && earlier.when.iter().all(|weak| later.when.iter().any(|strong| weak.covers(strong)))
}
