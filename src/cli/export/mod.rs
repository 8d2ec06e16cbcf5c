//! `store export`: what the record knows, as JSON lines with names that stay.
//!
//! It reads the journal from its beginning, beside a running daemon or without one, and says of every incident, request,
//! row and alert how it stands at the end - also of those the daemon keeps in memory no longer. Secrets are not in the record,
//! so none can leave with it. Not here: what is in bodies and messages.

mod lines;

use super::{Context, Trouble, text};
use crate::clock::Clock;
use crate::desk::incident::{self, Edit};
use crate::desk::state::State;
use crate::desk::{Change, Desk, Frame, alert, owed, request};
use crate::record;
use crate::store::{Bodies, History};
use lines::{Counts, Line};
use std::io::{BufWriter, ErrorKind, Write};

/// The form of the lines: a name never changes its meaning; new ones may come.
const FORMAT: u32 = 1;

/// Writes the lines.
pub(super) fn export(context: &Context, entries: bool) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let failed = |error: crate::store::Error| Trouble::Said(text::full(&error), error.exit_code());
    let history = History::open(&settings.state_directory, record::SCHEMA).map_err(failed)?;
    let bodies = Bodies::look(&settings.state_directory);
    let mut out = Out { to: BufWriter::new(std::io::stdout().lock()), counts: Counts::default() };
    let begin = if history.is_whole() { None } else { history.snapshots().last() };
    let (mut after, mut state) = (0, State::default());
    if let Some((seq, payload)) = begin {
        match record::read(&payload, &bodies) {
            Ok(read) => (after, state) = (seq, read),
            Err(error) => out.lost(&format!("the snapshot after frame {seq}: {error}")),
        }
    }
    let (first, now) = (after + 1, Clock::real(None).wall());
    let mut desk = Desk::new(state, settings.rules);
    let written = (|| {
        out.line(Line::record(FORMAT, now, first))?;
        for stored in history.frames(after) {
            if stored.seq > after + 1 {
                out.lost(&format!("frames {} to {} are missing", after + 1, stored.seq - 1));
            }
            after = stored.seq;
            let frame: Frame = match record::read(&stored.payload, &bodies) {
                Ok(frame) => frame,
                Err(error) => {
                    out.lost(&format!("frame {}: {error}", stored.seq));
                    continue;
                }
            };
            if entries {
                for (nth, entry) in frame.entries.iter().enumerate() {
                    out.line(Line::entry(stored.seq, nth, &frame, entry))?;
                }
            }
            out.forgotten(desk.state(), &frame)?;
            desk.fold(&frame);
        }
        let state = desk.state();
        state.incidents.values().try_for_each(|incident| out.line(Line::incident(incident)))?;
        state.requests.values().try_for_each(|request| out.line(Line::request(request)))?;
        state.owed.values().try_for_each(|row| out.line(Line::row(row)))?;
        state.alerts.values().try_for_each(|alert| out.line(Line::alert(alert)))?;
        let counts = out.counts;
        out.line(Line::End { last_seq: after, counts })?;
        out.to.flush()
    })();
    match written {
        // A reader who closes the pipe early (`head`) is no error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Trouble::Said(format!("the export could not be written: {error}"), 74)),
        Ok(()) if out.counts.lost > 0 => Err(Trouble::Silent(1)),
        Ok(()) => Ok(()),
    }
}

struct Out<W: Write> {
    to: BufWriter<W>,
    counts: Counts,
}

impl<W: Write> Out<W> {
    fn line(&mut self, line: Line<'_>) -> std::io::Result<()> {
        self.counts.count(&line);
        // As bytes, as the store writes them: another kind of writer would put all of it into the program once more.
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        self.to.write_all(&bytes)
    }

    /// What of the record is not in the export.
    fn lost(&mut self, what: &str) {
        self.counts.lost += 1;
        eprintln!("kiriwake: not exported: {}; `kiriwake store verify` tells more", text::clean(what));
    }

    /// What the desk is about to forget.
    fn forgotten(&mut self, state: &State, frame: &Frame) -> std::io::Result<()> {
        for entry in &frame.entries {
            match &entry.change {
                Change::Owed(owed::Change::Forgotten(id)) => {
                    state.owed.get(id).map_or(Ok(()), |row| self.line(Line::row(row)))?;
                }
                Change::Alert(alert::Change::Forgotten(id)) => {
                    state.alerts.get(id).map_or(Ok(()), |alert| self.line(Line::alert(alert)))?;
                }
                Change::Request(request::Change::Forgotten(id)) => {
                    state.requests.get(id).map_or(Ok(()), |request| self.line(Line::request(request)))?;
                }
                Change::Incident(incident::Change { incident, what: Edit::Archived }) => {
                    state.incidents.get(incident).map_or(Ok(()), |incident| self.line(Line::incident(incident)))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
