//! An administrator's case: what is listed must come, in its order, within its input; everything else may.
//!
//! So that an upgrade that says more, or says it otherwise, does not break the cases. A listed line fits an outcome
//! whose line contains it, spaces apart not counted.

use super::script::squeeze;
use super::{Fault, Played, run};
use crate::desk::rules::Rules;

/// A case and how it went.
#[derive(Debug)]
pub struct Case {
    /// What was played.
    pub played: Played,
    /// What is wrong, by line; empty = as expected.
    pub faults: Vec<Fault>,
}

/// Plays `text` and compares its listed lines.
pub fn check_case(rules: &Rules, text: &str) -> Case {
    let played = run(rules, text);
    let mut faults = played.faults.clone();
    for (index, input) in played.script.inputs.iter().enumerate() {
        let came: Vec<String> = played
            .outcomes
            .iter()
            .filter(|outcome| outcome.input == index)
            .map(|outcome| squeeze(&outcome.line()))
            .collect();
        let mut from = 0;
        for expected in &input.expected {
            let found = came.iter().skip(from).position(|line| line.contains(&expected.text));
            match (expected.must, found) {
                (true, Some(place)) => from += place + 1,
                (true, None) => {
                    let early = came.iter().any(|line| line.contains(&expected.text));
                    let what = if early { "came earlier than listed" } else { "did not come" };
                    faults.push(Fault { line: expected.line, what: format!("{what}: {}", expected.text) });
                }
                (false, _) => {
                    if let Some(line) = came.iter().find(|line| line.contains(&expected.text)) {
                        let what = format!("must not come, but did: {line}");
                        faults.push(Fault { line: expected.line, what });
                    }
                }
            }
        }
    }
    faults.sort_by_key(|fault| fault.line);
    Case { played, faults }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::graph::tests::town;

    fn faults(case: &str) -> Vec<usize> {
        check_case(&town(), case).faults.iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn listed_lines_must_come_in_their_order_and_forbidden_ones_must_not() {
        let begin = "@ 2026-10-07\n10:00 act 田中 open \"遅い\"\n";
        assert_eq!(faults(&format!("{begin}> opened I-1\n> numbered I-1\n! asked\n")), [0_usize; 0]);
        assert_eq!(faults(&format!("{begin}> numbered I-1\n> opened I-1\n")), [4]);
        assert_eq!(faults(&format!("{begin}> never said\n! opened\n")), [3, 4]);
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        assert_eq!(faults("@ 2026-10-07\n10:00 nobody knows\n10:01 act 田中 dance KW-1\n"), [2, 3]);
    }
}
