//! `probe`: a named probe saw this.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ProbeName;
use crate::desk::phrase::Phrase;
use crate::desk::probe::{Sign, Trial};
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A named probe saw this; `failed` stands for everything but `ok`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Which.
    pub name: ProbeName,
    /// What is expected.
    pub result: Sign,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    result: Sign,
}

impl Kind for Probe {
    type Written = OneOrMany<Written>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let all = written.0.into_iter().enumerate();
        all.map(|(index, probe)| {
            let name = place.element(index).key("name").probe(&probe.name);
            Self { name, result: probe.result }
        })
        .collect()
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let unknown = |missing: Phrase| Truth::NotKnown { missing, facts: vec![case.unknown_probe(&self.name)] };
        match case.incident.probes.get(&self.name) {
            Some(Trial::Came { seen, at }) if seen.sign.is(self.result) => {
                Truth::Holds(case.probe_facts(&self.name, seen, *at))
            }
            Some(Trial::Came { seen, .. }) => {
                let sign = seen.sign.words();
                Truth::fails(format!("it {}", sign.en), sign.ja)
            }
            Some(Trial::NotKnown { why }) => {
                unknown(Phrase::new(format!("it is not known: {}", why.en), format!("確認できず：{}", why.ja)))
            }
            Some(Trial::Queued | Trial::Awaited) => unknown(Phrase::new("it is not back", "結果待ち")),
            None => Truth::not_known(Phrase::new("it was not tried", "未実行")),
        }
    }

    fn words(&self) -> Phrase {
        let (name, result) = (&self.name, self.result.words());
        Phrase::new(
            format!("probe {name} {}", result.en),
            match self.result {
                // Everything but what is as it should be.
                Sign::Failed => format!("確認「{name}」の結果が「{}」以外", Sign::Ok.words().ja),
                _ => format!("確認「{name}」の結果が「{}」", result.ja),
            },
        )
    }

    fn probes(&self) -> Vec<&ProbeName> {
        vec![&self.name]
    }

    fn excludes(&self, other: &Self) -> bool {
        let both = |sign: &Sign| sign.is(self.result) && sign.is(other.result);
        self.name == other.name && !Sign::ALL.iter().any(both)
    }

    fn covers(&self, strong: &Self) -> bool {
        self.name == strong.name && strong.result.is(self.result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_follows_from_every_kind_of_failure() {
        let probe = |name: &str, result| Probe { name: name.into(), result };
        assert!(probe("a", Sign::Failed).covers(&probe("a", Sign::Expired)));
        assert!(!probe("a", Sign::Expired).covers(&probe("a", Sign::Failed)));
        assert!(!probe("a", Sign::Failed).covers(&probe("a", Sign::Ok)));
        assert!(!probe("a", Sign::Ok).covers(&probe("b", Sign::Ok)));
    }
}
