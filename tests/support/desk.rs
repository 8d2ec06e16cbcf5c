//! A desk stepped by a test: what becomes of its work where everything arrives, and how a frame is written down.

use kiriwake::desk::evidence::{Gathered, Lack};
use kiriwake::desk::observation::{Level, Observation, Problem, Report};
use kiriwake::desk::outcome::{Delivery, Outcome, Ping, Probed, WriteBack};
use kiriwake::desk::owed::Work;
use kiriwake::desk::{Frame, Input};
use std::collections::BTreeMap;

/// Every message arrives; nothing that is asked is known.
pub(crate) fn arrived(work: &Work) -> Outcome {
    let why = || "not asked by this test".to_owned();
    match work {
        Work::Ping { .. } => Outcome::Ping(Ping::NotKnown { why: why() }),
        Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
        Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why: why() }),
        Work::Evidence(ask) => {
            Outcome::Evidence(Gathered::Came { parts: Vec::new(), gaps: vec![ask.nothing(Lack::NotThere)] })
        }
        Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Written),
        Work::Message { addresses, .. } => {
            let accepted = || Delivery::Accepted { answer: "250 ok".to_owned() };
            Outcome::Message(addresses.iter().map(|known| (known.address.clone(), accepted())).collect())
        }
    }
}

/// A problem on `host` of which only the summary is known; 重度の障害.
pub(crate) fn problem(host: &str, summary: &str) -> Problem {
    Problem {
        host: host.into(),
        host_name: host.into(),
        summary: summary.into(),
        level: Level::High,
        tags: Default::default(),
        groups: Default::default(),
        object: None,
        fields: Default::default(),
        items: None,
        inventory: Default::default(),
        raw: Default::default(),
        acknowledged: false,
        suppressed: false,
        momentary: false,
        late: false,
    }
}

/// What a look of `source` brings, complete and not the first.
pub(crate) fn report(source: &str, observations: Vec<Observation>) -> Input {
    Input::Report(Report {
        source: source.into(),
        cursor: None,
        first_look: false,
        complete: true,
        observations,
        remarks: Vec::new(),
        maintenance: None,
    })
}

/// As the daemon writes it: with the version in front.
pub(crate) fn payload(frame: &Frame) -> String {
    format!("{{\"format\":1,{}", &serde_json::to_string(frame).expect("a frame")[1..])
}
