//! A desk stepped by a test: what becomes of its work where everything arrives, and how a frame is written down.

use kiriwake::desk::Frame;
use kiriwake::desk::evidence::{Gathered, Lack};
use kiriwake::desk::outcome::{Delivery, Outcome, Ping, Probed, WriteBack};
use kiriwake::desk::owed::Work;
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

/// As the daemon writes it: with the version in front.
pub(crate) fn payload(frame: &Frame) -> String {
    format!("{{\"format\":1,{}", &serde_json::to_string(frame).expect("a frame")[1..])
}
