//! What a verdict leaves open, for the desk that goes on with it: as on record, with the names people know.

use crate::desk::incident;

/// Why the cause is not known (不明).
pub type Unknown = incident::Unknown<String>;
/// What one rule says where rules disagree.
pub type Claim = incident::Claim<String>;
/// Something that would change a verdict, and what it would be then.
pub type Lever = incident::Lever<String>;
/// What would have to be learnt.
pub type Need = incident::Need<String>;
