//! Several messages in one, in English.

use super::super::layout::Name;
use super::phrases::{NONE, line};
use super::{Mail, number_of};
use crate::desk::letter::BundleLine;
use crate::render::bundle::{IN_FULL, NUMBERS, title};

impl Mail<'_> {
    pub(super) fn bundle(&mut self, lines: &[BundleLine], site: &str) -> String {
        self.page.text(format!("Many messages at once: these {} are told together.", lines.len()));
        let mut rows: Vec<String> = lines.iter().take(IN_FULL).map(|known| self.told(known)).collect();
        let short = |known: &BundleLine| known.number.as_ref().map_or_else(|| known.kind.replace('_', " "), number_of);
        let rest: Vec<String> = lines.iter().skip(IN_FULL).map(short).collect();
        rows.extend(rest.chunks(NUMBERS).map(|some| some.join(", ")));
        self.page.section(Name::Annex).items("Messages", rows, NONE);
        let gravest = lines.iter().filter_map(|known| known.severity).min();
        line(&["Together"], &format!("{site} {} messages", lines.len()), gravest, None)
    }

    fn told(&self, known: &BundleLine) -> String {
        let number = known.number.as_ref().map(number_of);
        let at = Some(self.clock.column(known.at));
        let severity = known.severity.map(|severity| format!("severity {severity}"));
        let by = known.acknowledge_by.map(|at| format!("acknowledge by {}", self.clock.column(at)));
        let kind = Some(known.kind.replace('_', " "));
        let title = (!known.summary.is_empty()).then(|| title(known));
        [number, at, severity, kind, title, by].into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
}
