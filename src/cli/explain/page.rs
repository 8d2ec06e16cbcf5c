//! An explanation on a terminal, in the reader's language.

use crate::cli::doubt;
use crate::cli::erase;
use crate::cli::hits;
use crate::cli::phrases;
use crate::cli::text::{self, Tongue};
use crate::control::not_asked::{NotAsked, WhyNot};
use crate::control::view::Dossier;
use crate::desk::ids::{LocationId, SystemId};
use crate::desk::incident::{Tried, TriedResult, Unknown, Verdict};
use crate::desk::letter::{By, Fact};
use crate::desk::owed::{Owed, OwedState, Work};
use crate::desk::phrase::Phrase;
use crate::desk::request::{Request, RequestState};
use crate::desk::scope::Reach;
use crate::render::words;
use jiff::Timestamp;
use jiff::tz::TimeZone;

struct Page<'a> {
    tongue: Tongue,
    zone: TimeZone,
    dossier: &'a Dossier,
    lines: Vec<String>,
}

/// Everything that is stored about why.
pub(super) fn page(tongue: Tongue, dossier: &Dossier) -> String {
    let mut page = Page { tongue, zone: text::zone(&dossier.timezone), dossier, lines: Vec::new() };
    page.head();
    page.verdicts();
    page.gone();
    page.asked();
    page.told();
    page.not_asked();
    page.lines.join("\n")
}

impl Page<'_> {
    fn pick(&self, english: &str, japanese: &str) -> String {
        self.tongue.pick(english, japanese).to_owned()
    }

    fn time(&self, at: Timestamp) -> String {
        text::time(at, &self.zone)
    }

    fn name(&self, id: &str) -> String {
        self.dossier.names.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn line(&mut self, depth: usize, line: &str) {
        self.lines.push(format!("{}{}", "  ".repeat(depth), text::clean(line)));
    }

    fn section(&mut self, english: &str, japanese: &str) {
        self.lines.push(String::new());
        let title = self.pick(english, japanese);
        self.line(0, &title);
    }

    fn head(&mut self) {
        let incident = &self.dossier.incident;
        self.line(0, &format!("{}  {}", incident.name(), self.tongue.status(incident.status.name())));
        if let Some(severity) = &incident.severity {
            let by = self.by(severity.by);
            let line = match self.tongue {
                Tongue::En => format!("severity {} ({by}): {}", severity.value, severity.why.en),
                Tongue::Ja => {
                    format!("重大度{} {}（{by}）：{}", severity.value, words::severity(severity.value), severity.why.ja)
                }
            };
            self.line(0, &line);
            if let Some(reach) = severity.reach.clone() {
                self.reach(&reach);
            }
        }
    }

    /// Whom it was known to hit when the severity was judged.
    fn reach(&mut self, reach: &Reach) {
        let systems = |ids: &[SystemId]| ids.iter().map(|id| self.name(&format!("system.{id}"))).collect::<Vec<_>>();
        let places = |ids: &[LocationId]| ids.iter().map(|id| self.name(&format!("location.{id}"))).collect::<Vec<_>>();
        let spares: Vec<String> = reach.carried_by.iter().map(|id| self.name(id.as_str())).collect();
        let kept = [systems(&reach.kept), places(&reach.kept_locations)].concat();
        let rows = [
            (self.pick("stops", "停止"), systems(&reach.systems)),
            (self.pick("cut off", "拠点孤立"), places(&reach.locations)),
            (self.pick("kept", "片系で継続"), kept),
            (self.pick("carried by", "継続手段"), spares),
        ];
        for (label, names) in rows.into_iter().filter(|(_, names)| !names.is_empty()) {
            self.row(&label, &hits::listed(&names, self.tongue));
        }
    }

    /// What of the evidence was removed since.
    fn gone(&mut self) {
        let removed = erase::together(self.tongue, &self.dossier.gone, &self.zone);
        if !removed.is_empty() {
            self.section("what is not kept any more", "消去した内容");
            removed.iter().for_each(|how| self.line(1, how));
        }
    }

    fn by(&self, by: By) -> String {
        match by {
            By::Machine => self.pick("decided automatically", "自動判定"),
            By::Desk => self.pick("the desk's word", "窓口の判断"),
        }
    }

    fn verdicts(&mut self) {
        let verdicts = &self.dossier.incident.verdicts;
        if verdicts.is_empty() {
            let none = self.pick("There is no verdict yet.", "切り分けはまだ済んでいません。");
            self.line(0, &none);
        }
        for (nth, verdict) in verdicts.iter().enumerate().rev() {
            self.verdict(verdict, nth + 1 < verdicts.len());
        }
    }

    fn verdict(&mut self, verdict: &Verdict, is_past: bool) {
        let parties: Vec<String> = verdict.parties.iter().map(|party| self.name(party.as_str())).collect();
        self.lines.push(String::new());
        let past = if is_past { self.pick("  [replaced later]", "  〔後に変更〕") } else { String::new() };
        let (at, parties) = (self.time(verdict.at), parties.join("・"));
        let code = phrases::verdict(self.tongue, verdict.code);
        let (confidence, by) = (phrases::confidence(self.tongue, verdict.confidence), self.by(verdict.by));
        let head = match self.tongue {
            Tongue::En => format!("{at}  {code}: {parties} ({confidence}, {by}){past}"),
            Tongue::Ja => format!("{at}  {code}：{parties}（{confidence}、{by}）{past}"),
        };
        self.line(0, &head);
        let source = match (&verdict.rule, verdict.by) {
            _ if verdict.echo_of.is_some() && verdict.by == By::Machine => {
                self.pick("the verdict on what it follows from", "波及元の障害の切り分け結果")
            }
            _ if disagrees(verdict) => self.pick("rules that disagree", "食い違うルール"),
            (Some(rule), _) => self.pick("rule", "ルール") + &format!(" 「{rule}」"),
            (None, By::Desk) => self.pick("the desk's own word", "窓口の判断"),
            (None, By::Machine) => self.pick("no rule: the responsibility table", "該当ルールなし：責任分界表"),
        };
        let revision = verdict.rules_hash.get(..12).unwrap_or(&verdict.rules_hash);
        self.row(&self.pick("by", "根拠"), &format!("{source}  ({} {revision})", self.pick("revision", "版")));
        self.row(&self.pick("because", "理由"), &phrases::because(self.tongue, &verdict.because));
        self.unknown(verdict);
        if let Some(component) = &verdict.component {
            self.row(&self.pick("about", "対象"), &format!("{} ({component})", self.name(component.as_str())));
        }
        self.facts("speaks for it", "裏付け", &verdict.evidence);
        self.facts("against it", "反証", &verdict.against);
        self.facts("not known", "不明", &verdict.not_known);
        self.would_change(verdict);
        self.tried(verdict);
    }

    fn doubts(&self, told: impl Fn(&doubt::Terms) -> Vec<String>) -> Vec<String> {
        told(&doubt::Terms { tongue: self.tongue, zone: &self.zone, name: &|id| self.name(id) })
    }

    /// Of 不明, which kind it is.
    fn unknown(&mut self, verdict: &Verdict) {
        let Some(unknown) = &verdict.unknown else { return };
        let mut label = self.pick("unknown", "不明の種類");
        for line in self.doubts(|terms| terms.unknown(unknown)) {
            self.row(&label, &line);
            label.clear();
        }
    }

    fn would_change(&mut self, verdict: &Verdict) {
        let mut label = self.pick("would change", "変わる条件");
        for line in self.doubts(|terms| verdict.would_change.iter().map(|lever| terms.lever(lever)).collect()) {
            self.row(&label, &line);
            label.clear();
        }
    }

    fn row(&mut self, label: &str, value: &str) {
        let line = format!("{}  {value}", text::pad(label, 13));
        self.line(1, line.trim_end());
    }

    fn facts(&mut self, english: &str, japanese: &str, facts: &[Fact]) {
        let mut label = self.pick(english, japanese);
        for fact in facts {
            let fact = phrases::fact(self.tongue, fact, &self.zone);
            self.row(&label, &fact);
            label.clear();
        }
    }

    /// Every rule in order; what stood behind the one that decided, or could have decided had more been known.
    fn tried(&mut self, verdict: &Verdict) {
        if verdict.by == By::Desk || verdict.tried.is_empty() {
            return;
        }
        let mut label = self.pick("rules tried", "試したルール");
        // Of an earlier verdict only what went otherwise than later: the rest stands above already.
        let last = self.dossier.incident.verdicts.last().filter(|last| last.at != verdict.at);
        let later = last.map_or([].into(), |last| last.tried.clone());
        let news = verdict.tried.iter().enumerate().filter(|(_, tried)| !later.contains(tried));
        let news: Vec<_> = news.collect();
        if news.len() < verdict.tried.len() {
            let above = self.pick("as above, but:", "上記のとおり。ただし：");
            self.row(&label, &above);
            label.clear();
        }
        for (nth, tried) in news {
            let decided = verdict.rule.as_deref() == Some(&*tried.rule) && !disagrees(verdict);
            for line in self.one_tried(nth + 1, tried, decided, disagrees(verdict)) {
                self.row(&label, &line);
                label.clear();
            }
        }
        if verdict.rule.is_none() {
            let end = self
                .pick("none of them holds: the keeper of what fails is asked", "いずれも不成立：責任分界表により判断");
            self.row("", &end);
        }
    }

    fn one_tried(&self, nth: usize, tried: &Tried, decided: bool, disagrees: bool) -> Vec<String> {
        let rule = format!("「{}」", tried.rule);
        let asks = |condition: &Phrase, label: &str, seen: &Phrase| {
            let (condition, seen) = (self.tongue.of(condition), self.tongue.of(seen));
            vec![format!("      {}{condition}", self.pick("asks for  ", "条件  ")), format!("      {label}{seen}")]
        };
        let (word, more) = match &tried.result {
            TriedResult::Held if decided => (self.pick("decides", "採用"), Vec::new()),
            TriedResult::Held if disagrees => (self.pick("holds", "成立"), Vec::new()),
            TriedResult::Held => {
                (self.pick("holds, too; another stands before it", "成立（前のルールを優先）"), Vec::new())
            }
            TriedResult::Failed { condition, saw } => {
                (self.pick("no", "不成立"), asks(condition, &self.pick("saw       ", "実際  "), saw))
            }
            TriedResult::NotKnown { condition, missing } => (
                self.pick("not known: could decide if it were", "判定不能（判明すれば成立の可能性あり）"),
                asks(condition, &self.pick("missing   ", "不明  "), missing),
            ),
        };
        let mut lines = vec![format!("{nth:>3}.  {rule}  {word}")];
        lines.extend(more);
        lines
    }

    fn asked(&mut self) {
        if self.dossier.requests.is_empty() {
            return;
        }
        self.section("who was asked", "依頼先");
        for request in &self.dossier.requests {
            let line = self.request(request);
            self.line(1, &line);
        }
    }

    fn request(&self, request: &Request) -> String {
        let answered = match (request.started, request.acknowledged, self.tongue) {
            (Some(at), _, Tongue::En) => format!(", work began {}", self.time(at)),
            (Some(at), _, Tongue::Ja) => format!("、着手 {}", self.time(at)),
            (None, Some(at), Tongue::En) => format!(", acknowledged {}", self.time(at)),
            (None, Some(at), Tongue::Ja) => format!("、受領 {}", self.time(at)),
            (None, None, Tongue::En) => format!(", acknowledgement expected by {}", self.time(request.acknowledge_by)),
            (None, None, Tongue::Ja) => format!("、受領期限 {}", self.time(request.acknowledge_by)),
        };
        let ended = match request.state {
            RequestState::NotOurs => self.pick("; answered that it is not its part", "、範囲外の回答"),
            RequestState::Withdrawn => self.pick("; withdrawn", "、取下げ"),
            RequestState::Unsent
            | RequestState::Sent
            | RequestState::Acknowledged
            | RequestState::Started
            | RequestState::Reported
            | RequestState::Checked => String::new(),
        };
        let (party, at) = (self.name(request.party.as_str()), self.time(request.asked));
        format!("{party}  {} {at}{answered}{ended}", phrases::ask(self.tongue, request.ask))
    }

    fn told(&mut self) {
        let rows: Vec<&Owed> =
            self.dossier.rows.iter().filter(|row| matches!(row.work, Work::Message { .. })).collect();
        if rows.is_empty() {
            return;
        }
        self.section("who was told, and why", "連絡の宛先とその理由");
        let lines: Vec<Vec<String>> = rows.into_iter().map(|row| self.message(row)).collect();
        let heads = match self.tongue {
            Tongue::En => ["ROW", "DECIDED", "WHAT", "TO", "STATE", "BECAUSE"],
            Tongue::Ja => ["番号", "決定", "種別", "宛先", "状態", "理由"],
        };
        for line in text::table(&heads, &lines).lines() {
            self.lines.push(format!("  {line}"));
        }
        let name = self.dossier.incident.name();
        let hint = match self.tongue {
            Tongue::En => format!("`kiriwake explain {name} --message O-…` shows one of them in full."),
            Tongue::Ja => format!("`kiriwake explain {name} --message O-…` で全文を表示します。"),
        };
        self.line(1, &hint);
    }

    fn message(&self, row: &Owed) -> Vec<String> {
        let to = match &row.work {
            Work::Message { letter, .. } => letter.to.organization.as_str(),
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Evidence(_)
            | Work::Probe { .. }
            | Work::WriteBack { .. } => "",
        };
        let state = match &row.state {
            OwedState::Done { .. } => self.pick("accepted by the server", "サーバ受付済"),
            OwedState::Waiting { .. } => self.pick("waits", "送信待ち"),
            OwedState::Held { .. } => self.pick("held for approval", "送信前承認待ち"),
            OwedState::Started { .. } => self.pick("under way", "送信中"),
            OwedState::Dead { .. } => self.pick("given up", "送達断念"),
            OwedState::Superseded => self.pick("not sent: a later one says it better", "不送（後の連絡に統合）"),
            OwedState::Dropped { .. } => self.pick("dropped by the desk", "窓口が送信を取りやめ"),
        };
        let kind = phrases::kind(self.tongue, row.kind());
        let why = phrases::why(self.tongue, &row.why);
        vec![row.id.to_string(), self.time(row.decided.wall), kind, text::clean(to), state, text::clean(&why)]
    }

    fn not_asked(&mut self) {
        if self.dossier.not_asked.is_empty() {
            return;
        }
        self.section("who was not asked, and why", "依頼していない業者とその理由");
        for none in &self.dossier.not_asked {
            let line = format!("{}  {}", none.party, self.why_not(none));
            self.line(1, &line);
        }
    }

    fn why_not(&self, none: &NotAsked) -> String {
        const SHOWN: usize = 4;
        let mut kept: Vec<&str> = none.components.iter().take(SHOWN).map(String::as_str).collect();
        if none.components.len() > SHOWN {
            kept.push("…");
        }
        let kept = kept.join(self.tongue.pick(", ", "、"));
        match (self.tongue, &none.why) {
            (Tongue::En, WhyNot::Echo { cause }) => format!("{kept}: needs {cause}, which is taken as the cause"),
            (Tongue::Ja, WhyNot::Echo { cause }) => format!("{kept}：原因と判断した{cause}からの波及"),
            (Tongue::En, WhyNot::OtherNamed) => format!("{kept}: the verdict names somebody else"),
            (Tongue::Ja, WhyNot::OtherNamed) => format!("{kept}：切り分け結果が他の業者を示している"),
            (Tongue::En, WhyNot::NobodyAsked { code }) => {
                format!("{kept}: the verdict is 「{}」, so nobody is asked by itself", words::verdict_en(*code))
            }
            (Tongue::Ja, WhyNot::NobodyAsked { code }) => {
                format!("{kept}：切り分け結果が「{}」のため、自動では依頼しない", words::verdict(*code))
            }
            (Tongue::En, WhyNot::NoVerdict) => format!("{kept}: there is no verdict yet"),
            (Tongue::Ja, WhyNot::NoVerdict) => format!("{kept}：切り分けが済んでいない"),
            (Tongue::En, WhyNot::Waits { until }) => {
                format!("named by the verdict; the inquiry waits until {}, when the desk opens", self.time(*until))
            }
            (Tongue::Ja, WhyNot::Waits { until }) => {
                format!("切り分け結果が示す業者。調査依頼は窓口の開始（{}）まで保留", self.time(*until))
            }
            (Tongue::En, WhyNot::NotYet) => "named by the verdict, and not asked yet".to_owned(),
            (Tongue::Ja, WhyNot::NotYet) => "切り分け結果が示す業者。依頼はまだ出していない".to_owned(),
        }
    }
}

/// Rules that hold name different parties, so none of them decides.
fn disagrees(verdict: &Verdict) -> bool {
    matches!(verdict.unknown, Some(Unknown::Disagreement { .. }))
}
