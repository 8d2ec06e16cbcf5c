//! The same letters for a site with `language = "en"`.

use super::*;

pub(super) fn english(all: &[(&'static str, Letter)]) -> Vec<(&'static str, Letter)> {
    [
        ("sc1-first-report", "en-first-report"),
        ("sc1-request", "en-request"),
        ("sc1-recovery", "en-recovery"),
        ("sc1-interim-2", "en-interim"),
        ("sc1-phone-note", "en-phone-note"),
        ("digest", "en-digest"),
        ("internal-please-check", "en-internal"),
        ("internal-disagreement", "en-internal-disagreement"),
        ("consultation-vendor-closed", "en-consultation-vendor-closed"),
        ("hand-over", "en-hand-over"),
        ("scope-out", "en-consultation"),
        ("other-contract", "en-other-contract"),
        ("other-contract-phone-note", "en-other-contract-phone-note"),
        ("overrun-first-report", "en-overrun"),
        ("overrun", "en-overrun-request"),
        ("impact-one-side", "en-impact-one-side"),
        ("internal-work-ends", "en-work-ends"),
        ("internal-covers-doubtful", "en-covers-doubtful"),
        ("internal-storm-blind", "en-storm-blind"),
        ("bundle-vendor", "en-bundle"),
        ("internal-restored", "en-restored"),
        ("internal-unwritable", "en-unwritable"),
        ("internal-written", "en-written"),
        ("internal-reserve-used", "en-reserve-used"),
        ("internal-low-room", "en-low-room"),
        ("internal-channel-fails", "en-channel-fails"),
        ("internal-dropped-request", "en-dropped-request"),
        ("internal-no-contract", "en-no-contract"),
        ("on-trial-first-report", "en-on-trial"),
        ("internal-trial-ends", "en-trial-ends"),
        ("internal-echo", "en-echo"),
        ("internal-closed-for-long", "en-closed-for-long"),
        ("internal-own", "en-own"),
        ("internal-reopened", "en-reopened"),
        ("chaser-second", "en-chaser"),
        ("certificate-last-day", "en-certificate-last-day"),
        ("approval-several", "en-approval"),
        ("approval-limits", "en-approval-limits"),
        ("approved-first-report", "en-approved-first-report"),
    ]
    .into_iter()
    .map(|(of, name)| {
        let (_, letter) = all.iter().find(|(name, _)| *name == of).unwrap();
        (name, approval::in_language(letter, Language::En))
    })
    .collect()
}
