#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use crate::control::health::SourceHealth;

fn well() -> Look {
    let vitals = Vitals {
        core: Duration::from_millis(120),
        alive: true,
        committed: Some(Duration::from_secs(40)),
        refused: None,
        steps: 7,
        waiting: 0,
    };
    let sources = vec![
        SourceHealth { state: "sees", age: Duration::from_millis(12_500) },
        SourceHealth { state: "blind", age: Duration::from_secs(900) },
    ];
    let health = Health {
        shadow: false,
        open: [1, 0, 2, 0, 0],
        waiting: 3,
        dead: 1,
        oldest_waiting: Some(Duration::from_secs(61)),
        overdue: 0,
        untold: 0,
        cut_off: 0,
        failing_channels: 1,
        sources,
    };
    Look { vitals, health: Some(health) }
}

#[test]
fn whatever_keeps_mail_from_leaving_is_trouble_and_a_blind_source_is_not() {
    assert_eq!(well().troubles(), Vec::new());
    let said = |look: &Look| look.troubles().iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut overdue = well();
    overdue.health.as_mut().unwrap().overdue = 2;
    assert_eq!(said(&overdue), ["2 critical mails were not accepted in their time"]);
    let mut unheard = well();
    (unheard.health.as_mut().unwrap().untold, unheard.health.as_mut().unwrap().cut_off) = (1, 3);
    assert_eq!(unheard.troubles(), [Trouble::Untold { mails: 1 }, Trouble::CutOff { mails: 3 }]);
    let page: serde_json::Value = serde_json::from_str(&pages::healthz(&unheard)).unwrap();
    assert_eq!((&page["status"], &page["outbox"]["state"]), (&"failing".into(), &"untold".into()), "{page}");
    let unwritable = Look { vitals: Vitals { refused: Some(Duration::from_secs(5)), ..well().vitals }, health: None };
    assert_eq!(said(&unwritable), ["the journal cannot be written for 5 s", "the core does not answer"]);
    let stuck = Look { vitals: Vitals { alive: false, ..well().vitals }, ..well() };
    assert_eq!(said(&stuck), ["the core or its working state is stuck"]);
}

#[test]
fn the_page_for_prometheus_is_numbers_with_a_head_each() {
    let page = pages::metrics(&well());
    for line in [
        "kiriwake_build_info{version=\"0.1.0\"} 1",
        "kiriwake_healthy 1",
        "kiriwake_core_age_seconds 0.120",
        "kiriwake_journal_last_commit_age_seconds 40.000",
        "kiriwake_steps_total 7",
        "kiriwake_incidents_open{severity=\"1\"} 1",
        "kiriwake_incidents_open{severity=\"none\"} 0",
        "kiriwake_outbox_rows{state=\"waiting\"} 3",
        "kiriwake_outbox_rows{state=\"dead\"} 1",
        "kiriwake_outbox_oldest_waiting_seconds 61.000",
        "kiriwake_failing_channels 1",
        "kiriwake_source_age_seconds{source=\"1\"} 12.500",
        "kiriwake_source_sees{source=\"2\",state=\"blind\"} 0",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is missing:\n{page}");
    }
    // Every family has its two heads, once, before its lines; every value is a number.
    let mut family = String::new();
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            help.split_once(' ').unwrap().0.clone_into(&mut family);
            assert_eq!(page.matches(&format!("# TYPE {family} ")).count(), 1, "{family}");
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(name.split('{').next().unwrap(), family);
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(page.ends_with('\n'));
}

#[test]
fn a_core_that_does_not_answer_still_has_a_page() {
    let look = Look { health: None, ..well() };
    let page = pages::metrics(&look);
    assert!(page.contains("kiriwake_healthy 0\n") && page.contains("kiriwake_core_answers 0\n"), "{page}");
    assert!(!page.contains("incidents_open"), "{page}");
    let page: serde_json::Value = serde_json::from_str(&pages::healthz(&look)).unwrap();
    assert_eq!((&page["status"], &page["core"]["state"]), (&"failing".into(), &"does_not_answer".into()));
    assert!(page["outbox"].is_null() && page["journal"]["last_commit_age_seconds"] == 40, "{page}");
}

/// P7: a core that hangs is noticed by whoever asks, and the one who asks does not hang with it.
#[tokio::test(start_paused = true)]
async fn a_core_that_hangs_is_told_in_time() {
    let (queries, mut asked) = mpsc::channel(1);
    let doctor = Doctor { queries, pulse: Pulse::new(std::time::Instant::now()) };
    let began = tokio::time::Instant::now();
    let look = doctor.look().await;
    assert!(look.health.is_none() && began.elapsed() <= PATIENCE + Duration::from_millis(1), "{look:?}");
    assert!(asked.try_recv().is_ok(), "it was asked");
    doctor.pulse.refused();
    doctor.pulse.refused();
    assert!(doctor.pulse.vitals().refused.is_some());
    doctor.pulse.committed(3);
    let vitals = doctor.pulse.vitals();
    assert_eq!((vitals.refused, vitals.steps, vitals.committed.is_some()), (None, 3, true));
}
