//! Whom an incident hits, line by line for the terminal.

use super::text::Tongue;
use crate::control::hits::Hits;
use crate::render::words;

/// Names of a list that are shown before the rest is counted.
const LISTED: usize = 8;

/// Labels and what stands behind them; nothing of what is not known but that it is not.
pub(super) fn lines(hits: &Hits) -> Vec<(&'static str, String)> {
    let impact = &hits.impact;
    let mut lines = vec![("scope", hits.scope.map_or("not known", words::scope_en).to_owned())];
    let mut add = |label, names: &[String]| {
        if !names.is_empty() {
            lines.push((label, listed(names, Tongue::En)));
        }
    };
    add("work", &impact.work);
    add("systems", &hits.systems);
    add("cut off", &impact.cut_off);
    add("used there", &impact.there);
    add("places", &impact.locations);
    add("departments", &impact.departments);
    if let Some(users) = impact.users {
        let more = if users.at_least { " or more" } else { "" };
        lines.push(("users", format!("about {}{more}", users.about)));
    }
    let known = |it: Option<bool>| it.map_or("not known", |yes| if yes { "yes" } else { "no" }).to_owned();
    lines.push(("residents", known(hits.residents)));
    lines.push(("substitute", known(hits.substitute)));
    lines.extend(impact.substitutes.iter().map(|(of, words)| ("", format!("{of}: {words}"))));
    lines.extend(impact.unusable.iter().map(|(of, words)| ("", format!("{of}: {words} (hit as well)"))));
    if let Some(one) = &impact.one_sided {
        let on = if one.on.is_empty() { "its other side".to_owned() } else { listed(&one.on, Tongue::En) };
        let kept = if one.kept.is_empty() { String::new() } else { format!(" for {}", listed(&one.kept, Tongue::En)) };
        lines.push(("redundancy", format!("lost; {on} carries on{kept}")));
    }
    if !impact.untouched.is_empty() {
        lines.push(("not affected", listed(&impact.untouched, Tongue::En)));
    }
    lines
}

pub(super) fn listed(names: &[String], tongue: Tongue) -> String {
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join("・");
    match names.len().checked_sub(LISTED) {
        Some(more) if more > 0 => match tongue {
            Tongue::En => format!("{shown} and {more} more"),
            Tongue::Ja => format!("{shown} ほか{more}件"),
        },
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::letter::{Impact, OneSided, Users};

    #[test]
    fn what_is_known_is_listed_and_what_is_not_is_called_so() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let hits = Hits {
            systems: names(&["住民記録システム"]),
            residents: Some(true),
            impact: Impact {
                work: names(&["住民票の交付"]),
                users: Some(Users { about: 30, at_least: true }),
                substitutes: vec![("住民記録システム".into(), "手書き".into())],
                one_sided: Some(OneSided { on: names(&["認証サーバ2号機"]), kept: names(&["認証基盤"]) }),
                untouched: (1..=10).map(|nth| format!("第{nth}")).collect(),
                ..Impact::default()
            },
            ..Hits::default()
        };
        let told: Vec<String> = lines(&hits).into_iter().map(|(label, value)| format!("{label}: {value}")).collect();
        let expected = [
            "scope: not known",
            "work: 住民票の交付",
            "systems: 住民記録システム",
            "users: about 30 or more",
            "residents: yes",
            "substitute: not known",
            ": 住民記録システム: 手書き",
            "redundancy: lost; 認証サーバ2号機 carries on for 認証基盤",
            "not affected: 第1・第2・第3・第4・第5・第6・第7・第8 and 2 more",
        ];
        assert_eq!(told, expected);
    }
}
