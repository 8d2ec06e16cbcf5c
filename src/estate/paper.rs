//! The estate as an administrator writes it down: TOML, read and checked like anybody's.

use super::fault::Fault;
use super::things::{Kind, Town, keeper};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// Parties, calendars, channels and sources: the same in every estate.
const FRAME: &str = include_str!("frame.toml");

/// The files of the configuration, by name.
pub(super) fn files(town: &Town, faults: &[Fault], begin: Timestamp) -> Vec<(String, String)> {
    vec![
        ("frame.toml".to_owned(), FRAME.to_owned()),
        ("components.toml".to_owned(), components(town)),
        ("systems.toml".to_owned(), systems(town)),
        ("isolation.toml".to_owned(), rules(town)),
        ("work.toml".to_owned(), planned(town, faults, begin)),
    ]
}

fn components(town: &Town) -> String {
    let mut text = String::new();
    for (index, thing) in town.things.iter().enumerate() {
        let _ =
            writeln!(text, "[component.{}]\nname = \"{}\"\nparty = \"{}\"", thing.id, thing.name, keeper(thing.kind));
        let mut matches = Vec::new();
        match (&thing.host, thing.tag) {
            (Some(host), Some(tag)) if thing.kind == Kind::Names => {
                matches.push(format!("{{ host = [\"{host}\", \"ad-02\"], tag.component = \"{tag}\" }}"));
            }
            (Some(host), Some(tag)) => matches.push(format!("{{ host = \"{host}\", tag.component = \"{tag}\" }}")),
            (Some(host), None) => matches.push(format!("{{ host = \"{host}\" }}")),
            (None, _) => {}
        }
        // What the switch before it says of the port it hangs on is about the line between them.
        if let (Some(host), Some(up)) = (&thing.host, town.upstream(index))
            && let Some(switch) = &town.things[up].host
            && has_port(thing.kind)
        {
            matches.push(format!("{{ host = \"{switch}\", summary = \"/to-{host} /\" }}"));
        }
        if thing.kind == Kind::Application
            && let Some(machine) = machine_of(town, index)
        {
            matches.push(format!(
                "{{ host = \"{machine}\", tag.component = \"db-client\", field.app = \"{}\" }}",
                thing.id
            ));
        }
        if !matches.is_empty() {
            let _ = writeln!(text, "match = [{}]", matches.join(", "));
        }
        let mut needs: Vec<String> = thing.written.iter().map(|of| format!("\"{}\"", town.things[*of].id)).collect();
        needs.sort();
        needs.dedup();
        let _ = writeln!(text, "needs = [{}]", needs.join(", "));
        if let Some(address) = &thing.address {
            let _ = writeln!(text, "ping = \"{address}\"");
        }
        text.push('\n');
    }
    text
}

/// The switch before it names its port after it.
pub(super) fn has_port(kind: Kind) -> bool {
    matches!(kind, Kind::Distribution | Kind::Access | Kind::Line | Kind::Firewall | Kind::Balancer)
}

/// The machine an application runs on.
pub(super) fn machine_of(town: &Town, application: usize) -> Option<&String> {
    let ties = &town.things[application].ties;
    ties.iter().map(|(of, _)| &town.things[*of]).find(|of| of.kind == Kind::Virtual).and_then(|of| of.host.as_ref())
}

fn systems(town: &Town) -> String {
    let mut text = String::new();
    for service in &town.services {
        let needs: Vec<String> = service.needs.iter().map(|of| format!("\"{}\"", town.things[*of].id)).collect();
        let _ = writeln!(
            text,
            "[system.{}]\nname = \"{}\"\nneeds = [{}]\nimpact = {{ scope = \"{}\", residents = {} }}\n",
            service.id,
            service.name,
            needs.join(", "),
            service.scope,
            service.residents
        );
    }
    text
}

/// The rules of `config/isolation.toml`, in this estate's names.
fn rules(town: &Town) -> String {
    let names = |kinds: &[Kind]| {
        let ids: Vec<String> = town.of(kinds).iter().map(|of| format!("\"{}\"", town.things[*of].id)).collect();
        ids.join(", ")
    };
    let mut text = String::new();
    let mut rule = |name: &str, when: &str, then: &str, because: &str, rest: &str| {
        let _ = writeln!(text, "[[rule]]\nname = \"{name}\"\n{when}\nthen = {then}\nbecause = \"{because}\"\n{rest}");
    };
    rule(
        "コアスイッチ停止",
        "when.alert = { component = \"core-sw-01\", summary = \"/Ping応答なし/\" }\n\
         when.behind = { component = \"core-sw-01\", percent = 80 }",
        "{ verdict = \"single\", party = \"n-sha\", cause = \"HW\", confidence = \"probable\", effect = \"stopped\" }",
        "応答しない機器の大部分がコアスイッチの配下にあり、コアスイッチ自体も応答しないため",
        "",
    );
    let databases = names(&[Kind::Database]);
    for storage in town.of(&[Kind::Storage]) {
        let id = &town.things[storage].id;
        rule(
            &format!("{id}の遅延がDBに波及"),
            &format!(
                "when.alert = {{ component = [{databases}], summary = \"/遅延|接続/\" }}\n\
                 when.root = \"{id}\""
            ),
            "{ verdict = \"single\", party = \"t-sha\", cause = \"HW\", confidence = \"probable\" }",
            "DBの応答が悪化し、その前提となるストレージに原因があるとみられるため",
            "",
        );
    }
    let certificates = names(&[Kind::Certificate]);
    rule(
        "サーバ証明書の期限切れ",
        &format!(
            "when.alert = {{ component = [{certificates}], summary = \"/TLS証明書 検証エラー/\" }}\n\
             when.root = [{certificates}]"
        ),
        "{ verdict = \"single\", party = \"d-sha\", cause = \"CF\", confidence = \"probable\", effect = \"stopped\" }",
        "TLS証明書の検証に失敗し、関連する機器には異常を検知していないため",
        "",
    );
    text
}

fn planned(town: &Town, faults: &[Fault], begin: Timestamp) -> String {
    let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
    let hour = |seconds: i64| {
        let at = begin.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(begin);
        at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string()
    };
    let mut text = String::new();
    for fault in faults {
        let Some((from, until)) = fault.announced else { continue };
        let thing = &town.things[fault.hit];
        let (from, until) = (hour(from), hour(until));
        let owner = keeper(thing.kind);
        let _ = writeln!(
            text,
            "[[maintenance]]\nname = \"{} 作業 {}\"\nowner = \"{owner}\"\nreason = \"作業届\"\ncomponents = [\"{}\"]\nfrom = {from}\nuntil = {until}\n",
            thing.name, fault.number, thing.id
        );
    }
    text
}
