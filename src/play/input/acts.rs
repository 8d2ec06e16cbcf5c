//! What people at the desk do, as a transcript says it: `act NAME open …`, `act NAME ack NUMBER …`, `act NAME change …`, `act NAME retry O-12`,
//! `act NAME approve O-12`, `act NAME drop O-12 "…"`.

use super::{Step, Words, covers, named};
use crate::desk::act::{Act, Actor, Deed, Registered, Role};
use crate::desk::ids::{ModificationId, OwedId, PartyId};
use crate::desk::letter::{Ask, DetectedBy};

pub(super) fn act(words: &mut Words) -> Result<Step, String> {
    let role = words.key("role").map(|word| named("role", word)).transpose()?.unwrap_or(Role::Operator);
    let name = words.next("a name")?.to_owned();
    let actor = Actor { name, role };
    let verb = words.next("what is done")?;
    if verb == "open" {
        return Ok(Step::Act(actor, open(words)?));
    }
    if let Some(act) = covers::act(verb, words)? {
        return Ok(Step::Act(actor, act));
    }
    if verb == "retry" {
        return Ok(Step::Act(actor, Act::Retry { owed: row(words)? }));
    }
    if verb == "approve" {
        return Ok(Step::Act(actor, Act::Approve { owed: row(words)? }));
    }
    if verb == "drop" {
        return Ok(Step::Act(actor, Act::Drop { owed: row(words)?, reason: words.next("a reason")?.to_owned() }));
    }
    if verb == "erase" {
        return Ok(Step::Erase {
            containing: words.key("containing").map(str::to_owned),
            incident: words.next("an incident's number")?.to_owned(),
            reason: words.next("a reason")?.to_owned(),
            actor,
        });
    }
    if verb == "change" {
        return Ok(Step::Act(actor, change(words)?));
    }
    let incident = words.next("an incident's number")?.to_owned();
    let deed = deed(verb, words)?;
    Ok(Step::Act(actor, Act::On { incident, deed }))
}

fn row(words: &mut Words) -> Result<OwedId, String> {
    let row = words.next("a row")?;
    let id = row.strip_prefix("O-").and_then(|id| id.parse().ok()).map(OwedId);
    id.ok_or_else(|| format!("`{row}` is no row; rows look like O-12"))
}

fn open(words: &mut Words) -> Result<Act, String> {
    let summary = words.next("a summary in quotes")?.to_owned();
    Ok(Act::Open {
        summary,
        separate: words.flag("separate"),
        component: words.key("component").map(Into::into),
        detected_by: words.key("by").map(|word| named("way in", word)).transpose()?.unwrap_or(DetectedBy::UserPhone),
        occurred: words.moment("occurred")?,
        severity: severity(words)?,
    })
}

/// `change add "…" component=a,b [party=…] [at=…] [planned]`, `change done C-1 [at=…]`, `change rollback C-1 [at=…]`.
fn change(words: &mut Words) -> Result<Act, String> {
    let step = words.next("add, done or rollback")?;
    let what = words.next("what is changed, or C-1")?;
    let at = words.moment("at")?;
    let id = || what.strip_prefix("C-").and_then(|id| id.parse().ok()).map(ModificationId);
    let known = || id().ok_or_else(|| format!("`{what}` is no change; changes look like C-1"));
    match step {
        "add" => Ok(Act::Register(Registered {
            summary: what.to_owned(),
            components: words.key("component").unwrap_or_default().split(',').map(Into::into).collect(),
            party: words.key("party").map(PartyId::from),
            at,
            planned: words.flag("planned"),
        })),
        "done" => Ok(Act::Done { modification: known()?, at }),
        "rollback" => Ok(Act::RollBack { modification: known()?, at }),
        other => Err(format!("a change is add, done or rollback, not `{other}`")),
    }
}

fn severity(words: &mut Words) -> Result<Option<u8>, String> {
    let text = words.key("severity");
    text.map(|text| text.parse().map_err(|_| format!("`severity={text}` is no number"))).transpose()
}

fn deed(verb: &str, words: &mut Words) -> Result<Deed, String> {
    let party = |words: &mut Words| words.key("party").map(PartyId::from);
    Ok(match verb {
        "confirm" => Deed::Confirm {
            verdict: words.key("verdict").map(|word| named("verdict", word)).transpose()?,
            parties: words.key("party").map(|list| list.split(',').map(PartyId::from).collect()).unwrap_or_default(),
            severity: severity(words)?,
            data: words.key("data").map(|word| named("data", word)).transpose()?,
            because: words.key("because").map(str::to_owned),
        },
        "ack" => Deed::Acknowledge { party: party(words), at: words.moment("at")? },
        "start" => Deed::Start { party: party(words), at: words.moment("at")? },
        "called" => Deed::Called {
            party: party(words).ok_or("`party=…` is missing")?,
            contact: words.key("contact").map(str::to_owned),
            result: named("result of a call", words.next("no_answer, voice_mail, busy or answered")?)?,
            at: words.moment("at")?,
        },
        "note" => Deed::Note { text: words.next("the note")?.into() },
        "verify" => Deed::Verify,
        "restore" => Deed::Restore {
            check: words.key("check").unwrap_or_default().into(),
            usable: words.moment("usable")?,
            treatment: words.key("treatment").map(Into::into),
        },
        "reopen" => Deed::Reopen { reason: words.next("a reason")?.into() },
        "submit" => Deed::Submit,
        "accept" => Deed::Accept { name: words.key("name").unwrap_or_default().into(), at: words.moment("at")? },
        "hold" => Deed::Hold { reason: words.next("a reason")?.into() },
        "resume" => Deed::Resume { decision: words.next("the decision")?.into() },
        "cancel" => Deed::Cancel {
            kind: words.key("kind").map(|word| named("kind of cancellation", word)).transpose()?.unwrap_or_default(),
            reason: words.next("a reason")?.into(),
        },
        "workaround" => Deed::WorkAround { at: words.moment("at")?, text: words.next("what was done")?.into() },
        "looked" => {
            let at = words.moment("at")?;
            let pairs = std::mem::take(&mut words.rest);
            let pair = |word: &str| {
                let (item, found) = word.split_once('=').ok_or_else(|| format!("`{word}` is no item=finding"))?;
                Ok((item.to_owned(), found.into()))
            };
            Deed::Looked { findings: pairs.into_iter().map(pair).collect::<Result<_, String>>()?, at }
        }
        "cause" => Deed::Cause {
            root: words.key("root").map(Into::into),
            contract: words.key("contract").map(|word| named("kind of contract", word)).transpose()?,
            class: named("class of causes", words.next("a class")?)?,
            direct: words.next("the cause")?.into(),
        },
        "merge" => Deed::Merge {
            into: words.key("into").ok_or("`into=NUMBER` is missing")?.to_owned(),
            reason: words.next("a reason")?.into(),
        },
        "split" => Deed::Split {
            places: words.key("at").ok_or("`at=COMPONENT,HOST` is missing")?.split(',').map(str::to_owned).collect(),
            reason: words.next("a reason")?.into(),
        },
        "link" => Deed::Link {
            recurrence: words.flag("recurrence"),
            to: words.key("to").ok_or("`to=NUMBER` is missing")?.to_owned(),
        },
        "hand-back" => Deed::HandBack {
            party: party(words),
            at: words.moment("at")?,
            reason: words.next("the vendor's words")?.into(),
        },
        "assign" => Deed::Assign {
            party: party(words).ok_or("`party=…` is missing")?,
            ask: words.key("ask").map(|word| named("request", word)).transpose()?.unwrap_or(Ask::Repair),
        },
        other => return Err(format!("`{other}` is no act")),
    })
}
