//! The rules of the days: those of A町, with planned work and something expected; every second day with 送信前承認.

use super::*;

/// Everything that goes to others is held for a while, at any hour, and a mailbox gets signs of life.
pub(super) const HELD: &str = "[[policy.approval]]\nhours = \"always\"\nlimit = \"20m\"\n\
                               [health.heartbeat_mail]\nto = \"desk@k.example\"\nevery = \"30m\"\n";

pub(super) fn rules(more: &str) -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let overlay = "[[maintenance]]\nname = \"定期点検\"\nowner = \"s-sha\"\nreason = \"点検\"\ncomponents = [\"hypervisor-4\"]\n\
                   from = \"2026-10-09 20:00\"\nuntil = \"2026-10-09 23:30\"\n\
                   [[expect]]\nname = \"連携ファイルの到着\"\ncomponent = \"backup-server\"\n\
                   sign = { source = \"network-log\", host = \"*\" }\nby = \"15 * * * *\"\nwithin = \"1h\"\n";
    std::fs::write(folder.path().join("zz.toml"), format!("{overlay}{more}")).unwrap();
    match config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()) {
        Ok((settings, _)) => settings.rules,
        Err(report) => panic!("{report}"),
    }
}
