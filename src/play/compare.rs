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
