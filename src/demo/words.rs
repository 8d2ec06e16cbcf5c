//! What the demonstration says, in English and Japanese.
//!
//! Mails are Japanese in both: they are what the desk really wrote. Not here: when something is said (`teller`).

use super::night::ZONE;
use crate::desk::act::Deed;
use crate::desk::incident::Verdict;
use crate::desk::rules::Language;
use crate::render::{because, words};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::net::SocketAddr;

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(pub(super) Language);

/// What is red, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Problems in Zabbix.
    pub(super) problems: usize,
    /// Hosts they are on.
    pub(super) hosts: usize,
    /// Problems the logs tell of.
    pub(super) logged: usize,
    /// Problems in Zabbix that are over.
    pub(super) over: usize,
}

impl Words {
    fn pick<T>(self, english: impl FnOnce() -> T, japanese: impl FnOnce() -> T) -> T {
        match self.0 {
            Language::En => english(),
            Language::Ja => japanese(),
        }
    }

    fn one(self, english: &'static str, japanese: &'static str) -> &'static str {
        self.pick(|| english, || japanese)
    }

    pub(super) fn world(self) -> &'static str {
        self.one("world", "現場")
    }

    pub(super) fn logs(self) -> &'static str {
        self.one("logs", "ログ")
    }

    pub(super) fn mail(self) -> &'static str {
        self.one("mail", "メール")
    }

    pub(super) fn person(self) -> &'static str {
        self.one("person", "当番")
    }

    pub(super) fn title(self) -> &'static str {
        self.one(
            "kiriwake: one night at the incident desk of a small town, in fast motion",
            "kiriwake 実演：ある町の障害受付窓口の一夜（早回し）",
        )
    }

    pub(super) fn cast(self, zabbix: SocketAddr) -> Vec<String> {
        self.pick(
            || {
                vec![
                    "  real       the daemon, its record, its control socket, every decision and every mail".to_owned(),
                    format!("  stand-in   Zabbix is not a real one, but this program on {zabbix};"),
                    "             the log files, the people and the clock are staged as well".to_owned(),
                    "  mail       goes into a folder and reaches nobody; all of it goes away at the end".to_owned(),
                ]
            },
            || {
                vec![
                    "  本物　：常駐プログラム、記録、操作ソケット、すべての判断とメール".to_owned(),
                    format!("  代役　：Zabbix（このプログラムが {zabbix} で代役を務めます）、ログ、人、時計"),
                    "  メール：フォルダに置かれるだけで、どこにも届きません。終わるとすべて消えます".to_owned(),
                ]
            },
        )
    }

    pub(super) fn night(self) -> &'static str {
        self.one(
            "Sunday 20 September 2026, past two at night. The town hall is closed until Thursday.",
            "2026年9月20日（日）、午前2時すぎ。庁舎は木曜日まで閉まっています。",
        )
    }

    pub(super) fn quiet(self, hosts: usize) -> String {
        self.pick(
            || format!("looks at Zabbix ({hosts} hosts) and the logs: nothing is wrong."),
            || format!("Zabbix（{hosts}台）とログを確認。異常なし。"),
        )
    }

    pub(super) fn switch_dies(self) -> &'static str {
        self.one(
            "The core switch of the town hall dies, both supervisors at once. Nobody knows yet.",
            "本庁舎のコアスイッチが停止（スーパーバイザ2台とも）。まだ誰も気づいていない。",
        )
    }

    pub(super) fn switch_is_back(self) -> &'static str {
        self.one(
            "The broken parts are exchanged; the core switch is up again.",
            "部品の交換が終わり、コアスイッチが起動。",
        )
    }

    pub(super) fn first_sign(self, summary: &str, host: &str) -> String {
        self.pick(|| format!("First sign: {summary} ({host})"), || format!("最初の警報：{summary}（{host}）"))
    }

    pub(super) fn waits(self, seconds: u64) -> String {
        self.pick(
            || format!("waits {seconds} s: what fails together is looked at together."),
            || format!("{seconds}秒待つ。同時に起きたものはまとめて判断する。"),
        )
    }

    pub(super) fn first_line(self, summary: &str, written: Timestamp) -> String {
        self.pick(
            || format!("{summary}. The line came late, but it says {}: so that is when it began.", second(written)),
            || format!("{summary}。遅れて届いた行の時刻は {}。発生時刻はこれに従う。", second(written)),
        )
    }

    pub(super) fn red(self, count: Count) -> String {
        let Count { problems, hosts, logged, .. } = count;
        self.pick(
            || format!("{problems} problems on {hosts} hosts, {logged} more from the logs"),
            || format!("{hosts}台に{problems}件の警報、ログから{logged}件"),
        )
    }

    pub(super) fn back(self, count: Count) -> String {
        let Count { problems, over, .. } = count;
        self.pick(|| format!("{over} of {problems} problems are over"), || format!("{problems}件中{over}件が回復"))
    }

    pub(super) fn opened(self, number: &str, severity: u8) -> String {
        self.pick(
            || format!("takes it in as {number}, severity {severity} ({}).", words::severity_en(severity)),
            || format!("{number} として受付。重大度{severity}（{}）。", words::severity(severity)),
        )
    }

    pub(super) fn verdict(self, verdict: &Verdict, party: &str, component: &str) -> String {
        let because = because::words(self.0, &verdict.because);
        self.pick(
            || {
                let confidence = words::confidence_en(verdict.confidence);
                format!("judges: {component}, kept by {party} ({confidence}).\nbecause {because}")
            },
            || {
                let confidence = words::confidence(verdict.confidence);
                format!("一次切り分け：{component}、{party}の対応範囲（確度：{confidence}）。\n根拠：{because}")
            },
        )
    }

    pub(super) fn echoes(self, echoes: usize) -> String {
        self.pick(
            || format!("lists the other {echoes} as mere echoes (波及) and asks nobody to repair them."),
            || format!("残り{echoes}件は波及。記録に残すだけで、対応は依頼しない。"),
        )
    }

    pub(super) fn left_alone(self, parties: &[(String, usize)]) -> String {
        let english = || {
            let parties: Vec<String> = parties.iter().map(|(party, red)| format!("{party} ({red} red)")).collect();
            format!("bothers none of the others: {}.", parties.join(", "))
        };
        let japanese = || {
            let parties: Vec<String> = parties.iter().map(|(party, red)| format!("{party}（警報{red}件）")).collect();
            format!("ほかの業者には連絡しない：{}。", parties.join("、"))
        };
        self.pick(english, japanese)
    }

    pub(super) fn still_one(self, noted: usize) -> String {
        self.pick(
            || format!("still has one incident and one request; all {noted} problems in Zabbix carry its number."),
            || format!("障害は1件、依頼も1通のまま。Zabbix の{noted}件すべてに受付番号を書き込んだ。"),
        )
    }

    pub(super) fn letter(self, to: &str, address: &str, subject: &str) -> String {
        self.pick(|| format!("to {to} <{address}>\n{subject}"), || format!("{to} <{address}>\n{subject}"))
    }

    pub(super) fn chases(self, party: &str, minutes: i64) -> String {
        self.pick(
            || format!("has heard nothing from {party} for {minutes} minutes: reminds it, at its next contact."),
            || format!("{party}から{minutes}分返事がない。次の連絡先へ督促する。"),
        )
    }

    pub(super) fn deed(self, deed: &Deed) -> String {
        match deed {
            Deed::Acknowledge { .. } => self.one(
                "has reached 株式会社N by phone and enters it: they have it since 02:50.\n\
                 (This demonstration plays the person on duty, at the control socket.)",
                "株式会社Nに電話がつながり、2時50分 受領と記録。\n（当番の操作は、この実演が操作ソケットで代わりに行います。）",
            ),
            Deed::Start { party: None, .. } => {
                self.one("enters that the desk itself is at work since 02:50.", "窓口着手 2時50分と記録。")
            }
            Deed::Start { .. } => self.one("enters that 株式会社N is at work since 02:55.", "業者着手 2時55分と記録。"),
            Deed::Note { .. } => self.one(
                "notes: a technician of 株式会社N will be on site about 05:30.",
                "メモを記録：株式会社Nの保守員が5時30分に到着見込み。",
            ),
            Deed::Restore { .. } => self.one(
                "has logged in to the four main systems, all fine, and enters it: restored.",
                "4つの主要システムにログインして確認し、復旧と記録。",
            ),
            _ => "",
        }
        .to_owned()
    }

    pub(super) fn promised(self) -> &'static str {
        self.one(
            "had promised the office news by now, and writes them from the record.",
            "約束した報告の時刻。記録にあることから続報を書く。",
        )
    }

    pub(super) fn nothing_new(self, nth: u32) -> String {
        self.pick(
            || format!("had promised the office news: there are none, and report no. {nth} says so."),
            || format!("約束した報告の時刻。新しいことはないと、第{nth}報にそのまま書く。"),
        )
    }

    pub(super) fn verifying(self, red: usize) -> String {
        self.pick(
            || {
                format!(
                    "sees all that had stopped stay up for 5 minutes: 復旧確認中. It does not call that recovered; a person must \
                     check. {red} still red."
                )
            },
            || format!("5分間安定。復旧確認中とする。人が動作を確認するまで復旧とは言わない。異常継続{red}件。"),
        )
    }

    pub(super) fn restored(self, number: &str, usable: Timestamp, minutes: i64) -> String {
        let (hours, minutes) = (minutes / 60, minutes % 60);
        self.pick(
            || {
                format!(
                    "closes the fault {number}: usable since {}, restored after {hours} h {minutes} min.",
                    minute(usable)
                )
            },
            || format!("{number} 復旧。利用可能 {}、所要 {hours}時間{minutes}分。", minute(usable)),
        )
    }

    /// Who is asked about it is not decided yet.
    pub(super) fn remainder(self, number: &str, severity: u8) -> String {
        self.pick(
            || format!("makes what is still red {number}, severity {severity}: it is judged by itself."),
            || format!("残った異常は {number}（重大度{severity}）とし、別に切り分ける。"),
        )
    }

    pub(super) fn mails(self, all: bool) -> &'static str {
        if all {
            self.one("All mails of the night", "この夜のメールすべて")
        } else {
            self.one(
                "Three of the mails: to the vendor, to the office in charge, and what the person on duty reads out by phone",
                "メールのうち3通：業者への対応依頼、主管課への第一報、当番が電話で読む連絡票",
            )
        }
    }

    pub(super) fn outcome(self) -> &'static str {
        self.one("What came of it", "結果")
    }

    pub(super) fn alerts(self, count: Count, incidents: usize) -> String {
        let Count { problems, logged, .. } = count;
        self.pick(
            || format!("  {problems} problems in Zabbix and {logged} in the logs became 1 incident, and 1 more for what stayed red"),
            || format!("  Zabbix の警報{problems}件とログの{logged}件 → 障害{incidents}件（うち1件は残った異常）"),
        )
    }

    pub(super) fn sent(self, [vendor, office, desk, centre]: [usize; 4]) -> String {
        let all = vendor + office + desk + centre;
        self.pick(
            || {
                format!(
                    "  {all} mails: {vendor} to vendors, {office} to the office in charge, {desk} to the person on duty, {centre} to the data centre"
                )
            },
            || format!("  メール{all}通：業者 {vendor}、主管課 {office}、窓口当番 {desk}、情報センター {centre}"),
        )
    }

    pub(super) fn asleep(self, contacts: usize, parties: usize) -> String {
        self.pick(
            || format!("  {contacts} contacts of {parties} vendors with red hosts of their own were left to sleep"),
            || format!("  警報のあった{parties}社、{contacts}か所の連絡先を起こさずに済んだ"),
        )
    }

    pub(super) fn balanced(self, observed: u64, owed: u64) -> String {
        self.pick(
            || {
                format!(
                    "  the books balance: {observed} observations, {owed} things owed, none lost, each with its reason"
                )
            },
            || format!("  帳尻は合っている：観測{observed}件、送るべきもの{owed}件、失われたもの0件"),
        )
    }

    pub(super) fn took(self, seconds: u64) -> String {
        self.pick(
            || format!("  five and a half hours in {seconds} seconds"),
            || format!("  5時間半を{seconds}秒で再現"),
        )
    }

    pub(super) fn next(self) -> &'static str {
        self.one("What to do next", "次にできること")
    }

    /// Commands, each with what it does.
    pub(super) fn commands(self) -> [(&'static str, &'static str); 5] {
        [
            ("kiriwake demo --mails", self.one("all mails in full", "メールをすべて表示")),
            (
                "kiriwake demo --keep DIR",
                self.one(
                    "keeps the folder: mails as .eml, configuration, record",
                    "フォルダを残す（メール、設定、記録）",
                ),
            ),
            (
                "kiriwake init DIR",
                self.one("this town's configuration, commented, to make your own of", "注釈つきの設定例を書き出す"),
            ),
            (
                "kiriwake --config DIR check",
                self.one(
                    "every fault of a configuration at once, with line and column",
                    "設定の誤りを行と桁つきですべて示す",
                ),
            ),
            ("kiriwake --config DIR run", self.one("the desk", "窓口を動かす")),
        ]
    }

    pub(super) fn kept(self, folder: &str) -> String {
        self.pick(
            || format!("Kept in {folder}: mail/new/*.eml, config/, log/, state/ (`kiriwake --config {folder}/config store verify`), daemon.log"),
            || format!("{folder} に残しました：mail/new/*.eml、config/、log/、state/、daemon.log"),
        )
    }
}

fn second(at: Timestamp) -> String {
    in_town(at, "%H:%M:%S")
}

fn minute(at: Timestamp) -> String {
    in_town(at, "%H:%M")
}

fn in_town(at: Timestamp, format: &str) -> String {
    at.to_zoned(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)).strftime(format).to_string()
}
