//! What was removed because the time it is kept was over, in English.

use crate::desk::letter::Digest;
use crate::desk::removal::SweptRecords;
use crate::render::time::Clock;

/// Since the last digest, one line for each kind.
pub(super) fn removed(digest: &Digest, clock: &Clock) -> Vec<String> {
    let files = digest.removed.map(|(files, incidents)| format!("{files} gathered files of {incidents} incidents"));
    let unlisted = (digest.unlisted > 0)
        .then(|| format!("{} incidents without a number are listed and found no longer", digest.unlisted));
    let records = digest.records.map(|SweptRecords { until, files, incidents }| {
        let until = clock.english(until);
        format!("the record until {until}: {incidents} closed incidents, {files} files of the journal")
    });
    files.into_iter().chain(unlisted).chain(records).collect()
}
