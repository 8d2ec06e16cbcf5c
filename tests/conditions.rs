//! Every kind of condition, tried on small happenings: one rule laid over those of A町, one incident, and what the record
//! says of that rule afterwards - that it held, what failed and the value seen, or what is not known.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use kiriwake::config::{self, Environment};
use kiriwake::desk::incident::TriedResult;
use kiriwake::desk::phrase::Phrase;
use kiriwake::desk::rules::Rules;
use kiriwake::play;
use std::fs;
use std::sync::Arc;

const RULE: &str = "試験";

/// One row: the conditions as written, the happening, and what is on record of the last verdict.
struct Row {
    when: &'static str,
    day: &'static str,
    /// `held`, or a part of what was seen or is missing behind `fails: ` or `not known: `.
    expected: &'static str,
}

const SWITCH: &str =
    "02:13:40 zabbix core-sw-01 \"Ping応答なし\" disaster\n02:13:50 zabbix srv-db-01 \"Ping応答なし\" high";

const UNIT_A: &str = "10:00:00 zabbix strg-01 \"電源ユニットA 異常\" high";

const BOTH_UNITS: &str =
    "when.at_once = [{ summary = \"/電源ユニットA 異常/\" }, { summary = \"/電源ユニットB 異常/\" }]";

const MEASURED: &str = "02:13:40 zabbix srv-db-01 \"DB応答遅延\" high component=postgresql item=db.ms=DB応答時間 \
                        inventory.model=DB-2\n02:16 clock";

fn rules(when: &str) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let rule = format!(
        "[[rule]]\nname = \"{RULE}\"\n{when}\n\
         then = {{ verdict = \"own\", confidence = \"possible\" }}\nbecause = \"試験のため\"\n"
    );
    fs::write(folder.path().join("zz-overlay.toml"), rule).unwrap();
    match config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()) {
        Ok((settings, _)) => Arc::unwrap_or_clone(settings.rules),
        Err(report) => {
            let mut text = Vec::new();
            report.print(&mut text, false).unwrap();
            panic!("{when}\n{}", String::from_utf8_lossy(&text));
        }
    }
}

fn outcome(row: &Row) -> String {
    let text = format!("@ 2026-09-20\n{}\n", row.day.replace("$SWITCH", SWITCH).replace("$UNIT_A", UNIT_A));
    let played = play::run(&rules(row.when), &text);
    assert!(played.faults.is_empty(), "{}: {:?}", row.when, played.faults);
    let verdict = played.state.incidents.values().find_map(|incident| incident.verdict()).unwrap();
    let tried = verdict.tried.iter().find(|tried| *tried.rule == *RULE).unwrap();
    // Names stand in a phrase as they came, so what is the same in both languages has not been translated.
    let both = |phrase: &Phrase| assert!(phrase.ja != phrase.en && !phrase.ja.is_empty(), "{phrase:?}");
    match &tried.result {
        TriedResult::Held => "held".to_owned(),
        TriedResult::Failed { condition, saw } => {
            [condition.as_ref(), saw].into_iter().for_each(both);
            format!("fails: {}", saw.en)
        }
        TriedResult::NotKnown { condition, missing } => {
            [condition.as_ref(), missing].into_iter().for_each(both);
            format!("not known: {}", missing.en)
        }
    }
}

const ROWS: &[Row] = &[
    Row {
        when: "when.count = { alert = { summary = \"/Ping/\" }, at_least = 2, within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "held",
    },
    Row {
        when: "when.count = { alert = { summary = \"/Ping/\" }, at_least = 2, within = \"9s\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: 1 at most",
    },
    Row {
        when: "when.count = { alert = { host = \"core-*\" }, at_least = 2, within = \"1m\", of = \"hosts\" }",
        day: "02:13:40 zabbix core-sw-01 \"Ping応答なし\" disaster\n\
              02:13:50 zabbix core-sw-01 \"電源ユニット1 異常\" high\n02:16 clock",
        expected: "fails: 1 at most",
    },
    Row {
        when: "when.alert = { host = \"srv-db-01\" }\nwhen.earlier = { host = \"core-sw-01\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "held",
    },
    Row {
        when: "when.alert = { host = \"core-sw-01\" }\nwhen.earlier = { host = \"srv-db-01\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: no such alert in the 60 s before the first",
    },
    Row {
        when: "when.alert = { host = \"core-sw-01\" }\nwhen.missing = { host = \"srv-db-02\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "held",
    },
    Row {
        when: "when.alert = { host = \"core-sw-01\" }\nwhen.missing = { host = \"srv-db-01\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: Ping応答なし on srv-db-01 came",
    },
    Row {
        when: "when.alert = { host = \"core-sw-01\" }\nwhen.missing = { host = \"srv-db-02\", within = \"1h\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: the time in which it may come is not over",
    },
    // Nobody sends anything: time alone has it judged anew.
    Row {
        when: "when.alert = { host = \"strg-01\" }\nwhen.missing = { host = \"srv-db-02\", within = \"1h\" }",
        day: "02:13:40 zabbix strg-01 \"コントローラA 異常\" high\n02:16 clock\n03:14 clock",
        expected: "held",
    },
    Row { when: "when.age = { at_least = \"1m\" }", day: "$SWITCH\n02:16 clock", expected: "held" },
    Row {
        when: "when.age = { at_least = \"10m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: it has not lasted 600 s yet",
    },
    Row {
        when: "when.leaf = \"wan-north\"",
        day: "02:13:40 zabbix wan-rt-01 \"Ping応答なし\" high\n02:20 clock",
        expected: "held",
    },
    Row {
        when: "when.leaf = \"core-switch\"",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: db-host-core, which needs it, fails too",
    },
    Row {
        when: "when.during = \"reception\"",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: it began on Sun 2026-09-20 at 02:13",
    },
    Row { when: "when.not = { during = \"reception\" }", day: "$SWITCH\n02:16 clock", expected: "held" },
    Row {
        when: "when.behind = { component = \"core-switch\", percent = 100, nothing_beside = true }",
        day: "$SWITCH\n02:16 clock",
        expected: "held",
    },
    Row {
        when: "when.behind = { component = \"storage-main\", percent = 50, nothing_beside = true }",
        day: "02:13:40 zabbix strg-01 \"コントローラA 異常\" high\n\
              02:13:50 zabbix mfp-1f \"トナー切れ\" average\n02:20 clock",
        expected: "fails: mfp-1f, beside it, fails too",
    },
    Row { when: "when.alert = { item = \"/応答時間/\" }", day: MEASURED, expected: "held" },
    Row { when: "when.alert = { item = \"db.ms\", inventory.model = [\"DB-*\"] }", day: MEASURED, expected: "held" },
    Row { when: "when.alert = { item = \"icmpping\" }", day: MEASURED, expected: "fails: none of 1 alerts fits" },
    Row {
        when: "when.alert = { item = \"icmpping\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    Row {
        when: "when.alert = { host = \"core-sw-01\", inventory.location = \"本庁舎*\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: inventory location of core-sw-01 was not had",
    },
    // Of another host it is not asked.
    Row {
        when: "when.alert = { host = \"core-sw-02\", inventory.location = \"本庁舎*\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: none of 2 alerts fits",
    },
    Row {
        when: "when.not = { alert = { inventory.model = \"X-*\" } }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: inventory model of core-sw-01 was not had",
    },
    Row {
        when: "when.also = { item = \"icmpping\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    Row {
        when: "when.count = { alert = { item = \"icmpping\" }, at_least = 2, within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    Row {
        when: "when.count = { alert = { item = \"icmpping\" }, at_least = 3, within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: 0 at most",
    },
    Row {
        when: "when.absent = { inventory.vendor = \"株式会社T\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: inventory vendor of core-sw-01 was not had",
    },
    Row { when: "when.absent = { item = \"icmpping\" }", day: MEASURED, expected: "held" },
    Row {
        when: "when.alert = { host = \"core-sw-01\" }\nwhen.missing = { item = \"icmpping\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    Row {
        when: "when.alert = { host = \"srv-db-01\" }\nwhen.earlier = { item = \"icmpping\", within = \"1m\" }",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    // Both burn on one component; not on two, and not when one is over.
    Row {
        when: BOTH_UNITS,
        day: "$UNIT_A\n10:00:20 zabbix strg-01 \"電源ユニットB 異常\" high\n10:05 clock",
        expected: "held",
    },
    Row {
        when: BOTH_UNITS,
        day: "$UNIT_A\n10:00:20 zabbix srv-hv-01 \"電源ユニットB 異常\" high\n10:05 clock",
        expected: "fails: no single component shows all of them at the same time",
    },
    Row {
        when: BOTH_UNITS,
        day: "$UNIT_A\n10:00:10 zabbix strg-01 \"電源ユニットA 異常\" ok\n\
              10:00:20 zabbix strg-01 \"電源ユニットB 異常\" high\n10:05 clock",
        expected: "fails: no single component shows all of them at the same time",
    },
    Row {
        when: "when.at_once = [{ item = \"icmpping\" }, { summary = \"/Ping/\" }]",
        day: "$SWITCH\n02:16 clock",
        expected: "not known: what is measured on core-sw-01 was not had",
    },
    Row {
        when: "when.behind = { component = \"core-switch\", percent = 80, at_least = 3 }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: 2 of what fails lies behind it",
    },
    Row {
        when: "when.behind = { component = \"core-switch\", percent = 80, at_least = 2 }",
        day: "$SWITCH\n02:16 clock",
        expected: "held",
    },
    Row {
        when: "when.behind = { component = \"core-switch\", percent = 80, of_all = 90 }",
        day: "$SWITCH\n02:16 clock",
        expected: "fails: 2 of the",
    },
];

#[test]
fn each_kind_holds_fails_or_is_not_known() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let came = outcome(row);
        if !came.starts_with(row.expected) {
            wrong.push(format!("{}\n  expected {}\n  came     {came}", row.when, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
