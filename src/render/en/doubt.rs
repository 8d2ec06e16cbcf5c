//! What a verdict leaves open, in English.

use super::Mail;
use super::phrases::{NONE, NOT_KNOWN, list};
use crate::desk::letter::{Claim, Lever, Need, Unknown, VerdictFacts};
use crate::render::layout::Name;
use crate::render::{because, text, words};

/// Which kind of unknown it is, as a further sentence.
pub(super) fn stopped(unknown: &Unknown) -> String {
    match unknown {
        Unknown::NothingKnown { hosts } => {
            format!(" No rule holds, and no component covers {}.", list(hosts, "what fails"))
        }
        Unknown::NobodyLeft => " Everybody who could be asked has answered that it is not its part.".to_owned(),
        Unknown::Disagreement { .. } => " What is known disagrees; nobody has been asked.".to_owned(),
        Unknown::ByRule { rule } => format!(" Rule \"{}\" says so.", text::name(rule)),
    }
}

impl Mail<'_> {
    pub(super) fn open_ends(&mut self, verdict: &VerdictFacts) {
        if let Some(Unknown::Disagreement { claims }) = &verdict.unknown {
            let claims = claims.iter().map(claim).collect();
            self.page.section(Name::State).items("What disagrees", claims, NONE);
        }
        if !verdict.would_change.is_empty() {
            let levers = verdict.would_change.iter().map(|lever| self.lever(lever)).collect();
            self.page.section(Name::State).items("Would change it", levers, NONE);
        }
    }

    fn lever(&self, lever: &Lever) -> String {
        let when = match &lever.need {
            Need::Rule { rule, at: Some(at), .. } => {
                format!("if rule \"{}\" still holds at {}", text::name(rule), self.clock.english_short(*at))
            }
            Need::Rule { rule, facts, .. } => {
                let facts: Vec<String> = facts.iter().map(|fact| self.fact(fact)).collect();
                let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join("; ")) };
                format!("if rule \"{}\" turns out to hold{facts}", text::name(rule))
            }
            Need::NotTheirs { party } => format!("if it is not the part of {}", text::name(party)),
            Need::Covered { hosts } => format!("if a component covers {}", list(hosts, NOT_KNOWN)),
        };
        format!("{when}: {} ({})", words::verdict_en(lever.code), list(&lever.parties, NOT_KNOWN))
    }
}

fn claim(claim: &Claim) -> String {
    format!(
        "{} ({}): {} (rule \"{}\")",
        list(&claim.parties, NOT_KNOWN),
        words::confidence_en(claim.confidence),
        text::summary(&because::english(&claim.because)),
        text::name(&claim.rule)
    )
}
