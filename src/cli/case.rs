//! `incident case`: a real incident becomes a case that `check` plays from then on.

use super::{Context, Trouble, text};
use crate::desk::ids::Number;
use crate::play::Fault;
use crate::replay::case::{NoCase, Saved, save};
use crate::replay::past::Past;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What was red that long before an incident may belong to it.
const BEFORE: SignedDuration = SignedDuration::from_hours(48);

/// Saves incident `number` to `out`: to `cases/NUMBER.txt` of the configuration where it is not given, `-` for the
/// terminal.
pub(super) fn case(context: &Context, number: &str, out: Option<&Path>) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let zone = text::zone(&settings.rules.site.timezone);
    let begun = day(number).and_then(|day| day.to_zoned(zone).ok());
    let from = begun.and_then(|day| day.timestamp().checked_sub(BEFORE).ok());
    let read = |from: Option<Timestamp>| {
        Past::open(&settings.state_directory, from, &settings.rules)
            .map_err(|error| Trouble::Said(text::full(&error), error.exit_code()))
    };
    let (state, frames) = read(from)?.frames();
    let saved = save(&Number(number.to_owned()), &state, frames, &settings.rules);
    let Saved { text: case, faults, by_desk, same_rules } = saved.map_err(|why| no_case(context, number, &why))?;
    let to_terminal = out == Some(Path::new("-"));
    let mut place = None;
    if !faults.is_empty() && !by_desk && same_rules {
        return Err(not_alone(context, &faults));
    }
    if !to_terminal {
        let usual = || context.folder.join("cases").join(format!("{number}.txt"));
        let path = out.map_or_else(usual, PathBuf::from);
        write(&path, &case)?;
        place = Some(path);
    }
    if context.json {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        context.print_json(&serde_json::json!({ "number": number, "file": place, "case": case, "faults": faults }))?;
    } else {
        text::out(&place.map_or_else(|| case.trim_end().to_owned(), |path| path.display().to_string()));
    }
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        eprintln!("{}", text::clean(&fault.to_string()));
    }
    eprintln!(
        "{}",
        match (by_desk, context.tongue) {
            (true, text::Tongue::En) => {
                "The desk had decided otherwise than the rules: the case asks for the desk's word, and fails until a rule gives it."
            }
            (true, text::Tongue::Ja) => {
                "窓口が判定を変更した障害です。事例は窓口の判断を求めており、それを与えるルールができるまで `check` は通りません。"
            }
            (false, text::Tongue::En) => {
                "The present rules do not give what came of it then: look at the lines above, and at the rules."
            }
            (false, text::Tongue::Ja) =>
                "現在のルールでは当時と同じ結果になりません。上の行とルールを確認してください。",
        }
    );
    Ok(())
}

/// Why there is no case.
fn no_case(context: &Context, number: &str, why: &NoCase) -> Trouble {
    let (english, japanese) = match why {
        NoCase::Unknown => (
            format!("{number} is not in the record, or has no verdict. `kiriwake incident list --all` shows numbers."),
            format!(
                "{number} は記録にないか、判定がありません。番号は `kiriwake incident list --all` で確認できます。"
            ),
        ),
        NoCase::Entangled(other) => (
            format!(
                "{number} was split off {other} or merged with it by the desk: a case tells what came in of one incident, and \
                 cannot tell that."
            ),
            format!(
                "{number} は、窓口が {other} から分割した、または {other} と統合した障害です。事例では1件の障害の入力だけを再現するため、作成できません。"
            ),
        ),
    };
    Trouble::Said(text::clean(context.tongue.pick(&english, &japanese)), 65)
}

/// The rules are the same and the case does not hold: what is missing lies outside this incident.
fn not_alone(context: &Context, faults: &[Fault]) -> Trouble {
    for fault in faults {
        eprintln!("{}", text::clean(&fault.to_string()));
    }
    let english = "The case would fail under the very rules that gave the verdict: something beside this incident had a part in it \
                   (another incident, an act, what was known then). No case is written.";
    let japanese = "当時と同じルールでも同じ結果になりません。この障害の外の要因（別の障害、窓口の操作、当時の状態）が判定に関わっているため、\
                    事例は作成しません。";
    Trouble::Said(context.tongue.pick(english, japanese).to_owned(), 65)
}

/// The day in a number.
fn day(number: &str) -> Option<DateTime> {
    let digits = number.strip_prefix("KW-")?.split('-').next()?;
    let date = Date::strptime("%Y%m%d", digits).ok()?;
    Some(date.to_datetime(jiff::civil::Time::midnight()))
}

/// Writes a new file; what is there already may have been edited and stays.
fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let written = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let help = match error.kind() {
            std::io::ErrorKind::AlreadyExists => "it is there already; name another file with --out",
            _ => "name another file with --out, or - for the terminal",
        };
        Trouble::Said(format!("{} cannot be written: {error}; {help}", path.display()), 73)
    })
}
