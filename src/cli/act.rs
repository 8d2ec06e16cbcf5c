//! `incident`: listing, showing, and the desk's acts.

mod run;

pub(super) use run::incident;

use super::{By, erase, evidence};
use clap::Subcommand;
use std::path::PathBuf;

/// What the desk does with incidents. Times are `2026-09-20 02:50`, `02:50` (today) or RFC 3339; now where none is given.
#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Open incidents, newest first.
    List {
        /// Also those that are over and still in memory (five weeks).
        #[arg(long)]
        all: bool,
        /// Those that occurred from then on, also archived ones: a day, or a day and an hour.
        #[arg(long, value_name = "WHEN", conflicts_with = "all")]
        from: Option<String>,
        /// And before that; without it, until now.
        #[arg(long, value_name = "WHEN", requires = "from")]
        to: Option<String>,
    },
    /// Everything on record about one.
    Show {
        /// Its number.
        number: String,
    },
    /// Saves a real incident as a case that `check` plays from then on; names, numbers and secrets of people are left
    /// out. Reads the state directory; the daemon may run.
    Case {
        /// Its number.
        number: String,
        /// The file; `cases/NUMBER.txt` of the configuration where it is not given, `-` for the terminal.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// What was gathered about one: values, log lines, the record as it stood, with hashes; and what could not be had.
    Evidence(evidence::Asked),
    /// Removes what was gathered about one, for good, archived or not; the record keeps who did it, when and why.
    Erase(erase::Asked),
    /// Registers a call (起票).
    Open {
        /// What is wrong, in words.
        summary: String,
        /// The component it is about, if known.
        #[arg(long)]
        component: Option<String>,
        /// How it came in: user_phone, user_mail, operator, data_centre, client, vendor.
        #[arg(long, default_value = "user_phone")]
        detected_by: String,
        /// When it began, by the caller's word.
        #[arg(long)]
        at: Option<String>,
        /// 重大度 1-4.
        #[arg(long)]
        severity: Option<u8>,
        /// A number of its own, even if an open incident covers the component.
        #[arg(long)]
        separate: bool,
        #[command(flatten)]
        by: By,
    },
    /// 窓口確認: the verdict as it stands, or another one.
    Confirm {
        /// Its number.
        number: String,
        /// Another verdict: single, multi, own, scope_out, unknown, external, user, planned, monitor, security.
        #[arg(long)]
        verdict: Option<String>,
        /// Who should act; may be repeated, the first leads.
        #[arg(long)]
        party: Vec<String>,
        /// Another 重大度 1-4.
        #[arg(long)]
        severity: Option<u8>,
        /// データ影響: loss, inconsistency or leak is feared, or none. It raises 重大度 to 2.
        #[arg(long)]
        data: Option<String>,
        /// Why, for the mails (Japanese).
        #[arg(long)]
        because: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Asks a party (対応依頼, or 調査依頼 with --inquiry).
    Assign {
        /// Its number.
        number: String,
        /// Whom.
        #[arg(long)]
        party: String,
        /// Ask to look (調査依頼) rather than to repair.
        #[arg(long)]
        inquiry: bool,
        #[command(flatten)]
        by: By,
    },
    /// A vendor's 受領.
    Ack {
        /// Its number.
        number: String,
        /// The vendor; may be left out when only one was asked.
        #[arg(long)]
        party: Option<String>,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// A vendor answers that it is not its part: the verdict is decided anew, and the next one is asked.
    HandBack {
        /// Its number.
        number: String,
        /// The vendor, where several were asked.
        #[arg(long)]
        party: Option<String>,
        /// What it answered.
        #[arg(long)]
        reason: String,
        /// When it answered.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 着手: a vendor's (--party), or the desk's own.
    Start {
        /// Its number.
        number: String,
        /// The vendor.
        #[arg(long)]
        party: Option<String>,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// A call that was made, and how it ended (電話連絡票の結果記入欄). 受領 is recorded with `ack`.
    Called {
        /// Its number.
        number: String,
        /// no_answer (不在), voice_mail (留守電), busy (話中) or answered.
        result: String,
        /// Whom.
        #[arg(long)]
        party: String,
        /// Which of its contacts, by name; the one whose turn it is where not given.
        #[arg(long)]
        contact: Option<String>,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Words for the record and the next report to the office.
    Note {
        /// Its number.
        number: String,
        /// The words.
        text: String,
        #[command(flatten)]
        by: By,
    },
    /// It works although monitoring does not say so: 復旧確認中.
    Verify {
        /// Its number.
        number: String,
        #[command(flatten)]
        by: By,
    },
    /// 復旧: operation was checked.
    Restore {
        /// Its number.
        number: String,
        /// How it was checked, with what result.
        #[arg(long)]
        check: String,
        /// When it became usable; as monitored where not given.
        #[arg(long)]
        usable: Option<String>,
        /// What was done (対処内容).
        #[arg(long)]
        treatment: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// The check failed, or the fault is back.
    Reopen {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// The report was handed in (報告確認待ち).
    Submit {
        /// Its number.
        number: String,
        #[command(flatten)]
        by: By,
    },
    /// 報告確認: the office has accepted the report.
    Accept {
        /// Its number.
        number: String,
        /// Who accepted.
        #[arg(long)]
        name: String,
        /// When.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 保留, with 相談 to the office.
    Hold {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// The office has decided: handling goes on.
    Resume {
        /// Its number.
        number: String,
        /// What it decided.
        #[arg(long)]
        decision: String,
        #[command(flatten)]
        by: By,
    },
    /// 暫定復旧: a workaround is in place; the repair goes on.
    Workaround {
        /// Its number.
        number: String,
        /// What was done, for the office.
        text: String,
        /// Since when.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 現地確認の結果: what somebody on site saw; the verdict is decided anew with it.
    Looked {
        /// Its number.
        number: String,
        /// What was looked at and what was found, `電源ランプ=消灯`; may be repeated.
        #[arg(long, required = true)]
        item: Vec<String>,
        /// When it was seen.
        #[arg(long)]
        at: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 原因, as far as it is known.
    Cause {
        /// Its number.
        number: String,
        /// HW, SW, AP, NW, CF, CP, EX, FA, SE, US, MO or UK.
        class: String,
        /// 直接原因
        direct: String,
        /// 根本原因
        #[arg(long)]
        root: Option<String>,
        /// 契約区分: maintenance, defect, improvement, outside.
        #[arg(long)]
        contract: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// 統合: it is the same fault as another one and goes on under that number.
    Merge {
        /// Its number.
        number: String,
        /// The number it goes on under.
        #[arg(long)]
        into: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// Some of its alerts are another fault: they get a number of their own.
    Split {
        /// Its number.
        number: String,
        /// A component or technical host name whose alerts go; may be repeated.
        #[arg(long, required = true)]
        at: Vec<String>,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// It belongs together with another one.
    Link {
        /// Its number.
        number: String,
        /// The other one.
        #[arg(long)]
        to: String,
        /// It is a recurrence (再発) of the other.
        #[arg(long)]
        recurrence: bool,
        #[command(flatten)]
        by: By,
    },
    /// 取消: a false alarm, planned work, a duplicate.
    Cancel {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// What the office is told: false_alarm, planned, duplicate, other.
        #[arg(long, default_value = "other")]
        kind: String,
        #[command(flatten)]
        by: By,
    },
}
