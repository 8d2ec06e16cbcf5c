//! Acts about planned work and silences in the words of a transcript.
//!
//! `plan "WHAT" component=A,B owner=P reason=… [from=HH:MM] until=HH:MM`, `silence [component=A,B] [host=H] [group=G]
//! [tag=NAME=VALUE] [summary=T] [source=S] owner=P reason=… [from=…] until=…`, `extend P-1 until=…`, `end S-1`.

use super::Words;
use crate::desk::act::{Act, CoverAct, Fitting, Terms};
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::observation::Maintenance;

/// The act behind `verb`, if it is one of these.
pub(super) fn act(verb: &str, words: &mut Words) -> Result<Option<Act>, String> {
    let act = match verb {
        "plan" => {
            let what = words.next("what is done, in quotes")?.to_owned();
            CoverAct::Plan { what, components: components(words), terms: terms(words)? }
        }
        "silence" => {
            let list = |words: &mut Words, key: &str| words.key(key).map(str::to_owned).into_iter().collect();
            let tag = words.key("tag").map(|tag| tag.split_once('=').ok_or("a tag is written tag=NAME=VALUE"));
            let tag = tag.transpose()?.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let alerts = Fitting {
                components: components(words),
                hosts: list(words, "host"),
                groups: list(words, "group"),
                tags: tag.into_iter().collect(),
                summaries: list(words, "summary"),
                sources: list(words, "source"),
            };
            CoverAct::Silence { alerts, terms: terms(words)? }
        }
        "extend" => {
            let cover = words.next("a number like P-1")?.parse()?;
            CoverAct::Extend { cover, until: words.moment("until")?.ok_or("`until=…` is missing")? }
        }
        "end" => CoverAct::End { cover: words.next("a number like P-1")?.parse()? },
        _ => return Ok(None),
    };
    Ok(Some(Act::Cover(act)))
}

fn components(words: &mut Words) -> Vec<ComponentId> {
    words.key("component").map(|list| list.split(',').map(ComponentId::from).collect()).unwrap_or_default()
}

fn terms(words: &mut Words) -> Result<Terms, String> {
    Ok(Terms {
        owner: words.key("owner").map(PartyId::from),
        reason: words.key("reason").unwrap_or_default().to_owned(),
        from: words.moment("from")?,
        until: words.moment("until")?,
    })
}

/// What a source says is under maintenance in it: `none`, or one by its name.
pub(super) fn maintenance(words: &mut Words) -> Result<Vec<Maintenance>, String> {
    let name = words.next("the name of the maintenance, or none")?.to_owned();
    if name == "none" {
        return Ok(Vec::new());
    }
    let hosts = words.key("host").ok_or("`host=…` is missing")?;
    Ok(vec![Maintenance {
        key: name.clone(),
        name,
        reason: words.key("reason").unwrap_or_default().to_owned(),
        hosts: hosts.split(',').map(str::to_owned).collect(),
        from: words.moment("from")?.ok_or("`from=…` is missing")?,
        until: words.moment("until")?.ok_or("`until=…` is missing")?,
    }])
}
