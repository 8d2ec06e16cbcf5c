//! The commands a mail to the desk names, so that whoever reads it at night can type them as they stand.
//!
//! The one place where wording knows the command line. Not here: what the commands do.

use super::text;
use crate::desk::ids::Number;

/// `kiriwake incident ACT NUMBER REST`
fn incident(act: &str, number: &Number, rest: &str) -> String {
    format!("kiriwake incident {act} {} {rest}", text::name(&number.0)).trim_end().to_owned()
}

/// Records 受領 of a party, named as in `[party.*] name`.
pub(super) fn acknowledge(number: &Number, party: &str) -> String {
    incident("ack", number, &format!("--party {}", quoted(party)))
}

/// Asks a party.
pub(super) fn assign(number: &Number, party: &str) -> String {
    incident("assign", number, &format!("--party {}", quoted(party)))
}

/// One message in full, by its row.
pub(super) fn message(row: &str) -> String {
    format!("kiriwake outbox show {}", text::name(row))
}

/// Lets a held message go.
pub(super) fn approve(row: &str) -> String {
    format!("kiriwake outbox approve {}", text::name(row))
}

/// Gives a message up.
pub(super) fn drop(row: &str) -> String {
    format!("kiriwake outbox drop {} --reason \"...\"", text::name(row))
}

/// Records that somebody answered the phone.
pub(super) fn answered(number: &Number, party: &str) -> String {
    incident("called", number, &format!("answered --party {}", quoted(party)))
}

/// Records how a call ended.
pub(super) fn called(number: &Number, party: &str) -> String {
    incident("called", number, &format!("no_answer --party {}", quoted(party)))
}

/// Records 窓口着手.
pub(super) fn start(number: &Number) -> String {
    incident("start", number, "")
}

/// Settles the verdict as it stands.
pub(super) fn confirm(number: &Number) -> String {
    incident("confirm", number, "")
}

/// Settles another verdict, one that names who should act.
pub(super) fn decide(number: &Number) -> String {
    incident("confirm", number, "--verdict single --party \"...\"")
}

/// Settles that no vendor should act.
pub(super) fn decide_otherwise(number: &Number) -> String {
    incident("confirm", number, "--verdict own")
}

/// Settles that no contract covers it.
pub(super) fn out_of_scope(number: &Number) -> String {
    incident("confirm", number, "--verdict scope_out")
}

/// Settles that this party should act.
pub(super) fn decide_for(number: &Number, party: &str) -> String {
    incident("confirm", number, &format!("--verdict single --party {}", quoted(party)))
}

/// Says that it works, so that operation is checked.
pub(super) fn verify(number: &Number) -> String {
    incident("verify", number, "")
}

/// The check failed: it goes on.
pub(super) fn reopen(number: &Number) -> String {
    incident("reopen", number, "--reason \"...\"")
}

/// 暫定復旧: a workaround is in place.
pub(super) fn work_around(number: &Number) -> String {
    incident("workaround", number, "\"...\"")
}

/// 取消: it was planned work.
pub(super) fn cancel_planned(number: &Number) -> String {
    incident("cancel", number, "--kind planned --reason \"...\"")
}

/// 取消: monitoring was wrong.
pub(super) fn cancel_false_alarm(number: &Number) -> String {
    incident("cancel", number, "--kind false_alarm --reason \"...\"")
}

/// Records 復旧 with the operation check.
pub(super) fn restore(number: &Number) -> String {
    incident("restore", number, "--check \"...\" --treatment \"...\"")
}

/// Records 報告確認.
pub(super) fn accept(number: &Number) -> String {
    incident("accept", number, "--name \"...\"")
}

/// Goes on with what the office decided.
pub(super) fn resume(number: &Number) -> String {
    incident("resume", number, "--decision \"...\"")
}

/// Adds words to the record.
pub(super) fn note(number: &Number) -> String {
    incident("note", number, "\"...\"")
}

/// 統合 into another number.
pub(super) fn merge(number: &Number, into: &Number) -> String {
    incident("merge", number, &format!("--into {} --reason \"...\"", text::name(&into.0)))
}

/// Shows the whole record.
pub(super) fn show(number: &Number) -> String {
    incident("show", number, "")
}

/// Says why.
pub(super) fn explain(number: &Number) -> String {
    format!("kiriwake explain {}", text::name(&number.0))
}

/// Moves the end of planned work or a silence.
pub(super) fn extend(id: &str, silence: bool) -> String {
    let what = if silence { "silence" } else { "maintenance" };
    format!("kiriwake {what} extend {} --until \"...\"", text::name(id))
}

/// Ends planned work or a silence.
pub(super) fn end(id: &str, silence: bool) -> String {
    let what = if silence { "silence" } else { "maintenance" };
    format!("kiriwake {what} end {}", text::name(id))
}

/// One message in full.
pub(super) const MESSAGE: &str = "kiriwake outbox show O-...";
/// All open incidents.
pub(super) const LIST: &str = "kiriwake incident list";
/// Settles a verdict of any incident.
pub(super) const CONFIRM: &str = "kiriwake incident confirm KW-...";
/// What has not been delivered.
pub(super) const OUTBOX: &str = "kiriwake outbox list";
/// Sends again what was given up.
pub(super) const RETRY: &str = "kiriwake outbox retry O-...";
/// Has the daemon read its configuration anew.
pub(super) const RELOAD: &str = "kiriwake reload";
/// Reads the configuration and lists all faults.
pub(super) const CHECK: &str = "kiriwake check";
/// State of sources, queue and deadlines.
pub(super) const STATUS: &str = "kiriwake status";
/// Looks the records through.
pub(super) const VERIFY: &str = "kiriwake store verify";

/// One shell word: in double quotes, what a shell would act on inside them left out.
fn quoted(word: &str) -> String {
    format!("\"{}\"", text::name(word).replace(['"', '$', '`', '\\', '!'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_name_stays_one_harmless_word() {
        let number = Number("KW-20260920-0001".into());
        assert_eq!(
            acknowledge(&number, "a\"; rm -rf $HOME `x`\n"),
            "kiriwake incident ack KW-20260920-0001 --party \"a; rm -rf HOME x\""
        );
    }
}
