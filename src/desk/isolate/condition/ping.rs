//! `ping`: the component's ping address answers or is silent.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::incident::Probe;
use crate::desk::isolate::probe_of;
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The component's ping address answers (`true`) or is silent (`false`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ping {
    /// Whose `ping` address.
    pub component: ComponentId,
    /// What is expected.
    pub answers: bool,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    component: String,
    answers: bool,
}

impl Kind for Ping {
    type Written = OneOrMany<Written>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let mut all = Vec::new();
        for (index, ping) in written.0.into_iter().enumerate() {
            let mut place = place.element(index);
            let mut place = place.key("component");
            let component = place.component(&ping.component);
            if place.known(&component).is_some_and(|component| component.ping.is_none()) {
                let help = format!("write ping = \"address\" in [component.{component}]");
                place.fault(format!("`{component}` has no address to ping"), help);
            }
            all.push(Self { component, answers: ping.answers });
        }
        all
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let target = case.target(&self.component);
        match probe_of(case, &self.component) {
            Some(Probe::Came { answered, at }) if *answered == self.answers => {
                Truth::Holds(vec![Fact::Ping { target, answered: *answered, at: *at }])
            }
            Some(Probe::Came { answered, .. }) => {
                if *answered {
                    Truth::fails("it answers", "応答あり")
                } else {
                    Truth::fails("it is silent", "応答なし")
                }
            }
            Some(Probe::NotKnown { why }) => Truth::NotKnown {
                missing: Phrase::new(
                    format!("the ping could not be tried: {}", why.en),
                    format!("pingを実行できず：{}", why.ja),
                ),
                facts: vec![Fact::PingNotKnown { target }],
            },
            Some(Probe::Awaited) => Truth::NotKnown {
                missing: Phrase::new("the ping is not back", "pingの結果待ち"),
                facts: vec![Fact::PingNotKnown { target }],
            },
            None => Truth::not_known(Phrase::new("no ping was sent", "pingは未実行")),
        }
    }

    fn excludes(&self, other: &Self) -> bool {
        self.component == other.component && self.answers != other.answers
    }

    fn words(&self) -> Phrase {
        let (en, ja) = if self.answers { ("answers", "応答する") } else { ("does not answer", "応答しない") };
        Phrase::new(format!("{} {en} ping", self.component), format!("{}がpingに{ja}", self.component))
    }

    fn pings(&self) -> Vec<&ComponentId> {
        vec![&self.component]
    }
}
