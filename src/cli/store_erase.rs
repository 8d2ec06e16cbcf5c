//! `store erase`: a text is erased in the journal of a stopped store.

use super::store::{not_built, said};
use super::text::Tongue;
use super::{Context, Trouble, text};
use crate::clock::Clock;
use crate::control::gone::INK;
use crate::daemon;
use crate::desk::rules::Rules;
use crate::record::SCHEMA;
use crate::record::erase::{self, Found, MOST, Refused, Stays};
use crate::record::ink::squeezed;
use crate::record::left::{self, Left};
use crate::store::{self, Erasing, Finding, History, Inking};
use clap::Args;
use serde::Serialize;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

/// No longer text is looked for, in bytes.
const LONGEST: usize = 4096;
/// Findings and files are named up to this many.
const NAMED: usize = 20;
/// Of what the record or the place does not allow.
const NOT_ALLOWED: u8 = 65;
/// Of a record that is not whole.
const DAMAGED: u8 = 74;

/// What is to be erased.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The text, upper and lower case as written, white space apart. Without this it is read from standard input: there neither the
    /// history of the shell nor the list of processes shows it.
    #[arg(long, value_name = "TEXT")]
    containing: Option<String>,
    /// Who erases it: this stays on record.
    #[arg(long, value_name = "NAME", required_unless_present = "dry_run")]
    by: Option<String>,
    /// Why, without the text itself: this stays on record.
    #[arg(long, required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Only says what would be erased, and where else the text stands. The daemon may run.
    #[arg(long)]
    dry_run: bool,
}

/// What was erased, or would be.
#[derive(Debug, Serialize)]
struct Report {
    dry_run: bool,
    /// An erasure that had been cut short was finished first.
    finished: bool,
    /// Stretches of text in the journal.
    places: u64,
    records: usize,
    messages: usize,
    /// Room it takes for a while, in bytes.
    room: u64,
    /// What was built anew; `None` where nothing had to be.
    working: Option<daemon::Rebuilt>,
    /// Where the text stands: after it was erased, or beside what would be.
    left: Left,
    places_left: u64,
}

/// Erases it, and says what was.
pub(super) fn erase(context: &Context, asked: Asked) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let state = settings.state_directory;
    let wanted = wanted(&asked)?;
    check(&wanted, &asked).map_err(|why| Trouble::Said(why, NOT_ALLOWED))?;
    let report = if asked.dry_run {
        look(context, &state, settings.rules, &wanted)?
    } else {
        let inking = |found: &Found| Inking {
            at: Clock::real(None).wall(),
            by: text::clean(asked.by.as_deref().unwrap_or_default().trim()),
            reason: text::clean(asked.reason.as_deref().unwrap_or_default().trim()),
            records: found.plan.spots.len() as u64,
            messages: found.plan.messages.len() as u64,
        };
        let done = do_it(context, (&state, settings.rules), &wanted, &inking);
        // Also of what was left halfway.
        let given = store::give_to_owner(&state);
        let report = done?;
        given.map_err(said)?;
        report
    };
    if context.json {
        context.print_json(&report)?;
    } else {
        let lines: Vec<String> = told(context.tongue, &report).iter().map(|line| text::clean(line)).collect();
        text::out(&lines.join("\n"));
    }
    let is_clean = report.left.files.is_empty() && report.left.unread.is_empty();
    if is_clean || report.dry_run { Ok(()) } else { Err(Trouble::Silent(1)) }
}

/// The text, as it was given or from standard input.
fn wanted(asked: &Asked) -> Result<String, Trouble> {
    if let Some(text) = &asked.containing {
        return Ok(text.clone());
    }
    let mut input = std::io::stdin();
    if input.is_terminal() {
        eprint!("Text to be erased: ");
    }
    let mut read = String::new();
    let failed = |error: std::io::Error| {
        Trouble::Said(format!("the text cannot be read from standard input: {error}"), NOT_ALLOWED)
    };
    if input.is_terminal() {
        input.read_line(&mut read).map_err(failed)?;
    } else {
        input.by_ref().take(2 * LONGEST as u64).read_to_string(&mut read).map_err(failed)?;
    }
    Ok(read.trim().to_owned())
}

/// Whether something can be looked for, and what is said of it may stay on record.
fn check(text: &str, asked: &Asked) -> Result<(), String> {
    let told = squeezed(text);
    if told.is_empty() || text.len() > LONGEST {
        return Err(format!("the text to look for is empty, or longer than {LONGEST} bytes; nothing was changed"));
    }
    for (option, value) in [("--by", &asked.by), ("--reason", &asked.reason)] {
        let Some(value) = value.as_deref().map(squeezed) else { continue };
        if value.is_empty() {
            return Err(format!("{option} is empty: it stays on record; nothing was changed"));
        }
        if value.contains(&told) {
            return Err(format!(
                "{option} contains the text, and stays on record: say it without; nothing was changed"
            ));
        }
    }
    Ok(())
}

/// Looks only.
fn look(context: &Context, state: &Path, rules: Arc<Rules>, wanted: &str) -> Result<Report, Trouble> {
    let history = History::open(state, SCHEMA).map_err(said)?;
    let found = erase::find(state, &history, rules, wanted).map_err(|why| refused(context.tongue, why))?;
    let room = store::room(state, &found.plan.spots).map_err(said)?;
    Ok(report(&found, room, None, left::look(state, wanted)))
}

fn do_it(
    context: &Context,
    (state, rules): (&Path, Arc<Rules>),
    wanted: &str,
    inking: &dyn Fn(&Found) -> Inking,
) -> Result<Report, Trouble> {
    let erasing = Erasing::begin(state, SCHEMA).map_err(said)?;
    let found = erasing.check(SCHEMA).map_err(said)?;
    let (damage, to_mend): (Vec<Finding>, Vec<Finding>) = found.into_iter().partition(Finding::is_of_the_journal);
    if !damage.is_empty() {
        return Err(damaged(&damage));
    }
    let history = erasing.history(SCHEMA).map_err(said)?;
    let found = erase::find(state, &history, rules.clone(), wanted).map_err(|why| refused(context.tongue, why))?;
    let room = store::room(state, &found.plan.spots).map_err(said)?;
    if found.places > 0 || !found.plan.messages.is_empty() {
        erasing.erase(&found.plan, &inking(&found)).map_err(said)?;
    }
    let mut working = None;
    // A start would mend it just so.
    if !to_mend.is_empty() || !erasing.has_working() {
        let built = daemon::rebuild_locked(state, rules, erasing.lock().map_err(said)?);
        working = Some(built.map_err(|error| not_built(&error))?);
    }
    let report = report(&found, room, working, left::look(state, wanted));
    Ok(Report { dry_run: false, finished: erasing.finished, ..report })
}

fn report(found: &Found, room: u64, working: Option<daemon::Rebuilt>, left: Left) -> Report {
    let (records, messages) = (found.plan.spots.len(), found.plan.messages.len());
    let (places, places_left) = (found.places, left.places());
    Report { dry_run: true, finished: false, places, records, messages, room, working, left, places_left }
}

fn damaged(findings: &[Finding]) -> Trouble {
    let mut lines = vec![
        "nothing was erased: the journal is not whole, and the state could not be read from it in full afterwards"
            .to_owned(),
    ];
    lines.extend(findings.iter().take(NAMED).map(|finding| format!("  - {}", text::clean(&finding.to_string()))));
    lines.push(
        "What a crash left, the daemon puts right at a start: start it, stop it and try again. Otherwise restore a backup \
         (`kiriwake store restore`), or keep the record as it is."
            .to_owned(),
    );
    Trouble::Said(lines.join("\n"), DAMAGED)
}

fn refused(tongue: Tongue, why: Refused) -> Trouble {
    match why {
        Refused::Store(error) => said(error),
        Refused::Damaged(what) => {
            let what = text::clean(&what);
            Trouble::Said(format!("nothing was erased: {what}; `kiriwake store verify` tells more"), DAMAGED)
        }
        Refused::Stays(stays) => {
            let (english, japanese) = why_it_stays(&stays);
            Trouble::Said(
                tongue
                    .pick(&format!("nothing was erased: {english}"), &format!("消去していません。{japanese}。"))
                    .to_owned(),
                NOT_ALLOWED,
            )
        }
    }
}

/// Why a text stays in the journal, in English and Japanese.
fn why_it_stays(why: &Stays) -> (String, String) {
    match why {
        Stays::Short => (
            "a single character, or fewer than four plain letters or digits, is too little to look for everywhere; give more of what stands there".to_owned(),
            "1文字（英数字のみの場合は3文字以下）では対象を特定できません。前後を含めて指定してください".to_owned(),
        ),
        Stays::Configured => (
            "the configuration contains the text, too, and it would come again; take it out there first".to_owned(),
            "設定ファイルに同じ文字列があるため、消去しても再び記録されます。先に設定から削除してください".to_owned(),
        ),
        Stays::Key { alert, source } => (
            format!("the end of alert {alert} of {source}, which is not over, is known by it; erase it after that"),
            format!("継続中の警報 {alert}（{source}）の復旧の判定に必要です。復旧後に消去してください"),
        ),
        Stays::Cursor { source } => (
            format!("the source {source} needs it to go on reading"),
            format!("監視元 {source} の読み取り位置に必要です"),
        ),
        Stays::Own { seq } => (
            format!("it is one of the program's own words (record {seq} would not read without it); give more of what stands there"),
            format!("本プログラム自体の用語と一致します（記録 {seq} が読めなくなります）。前後を含めて指定してください"),
        ),
        Stays::Everywhere => (
            format!("it stands in more than {MOST} records of the journal; give more of what stands there"),
            format!("{MOST} 件を超える記録に含まれています。前後を含めて指定してください"),
        ),
    }
}

fn counted(number: u64, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn told(tongue: Tongue, report: &Report) -> Vec<String> {
    let Report { dry_run, finished, places, records, messages, room, working, left, .. } = report;
    let mut lines = Vec::new();
    let mut add = |english: String, japanese: String| lines.push(tongue.pick(&english, &japanese).to_owned());
    if *finished {
        add(
            "An erasure that had been cut short was finished first.".to_owned(),
            "途中で止まっていた消去を、先に完了しました。".to_owned(),
        );
    }
    let held = format!("{} in {}", counted(*places, "place"), counted(*records as u64, "record"));
    let as_worded = counted(*messages as u64, "message");
    match (places, dry_run) {
        (0, _) => {
            add("It stands nowhere in the journal.".to_owned(), "原本には、該当の文字列はありません。".to_owned())
        }
        (_, true) => add(
            format!("In the journal: {held} would be written over with {INK}."),
            format!("原本：{records} 件の記録の {places} か所を墨消しし、{INK} に置き換えます。"),
        ),
        (_, false) => add(
            format!("In the journal: {held} written over; {INK} stands there now."),
            format!("原本：{records} 件の記録の {places} か所を墨消しし、{INK} に置き換えました。"),
        ),
    }
    match (messages, dry_run) {
        (0, _) => {}
        (_, true) => add(
            format!("{as_worded} as worded would be removed."),
            format!("該当の文字列を含む送信文面の控え {messages} 件を消去します。"),
        ),
        (_, false) => add(
            format!("{as_worded} as worded removed."),
            format!("該当の文字列を含む送信文面の控え {messages} 件を消去しました。"),
        ),
    }
    if *dry_run {
        add(
            format!("Nothing was changed. It would take {room} bytes of room for a while, which are there."),
            format!("変更はしていません。実行中は一時的に {room} バイトの空き容量を使います（現在の空きで足ります）。"),
        );
    }
    if let Some(built) = working {
        let (things, last) = (built.things, built.last_seq);
        add(
            format!("The working state was built anew: {things} things, after frame {last}."),
            format!("作業用データを原本から作り直しました（{things} 件、フレーム {last} まで）。"),
        );
        built.found.iter().for_each(|found| add(format!("  - {found}"), format!("  - {found}")));
    }
    lines.extend(still(tongue, report));
    left.unread.iter().take(NAMED).for_each(|file| {
        let (english, japanese) = ("Not read, and so not searched", "読み取れず、確認できなかったもの");
        lines.push(tongue.pick(&format!("{english}: {file}"), &format!("{japanese}：{file}")).to_owned());
    });
    let (english, japanese) = (
        "Mails that have left, and backups made before, still hold it.",
        "送信済みのメールと、これまでに取得したバックアップは、消去の対象外です。",
    );
    lines.push(tongue.pick(english, japanese).to_owned());
    lines
}

/// Where it stands, or still stands.
fn still(tongue: Tongue, report: &Report) -> Vec<String> {
    let Report { dry_run, left, places_left, .. } = report;
    let files = left.files.len();
    if files == 0 {
        let none =
            ("No file of the state directory holds it.", "記録フォルダに、該当の文字列を含むファイルはありません。");
        return vec![tongue.pick(none.0, none.1).to_owned()];
    }
    let (english, japanese) = if *dry_run { ("At present", "現在、") } else { ("STILL", "なお、") };
    let places = counted(*places_left, "place");
    let mut lines = vec![
        tongue
            .pick(
                &format!("{english} in the state directory: {places} in {}:", counted(files as u64, "file")),
                &format!(
                    "{japanese}記録フォルダ内の {files} 件のファイルの {places_left} か所に、該当の文字列があります。"
                ),
            )
            .to_owned(),
    ];
    lines.extend(left.files.iter().take(NAMED).map(|(file, places)| format!("  {places}  {file}")));
    if files > NAMED {
        let more = files - NAMED;
        lines.push(tongue.pick(&format!("  and {more} more files"), &format!("  ほか {more} 件")).to_owned());
    }
    let what_to_do = tongue.pick(
        "Files of incidents (bodies/) go by `kiriwake incident erase NUMBER --containing TEXT` while the daemon runs; what is in quarantine/ is \
         yours to remove; sets of rules (rules/) stay.",
        "bodies/ のファイルは、動作中に `kiriwake incident erase 番号 --containing 文字列` で消去してください。quarantine/ の内容は、確認のうえ手作業で\
         削除してください。rules/（規則の各版）は残ります。",
    );
    lines.push(what_to_do.to_owned());
    lines
}
