//! 事象: what an incident shows, in sentences - what is over, what stays, what came with it, what nobody sees.

use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::{Clock, lasting};
use super::{facts, text, told, words};
use crate::desk::letter::{Facts, FirstSign, Flapping, Sign, Unseeing, Unseen};
use std::time::Duration;

/// 事象 for people who know the systems, not the monitoring: a sentence, and how many alerts came with it.
pub(super) fn field(page: &mut Page, facts: &Facts, clock: &Clock) {
    page.section(Name::Symptom).field("事象", sentences(facts, clock));
    told::related(page, facts, clock);
}

/// The symptom as it is: what it was reported as may be over while something lesser stays.
pub(super) fn present(facts: &Facts, clock: &Clock) -> String {
    let symptom = Symptom::of(facts);
    if let Some(Unseen { since, why }) = facts.unseen {
        let (since, why) = (clock.short(since), words::unseeing(why));
        return format!("{since}の時点では、{}その後の状態は、{why}、確認できておりません。", symptom.past_sentence());
    }
    let Some(eased) = &facts.eased else { return symptom.sentence() };
    let since = clock.short(eased.since);
    let mut out = format!("{}{since}に、監視上の回復を確認しております。", symptom.past_sentence());
    if let Some(Sign { summary, host, component }) = &eased.remains {
        let component = component.as_deref().unwrap_or_default();
        let stays = Symptom::from(summary, &host.0, &host.1, component);
        out += &match eased.blind.map(|blind| clock.short(blind)) {
            None => format!("現在は、{}", stays.sentence()),
            Some(blind) => format!("{blind}の時点では、「{}」の異常が続いておりました。", stays.title()),
        };
    }
    out
}

/// The sentence of the symptom, and what came with it.
pub(super) fn sentences(facts: &Facts, clock: &Clock) -> String {
    // Once monitoring shows normal, nothing is said of it in the present tense.
    let over = told::is_over(facts);
    let mut out = if over { Symptom::of(facts).past_sentence() } else { present(facts, clock) };
    if !over && !facts.beside.is_empty() {
        let shown = facts.beside.iter().map(|sign| format!("「{}」", Symptom::what_of(sign)));
        out += &format!("あわせて、{}を検知しております。", shown.collect::<Vec<_>>().join("、"));
    }
    // Of what is over in part it is told what stays.
    let first = facts.first_sign.as_ref().filter(|_| over || facts.eased.is_none());
    if let Some(FirstSign { sign, at }) = first {
        let showed = if over { "検知しておりました" } else { "検知しております" };
        out += &format!("これに先立ち、{}に「{}」を{showed}。", clock.short(*at), Symptom::what_of(sign));
    }
    // What stays is named beside what is over.
    let named = facts.beside.len() * usize::from(!over) + usize::from(first.is_some());
    let named = named + usize::from(!over && facts.eased.as_ref().is_some_and(|eased| eased.remains.is_some()));
    let blind = !over && facts.eased.as_ref().is_some_and(|eased| eased.blind.is_some());
    let seen = match (over, blind) {
        (true, _) => "検知しました",
        (false, true) => "検知しておりました",
        (false, false) => "検知しております",
    };
    if let Some(flapping) = &facts.flapping {
        let (since, times, down) = (clock.short(flapping.since), flapping.times, down_in_all(flapping));
        out += &if over {
            format!("この異常は{since}から断続的に発生し、発生は{times}回、異常の時間は{down}でした。")
        } else {
            format!("この異常は{since}から断続的に発生しており、これまでの発生は{times}回、異常の時間は{down}です。")
        };
    }
    let also: Vec<String> = facts.also.iter().map(|target| text::name(&target.name)).collect();
    if !also.is_empty() {
        out += &format!("ほか{}件（{}）にも異常を{seen}。", also.len(), facts::listed(&also, "件"));
    }
    let named_hosts: usize = facts.also.iter().map(|target| target.hosts.len()).sum();
    let named_hosts = named_hosts + usize::from(!over && stays_elsewhere(facts));
    if facts.hosts > 1 + named_hosts {
        out += &format!("ほかの監視対象{}件でも、関連するとみられる警報を{seen}。", facts.hosts - 1 - named_hosts);
    } else if also.is_empty() && facts.alerts > 1 + named && facts.flapping.is_none() {
        out += &format!("あわせて、関連するとみられる警報を{}件{seen}。", facts.alerts - 1 - named);
    }
    if blind {
        out += &format!("同時刻以降の状態は、{}、いずれも確認できておりません。", words::unseeing(Unseeing::Blind));
    }
    out + &told::sentences(facts, over, clock)
}

/// 「合計約5分」, with what it took with it where that was down for longer; whole minutes, at least one.
pub(super) fn down_in_all(Flapping { down, with_echoes, .. }: &Flapping) -> String {
    let minutes = |down: &Duration| lasting(Duration::from_secs(down.as_secs() / 60 * 60).max(Duration::from_secs(60)));
    let all = with_echoes.as_ref().map(minutes).filter(|all| *all != minutes(down));
    let all = all.map(|all| format!("（波及とみられる異常の時間を含めると約{all}）")).unwrap_or_default();
    format!("合計約{}{all}", minutes(down))
}

/// What stays is named by its sentence, and shows on another host than what is over.
fn stays_elsewhere(facts: &Facts) -> bool {
    let stays = facts.eased.as_ref().and_then(|eased| eased.remains.as_ref());
    stays.is_some_and(|sign| {
        let (host, known) = (&sign.host.0, &sign.host.1);
        *host != facts.host.0 && !facts.also.iter().any(|also| also.hosts.contains(host) || also.hosts.contains(known))
    })
}

/// 波及: what only echoes, for readers who know the hosts; nothing where there is none.
pub(super) fn echoes(page: &mut Page, known: &Facts) {
    let echoes = facts::listed(&known.echoes, "台");
    if !echoes.is_empty() {
        page.field("波及の見込み", echoes);
    }
}
