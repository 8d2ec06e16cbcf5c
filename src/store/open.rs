//! The start: look first, refuse before touching, then repair what is damaged and say so.
//!
//! Nothing is written before the versions are known to be ours and the lock is held.

use super::beginning::{self, Beginning};
use super::bodies::Bodies;
use super::checkpoint::Checkpoint;
use super::erasing;
use super::error::Error;
use super::files;
use super::finding::Finding;
use super::head::{self, Head, Mark};
use super::identity::{self, Found, Identity};
use super::ink::{self, Inked};
use super::journal::{End, Journal};
use super::lock::{self, Lock};
use super::quarantine::Quarantine;
use super::record::FORMAT;
use super::restore::{self, RESTORING, RestoreMark};
use super::segment::{self, Scan, Segment};
use super::walk::{self, Course, Frames, Walk};
use super::working::{self, Entities, Held, Settings, Working};
use super::{Options, Start, Store};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// The folder of the journal in the state directory.
pub(super) const JOURNAL: &str = "journal";
/// How the folders begin into which `store verify` copies the working state.
pub(super) const COPY: &str = "verify.";

/// Opens what `lock` holds, or else what it takes the lock of.
pub(super) fn open(dir: &Path, options: Options, lock: Option<Lock>) -> Result<(Store, Start), Error> {
    lock::check(dir)?;
    if dir.join(RESTORING).exists() {
        // Half of a record must not be taken for all of it, nor none for a new one.
        return Err(Error::Restoring { dir: dir.to_owned() });
    }
    known(dir, options.schema)?;
    let lock = lock.map_or_else(|| Lock::take(dir), Ok)?;
    erasing::settle(dir)?;
    let mut findings = Vec::new();
    let (found, fault) = known(dir, options.schema)?;
    let is_recovered = fault.is_some();
    findings.extend(fault.map(|why| Finding::Rewritten { file: identity::NAME.to_owned(), why }));
    // A term of 0 says that a first start has begun but not ended.
    let identity = match found {
        Some(identity) => identity,
        None => {
            let drawn = Identity { epoch: 0, ..Identity::draw(options.schema)? };
            drawn.write(dir)?;
            drawn
        }
    };
    let journal = dir.join(JOURNAL);
    files::ensure_dir(&journal)?;
    move_left_overs(dir, &mut findings)?;
    let bodies = Bodies::open(dir)?;
    let begins = Beginning::read(dir).unwrap_or_else(|why| {
        findings.push(Finding::Unreadable { file: beginning::NAME.to_owned(), why });
        None
    });
    let inked = Inked::read(dir).unwrap_or_else(|why| {
        findings.push(Finding::Unreadable { file: ink::NAME.to_owned(), why });
        Inked::default()
    });
    let segments = beginning::remaining(&journal, begins)?;
    let mark = Mark::read(dir);
    let is_written = |segment: &Segment| segment.path(&journal).metadata().map_or(true, |found| found.len() > 0);
    let is_new =
        identity.epoch == 0 && !segments.iter().any(is_written) && !matches!(mark, Ok(Some(mark)) if mark.seq > 0);
    let mark = mark.unwrap_or_else(|why| {
        findings.push(Finding::Rewritten { file: head::NAME.to_owned(), why });
        Some(Mark::default())
    });
    if mark.is_none() && !is_new {
        findings.push(Finding::Rewritten { file: head::NAME.to_owned(), why: "it was missing".to_owned() });
    }
    let mark = mark.unwrap_or_default();

    let settings = Settings {
        state: dir.to_owned(),
        store: identity.store_id,
        open_limit: options.open_limit,
        write_behind: options.write_behind,
        cache: options.cache,
    };
    let (mut working, mut held) = Working::open(&settings, is_new)?;
    let (segments, inked) = (segments.as_slice(), &inked);
    let place = Place { journal: &journal, segments, begins, inked, identity, schema: options.schema };
    let mut base = place.base(held.held.as_ref().map(|(held, _)| held.applied));
    let mut walk = place.walk(base.from)?;
    let doubt = doubt(&place, &walk, held.held.as_ref().map(|(held, _)| *held), &mut findings);
    if let Some(why) = doubt {
        (working, held) = working.discard(&settings, why)?;
        base = place.base(None);
        walk = place.walk(base.from)?;
    }
    if let Some(why) = held.why {
        findings.push(Finding::WorkingRebuilt { why, moved_to: held.moved_to });
    }
    let held_seq = held.held.as_ref().map_or(0, |(held, _)| held.applied);
    let lost = witness(mark, &journal, segments, &walk, held_seq);
    let last_seq = walk.last_seq.max(mark.seq).max(held_seq);
    let whole_from_one = segments.first().map_or(last_seq == 0, |segment| segment.first == 1);
    if held.held.is_none() && base.snapshot.is_none() && !whole_from_one {
        findings.push(Finding::HistoryIncomplete { from: segments.first().map_or(last_seq + 1, |first| first.first) });
    }
    let has_damage = !walk.findings.is_empty() || !lost.is_empty();
    let has_lost_frames = last_seq > walk.last_seq;
    let file = repair(dir, &place, &mut walk)?.filter(|_| !has_lost_frames);
    findings.append(&mut walk.findings);
    findings.extend(lost);

    let restored = RestoreMark::read(dir).unwrap_or_else(|why| {
        findings.push(Finding::Unreadable { file: restore::MARK.to_owned(), why });
        None
    });

    let epoch = identity.epoch.max(walk.epoch).max(1);
    let is_later_term = has_lost_frames || (options.new_term && !is_new);
    let current =
        Identity { format: FORMAT, schema: options.schema, epoch: epoch + u64::from(is_later_term), ..identity };
    let end = End { seq: last_seq, link: walk.link.unwrap_or_default(), file };
    let writer = Journal::open(&journal, current, Head::open(dir)?, end)?;
    if current != identity || is_recovered {
        current.write(dir)?;
    }
    lock.sign();

    let (applied_seq, entities, snapshot) = match (held.held, base.snapshot) {
        (Some((held, entities)), _) => (held.applied, entities, None),
        (None, Some((seq, payload))) => (seq, Entities::default(), Some(payload)),
        (None, None) => (0, Entities::default(), None),
    };
    for finding in &findings {
        tracing::warn!(%finding, "found while opening the store");
    }
    let start = Start {
        entities,
        applied_seq,
        snapshot,
        frames: Frames::new(&journal, segments, identity.store_id, applied_seq, walk.last_seq),
        findings,
        epoch: current.epoch,
        store_id: current.store_id,
        last_seq,
        schema_found: identity.schema,
        is_new,
        restored,
    };
    let folder = dir.to_owned();
    let store = Store { folder, options, journal: writer, working, bodies, roll_wanted: has_damage, _lock: lock };
    Ok((store, start))
}

/// Whose store this is, and what is wrong with the file that should say so. Refuses a newer one. Reads only.
pub(super) fn known(dir: &Path, schema: u32) -> Result<(Option<Identity>, Option<String>), Error> {
    let (why, unreadable) = match Identity::read(dir)? {
        Found::Good(identity) => {
            identity.admit(dir, schema)?;
            return Ok((Some(identity), None));
        }
        Found::Absent => ("it was missing".to_owned(), None),
        Found::Damaged(why) => (why, None),
        Found::Unreadable(error) => (error.to_string(), Some(error)),
    };
    let journal = dir.join(JOURNAL);
    let segments = segment::list(&journal)?;
    let (journal, segments) = (journal.as_path(), segments.as_slice());
    let (begins, store, limit, refers) = (None, None, None, None);
    let inked = &Inked::of(dir);
    let course = Course { journal, segments, from: 0, begins, inked, schema, store, limit, refers };
    let walk = walk::walk(course, &mut |_| ())?;
    let is_empty = segments.is_empty() && !dir.join(working::FOLDER).exists();
    let Walk { store, schema, epoch, .. } = walk;
    if let (Some(source), None) = (unreadable, store) {
        // A new identity would disown the record for good, when all it needs may be a disk that answers again.
        return Err(Error::io("reading", &dir.join(identity::NAME))(source));
    }
    let identity = store.map(|store_id| Identity { format: FORMAT, schema, store_id, epoch });
    Ok((identity, (!is_empty).then_some(why)))
}

/// What the journal is, once it is known whose.
struct Place<'a> {
    journal: &'a Path,
    segments: &'a [Segment],
    begins: Option<Beginning>,
    inked: &'a Inked,
    identity: Identity,
    schema: u32,
}

/// Where rebuilding begins.
struct Base {
    from: usize,
    snapshot: Option<(u64, Vec<u8>)>,
}

impl Place<'_> {
    /// With a working state after frame `applied`, the file that holds the next one; else the newest snapshot.
    fn base(&self, applied: Option<u64>) -> Base {
        match applied {
            Some(applied) => {
                let behind = self.segments.partition_point(|segment| segment.first <= applied.saturating_add(1));
                Base { from: behind.saturating_sub(1), snapshot: None }
            }
            None => match walk::snapshot(self.journal, self.segments, self.identity.store_id) {
                Some((from, seq, payload)) => Base { from, snapshot: Some((seq, payload)) },
                None => Base { from: 0, snapshot: None },
            },
        }
    }

    /// Walks from there on, or from further back when the link for the next frame is not found.
    fn walk(&self, from: usize) -> Result<Walk, Error> {
        let (journal, segments, schema) = (self.journal, self.segments, self.schema);
        let (store, begins, inked) = (Some(self.identity.store_id), self.begins, self.inked);
        let (limit, refers) = (None, None);
        let mut from = from.min(segments.len().saturating_sub(1));
        loop {
            let course = Course { journal, segments, from, begins, inked, schema, store, limit, refers };
            let walk = walk::walk(course, &mut |_| ())?;
            if walk.link.is_some() || from == 0 {
                return Ok(walk);
            }
            from -= 1;
        }
    }
}

/// Why a working state that is whole in itself should not be used; what else the checkpoint tells is a finding.
fn doubt(place: &Place<'_>, walk: &Walk, held: Option<Held>, findings: &mut Vec<Finding>) -> Option<String> {
    if let (Some(Held { applied, .. }), Some(Beginning { to, .. })) = (held, place.begins)
        && applied < to
    {
        return Some(format!("it is at frame {applied}, the record begins after frame {to}"));
    }
    if let (Some(Held { applied, .. }), Some(newer)) = (held, walk.snapshot) {
        let is_needed = |to: u64| applied < to && to <= newer;
        if let Some((from, to)) = walk.missing.iter().find(|(_, to)| is_needed(*to)) {
            return Some(format!(
                "it is at frame {applied}, frames {from} to {to} are missing, a snapshot has {newer}"
            ));
        }
    }
    let checkpoint =
        walk.checkpoint.as_deref().and_then(|payload| serde_json::from_slice::<Checkpoint>(payload).ok())?;
    let mut doubt = None;
    for finding in checkpoint.compare(place.journal, place.segments, place.begins, held) {
        match finding {
            Finding::WorkingRebuilt { why, .. } => doubt = Some(why),
            other => findings.push(other),
        }
    }
    doubt
}

/// Compares the end of the journal with what is known to have been written.
pub(super) fn witness(mark: Mark, journal: &Path, segments: &[Segment], walk: &Walk, held: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let marked = Segment { first: mark.first, turn: mark.turn };
    if mark.length > 0 {
        let path = marked.path(journal);
        let found = segments.contains(&marked).then(|| path.metadata().map_or(0, |found| found.len()));
        if found.is_none_or(|found| found < mark.length) {
            let file = marked.to_string();
            findings.push(Finding::ShortJournal { file, recorded: mark.length, found });
        }
    }
    let recorded = mark.seq.max(held);
    if recorded > walk.last_seq {
        let (journal, in_working_state) = (walk.last_seq, held >= recorded);
        findings.push(Finding::LostTail { journal, recorded, in_working_state });
    }
    findings
}

/// Keeps copies of damaged bytes, cuts torn tails off, and returns the last file to go on in.
fn repair(dir: &Path, place: &Place<'_>, walk: &mut Walk) -> Result<Option<(Segment, u64)>, Error> {
    let quarantine = Quarantine::of(dir);
    for stretch in walk.damage.clone() {
        let name = stretch.segment.to_string();
        let mut scan = Scan::open(&stretch.segment.path(place.journal), None)?;
        let copy = quarantine.keep(&name, stretch.offset, scan.bytes(stretch.offset, stretch.bytes))?;
        if let Some(Finding::DamagedRecord { copied_to, .. }) = walk.findings.get_mut(stretch.finding) {
            *copied_to = Some(copy);
        }
    }
    let mut length = Some(walk.length);
    for finding in &mut walk.findings {
        let Finding::TornTail { file, offset, bytes, moved_to } = finding else { continue };
        let Some(segment) = place.segments.iter().find(|segment| segment.to_string() == *file) else { continue };
        let path = segment.path(place.journal);
        let kept = Scan::open(&path, None).and_then(|mut scan| {
            let kept = quarantine.keep(file, *offset, scan.bytes(*offset, *bytes))?;
            let file = OpenOptions::new().write(true).open(&path);
            file.and_then(|file| file.set_len(*offset).and_then(|()| file.sync_all()))
                .map_err(Error::io("cutting the torn tail of", &path))?;
            Ok(kept)
        });
        if let Err(error) = &kept {
            // A disk that is full (P20) must not keep the desk from starting: the journal goes on in a new file.
            tracing::warn!(%error, file, "a torn tail stays where it is");
        }
        if Some(segment) == place.segments.last() {
            length = kept.is_ok().then_some(*offset);
        }
        *moved_to = kept.ok();
    }
    let Some(&last) = place.segments.last() else { return Ok(None) };
    let name = last.to_string();
    let unreadable = |finding: &Finding| matches!(finding, Finding::Unreadable { file, .. } if *file == name);
    // A file the disk does not give back is not written to any more.
    let unreadable = walk.findings.iter().any(unreadable);
    Ok(length.filter(|_| !unreadable).map(|length| (last, length)))
}

/// Moves aside what interrupted writes left: a torn snapshot of sled makes opening it fail for ever.
fn move_left_overs(dir: &Path, findings: &mut Vec<Finding>) -> Result<(), Error> {
    for path in left_overs(dir)? {
        let file = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
        let moved_to = Some(Quarantine::of(dir).take(&path)?);
        findings.push(Finding::LeftOver { file, moved_to });
    }
    Ok(())
}

/// What interrupted writes left in the state directory.
pub(super) fn left_overs(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let sled = dir.join(working::FOLDER);
    let is_torn = |name: &String| name.starts_with("snap.") && name.ends_with(".generating");
    let mut paths: Vec<_> =
        files::names(&sled)?.iter().filter(|name| is_torn(name)).map(|name| sled.join(name)).collect();
    paths.extend(files::names(dir)?.iter().filter(|name| name.starts_with(COPY)).map(|name| dir.join(name)));
    paths.extend(Bodies::left_over(dir)?);
    Ok(paths)
}
