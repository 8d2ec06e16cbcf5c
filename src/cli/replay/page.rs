//! A replay on a terminal: the old beside the new, with the reasons of both.

use crate::cli::phrases;
use crate::cli::text::{self, Tongue};
use crate::desk::letter::By;
use crate::replay::{Account, Difference, Given, Kind, OtherSide, Replayed, Side, Told};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Acts listed one by one; the rest is a number.
const ACTS: usize = 10;

/// How it is shown.
pub(super) struct Page {
    pub(super) tongue: Tongue,
    pub(super) zone: TimeZone,
}

impl Page {
    fn pick<'a>(&self, english: &'a str, japanese: &'a str) -> &'a str {
        self.tongue.pick(english, japanese)
    }

    fn time(&self, at: Timestamp) -> String {
        text::time(at, &self.zone)
    }

    /// What was played, and the counts.
    pub(super) fn head(&self, replayed: &Replayed, with: &str, hash: &str) -> String {
        let short = hash.get(..12).unwrap_or(hash);
        let Replayed { inputs, alerts, incidents, unchanged, changes, other_rule, .. } = replayed;
        let (from, to) = match (replayed.from, replayed.to) {
            (Some(from), Some(to)) => (self.time(from), self.time(to)),
            _ => return self.pick("Nothing is on record in that time.", "この期間の記録はありません。").to_owned(),
        };
        // What nothing on record corresponds to is counted apart, so that the sum is that of the record.
        let new = changes.iter().filter(|change| !matches!(change.then, Side::Own(_))).count();
        let changed = changes.len() - new;
        let new = match (new, self.tongue) {
            (0, _) => String::new(),
            (new, Tongue::En) => format!(", {new} more would come into being"),
            (new, Tongue::Ja) => format!("、新たに発生する {new}件"),
        };
        let mut lines = match self.tongue {
            Tongue::En => vec![
                format!("{from} to {to} under {with} (revision {short})"),
                format!(
                    "{inputs} inputs, {alerts} alerts, {incidents} incidents: {unchanged} unchanged, {changed} would change{new}"
                ),
            ],
            Tongue::Ja => vec![
                format!("{from} ～ {to} を {with}（版 {short}）で再判定"),
                format!(
                    "入力{inputs}件、警報{alerts}件、障害{incidents}件：変わらない {unchanged}件、変わる {changed}件{new}"
                ),
            ],
        };
        if *other_rule > 0 {
            lines.push(match self.tongue {
                Tongue::En => format!("of the unchanged, {other_rule} get the same verdict by another rule"),
                Tongue::Ja => format!("変わらないもののうち{other_rule}件は、別のルールで同じ結果になります"),
            });
        }
        lines.join("\n")
    }

    /// One incident that would have gone otherwise.
    pub(super) fn difference(&self, difference: &Difference) -> String {
        let mut lines = vec![String::new(), self.title(difference)];
        let has = |kind| difference.kinds.contains(&kind);
        if has(Kind::Grouping) {
            self.both(
                &mut lines,
                self.pick("incident", "障害"),
                &self.standing(&difference.then),
                &self.standing(&difference.now),
            );
        }
        if has(Kind::Verdict) {
            let (then, now) = (self.verdicts(&difference.then), self.verdicts(&difference.now));
            let rows = then.len().max(now.len());
            let none = || vec![self.pick("none", "なし").to_owned()];
            for nth in 0..rows {
                // A first word that was the same on both sides says nothing.
                if then.get(nth) != now.get(nth) {
                    let label = self.pick("verdict", "切り分け");
                    let of = |side: &Vec<Vec<String>>| side.get(nth).cloned().unwrap_or_else(none);
                    self.blocks(&mut lines, label, &of(&then), &of(&now));
                }
            }
            lines.extend(difference.rules.iter().map(|other| self.other_side(other)));
        }
        if has(Kind::Severity) {
            let of = |side: &Side| match side {
                Side::Own(account) => account.severity.map_or_else(|| "-".to_owned(), |value| value.to_string()),
                Side::PartOf(_) | Side::OnRecord => "-".to_owned(),
            };
            self.both(&mut lines, self.pick("severity", "重大度"), &of(&difference.then), &of(&difference.now));
        }
        for told in &difference.only_then {
            lines.push(format!("  {}  {}", self.label(self.pick("not told", "当時のみ")), self.told(told)));
        }
        for told in &difference.only_now {
            lines.push(format!("  {}  {}", self.label(self.pick("also told", "今回のみ")), self.told(told)));
        }
        for shift in &difference.shifted {
            let what = format!("{} {}", phrases::kind(self.tongue, shift.then.kind), shift.then.party);
            let (then, now) = (self.when(&shift.then), self.when(&shift.now));
            lines.push(format!("  {}  {}: {then} → {now}", self.label(self.pick("time", "時刻")), text::clean(&what)));
        }
        if has(Kind::Times) {
            let due = |side: &Side| match side {
                Side::Own(account) => account
                    .asked
                    .iter()
                    .map(|asked| format!("{} {}", asked.party, self.time(asked.acknowledge_by)))
                    .collect::<Vec<_>>()
                    .join(", "),
                Side::PartOf(_) | Side::OnRecord => String::new(),
            };
            let (then, now) = (due(&difference.then), due(&difference.now));
            if then != now && !then.is_empty() && !now.is_empty() {
                self.both(&mut lines, self.pick("answer by", "受領期限"), &then, &now);
            }
        }
        lines.join("\n")
    }

    fn title(&self, difference: &Difference) -> String {
        let ((Side::Own(account), _) | (_, Side::Own(account))) = (&difference.then, &difference.now) else {
            return String::new();
        };
        let at = account.opened.map_or_else(String::new, |at| self.time(at));
        // Numbers given under the rules on trial are nobody's yet.
        let name = match &difference.then {
            Side::Own(account) => account.name.as_str(),
            Side::PartOf(_) | Side::OnRecord => self.pick("(new)", "（新規）"),
        };
        format!("{name}  {at}  {}", text::cut(&account.about, 80))
    }

    fn standing(&self, side: &Side) -> String {
        match side {
            Side::Own(account) => {
                let Account { alerts, accepted, .. } = account.as_ref();
                match (self.tongue, accepted) {
                    (Tongue::En, true) => format!("an incident of {alerts} alerts"),
                    (Tongue::En, false) => format!("{alerts} alerts, only watched"),
                    (Tongue::Ja, true) => format!("1件の障害（警報{alerts}件）"),
                    (Tongue::Ja, false) => format!("静観のみ（警報{alerts}件）"),
                }
            }
            Side::PartOf(name) => match self.tongue {
                Tongue::En => format!("part of {name}"),
                Tongue::Ja => format!("{name} の一部"),
            },
            Side::OnRecord => self.pick("no incident: on record only", "障害にならない（記録のみ）").to_owned(),
        }
    }

    /// The first word of the machine and the one that counts, where that is another.
    fn verdicts(&self, side: &Side) -> Vec<Vec<String>> {
        let Side::Own(account) = side else { return Vec::new() };
        let (Some(first), Some(last)) = (account.verdicts.first(), account.verdicts.last()) else { return Vec::new() };
        let mut shown = vec![self.given(first)];
        if account.verdicts.len() > 1 {
            shown.push(self.given(last));
        }
        shown
    }

    fn given(&self, given: &Given) -> Vec<String> {
        let source = match (&given.rule, given.by) {
            (Some(rule), _) => match self.tongue {
                Tongue::En => format!("rule 「{rule}」"),
                Tongue::Ja => format!("ルール「{rule}」"),
            },
            (None, By::Desk) => self.pick("the desk's own word", "窓口の判断").to_owned(),
            (None, By::Machine) => self.pick("the responsibility table", "責任分界表").to_owned(),
        };
        let head = format!(
            "{} {} ({})",
            phrases::verdict(self.tongue, given.code),
            given.parties.join("・"),
            phrases::confidence(self.tongue, given.confidence),
        );
        let because = phrases::because(self.tongue, &given.because);
        let mut lines = vec![text::clean(&head), text::clean(&format!("{source}: {because}"))];
        let facts = [("+ ", &given.evidence), ("- ", &given.against), ("? ", &given.not_known)];
        for (sign, facts) in facts {
            let facts = facts.iter().map(|fact| phrases::fact(self.tongue, fact, &self.zone));
            lines.extend(facts.map(|fact| format!("{sign}{fact}")));
        }
        lines
    }

    fn other_side(&self, other: &OtherSide) -> String {
        let rule = &other.rule;
        let went = match &other.result {
            Some(result) => phrases::went(self.tongue, result),
            None => self.pick("it is not among the rules", "ルールに存在しない").to_owned(),
        };
        let when = match (self.tongue, other.decided_then) {
            (Tongue::En, true) => "now",
            (Tongue::En, false) => "then",
            (Tongue::Ja, true) => "今回",
            (Tongue::Ja, false) => "当時",
        };
        format!("  {}  {when} 「{}」: {went}", self.label(""), text::clean(rule))
    }

    fn told(&self, told: &Told) -> String {
        let Told { party, at, times, .. } = told;
        let kind = phrases::kind(self.tongue, told.kind);
        let why = phrases::why(self.tongue, &told.why);
        let times = if *times > 1 { format!(" ×{times}") } else { String::new() };
        match self.tongue {
            Tongue::En => format!("{} {kind}{times} {}  because {why}", text::clean(party), self.time(*at)),
            Tongue::Ja => format!("{} {kind}{times} {}（{why}）", text::clean(party), self.time(*at)),
        }
    }

    fn when(&self, told: &Told) -> String {
        let times = if told.times > 1 { format!(" ×{}", told.times) } else { String::new() };
        format!("{}{times}", self.time(told.at))
    }

    /// One line for each side.
    fn both(&self, lines: &mut Vec<String>, label: &str, then: &str, now: &str) {
        self.blocks(lines, label, &[then.to_owned()], &[now.to_owned()]);
    }

    fn blocks(&self, lines: &mut Vec<String>, label: &str, then: &[String], now: &[String]) {
        let mut label = self.label(label);
        for (side, block) in [(self.pick("then", "当時"), then), (self.pick("now ", "今回"), now)] {
            let mut side = side.to_owned();
            for line in block {
                lines.push(format!("  {label}  {side}  {line}"));
                label = self.label("");
                side = "    ".to_owned();
            }
        }
    }

    fn label(&self, label: &str) -> String {
        text::pad(label, 10)
    }

    /// What could not be compared.
    pub(super) fn limits(&self, replayed: &Replayed, begins_late: bool, found: &[String]) -> String {
        let limits = &replayed.limits;
        let mut lines = Vec::new();
        let mut say = |english: String, japanese: String| {
            lines.push(match self.tongue {
                Tongue::En => english,
                Tongue::Ja => japanese,
            })
        };
        if begins_late {
            say("the record does not reach back that far".to_owned(), "記録は指定の時刻まで遡りません".to_owned());
        }
        if limits.missing > 0 {
            let count = limits.missing;
            say(
                format!(
                    "{count} recorded inputs are missing in the journal or cannot be read: see `kiriwake store verify`"
                ),
                format!("記録の欠落・判読不能が{count}件あります（`kiriwake store verify` で確認）"),
            );
        }
        for (address, times) in &limits.pings {
            say(
                format!("{address} was not asked then ({times} times): under these rules its answer is not known"),
                format!("{address} への確認は当時行われていません（{times}回）：応答は「不明」として判定"),
            );
        }
        if limits.deliveries > 0 {
            let count = limits.deliveries;
            say(
                format!(
                    "{count} messages would leave at other times, or to others, than then: taken as delivered at once"
                ),
                format!("当時と時刻または宛先の異なる連絡{count}件は、直ちに届いたものとみなしました"),
            );
        }
        if let Some(at) = limits.unsettled {
            let at = self.time(at);
            say(
                format!("a deadline never settled under these rules, first at {at}: please report this"),
                format!("今回のルールで期限処理が収束しませんでした（最初は{at}）"),
            );
        }
        let acts = limits.acts.len();
        if acts > 0 {
            say(
                format!("{acts} acts of people have no place under these rules:"),
                format!("窓口の操作{acts}件は、今回のルールでは行えません："),
            );
        }
        for act in limits.acts.iter().take(ACTS) {
            let incident = act.incident.as_deref().unwrap_or("");
            let line = format!("    {}  {} {} {incident}: {}", self.time(act.at), act.by, act.what, act.why);
            lines.push(text::clean(&line));
        }
        if acts > ACTS {
            lines.push(format!("    … {}", acts - ACTS));
        }
        lines.extend(found.iter().map(|found| text::clean(found)));
        if lines.is_empty() {
            return String::new();
        }
        let title = self.pick("What could not be compared", "比較できなかったもの");
        let lines: Vec<String> = lines.into_iter().map(|line| format!("  {line}")).collect();
        format!("\n{title}\n{}", lines.join("\n"))
    }
}
