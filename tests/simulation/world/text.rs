//! The text of a world: files of a configuration and the secret files beside them.

use crate::dice::Dice;
use kiriwake::config;
use std::fmt::Write;

/// Names of files with their text.
pub(super) type Files = Vec<(String, String)>;

/// The example town, with planned work and something that must come.
pub(super) fn town() -> (Files, Files) {
    let mut files: Files = config::EXAMPLE.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    let overlay = "[[maintenance]]\nname = \"定期点検\"\nowner = \"s-sha\"\nreason = \"点検\"\ncomponents = [\"hypervisor-4\"]\n\
                   from = \"2026-10-09 20:00\"\nuntil = \"2026-10-09 23:30\"\n\
                   [[expect]]\nname = \"連携ファイルの到着\"\ncomponent = \"backup-server\"\n\
                   sign = { source = \"network-log\", host = \"*\" }\nby = \"15 * * * *\"\nwithin = \"1h\"\n\
                   [[policy.approval]]\nhours = \"always\"\nlimit = \"20m\"\n\
                   [health.heartbeat_mail]\nto = \"desk@k.example\"\nevery = \"30m\"\n";
    files.push(("zz.toml".to_owned(), overlay.to_owned()));
    (files, vec![("zabbix.token".to_owned(), "canary-of-the-token-0".to_owned())])
}

/// A world as the dice fall, in the words of the example.
pub(super) fn written(dice: &mut Dice) -> (Files, Files) {
    let mut of = Writer { dice, secrets: Vec::new(), vendors: 0, components: 0, offices: 0, zabbixes: 0, logs: 0 };
    let mut files = vec![
        ("calendars.toml".to_owned(), CALENDARS.to_owned()),
        ("patterns.toml".to_owned(), PATTERNS.to_owned()),
        ("parties.toml".to_owned(), of.parties()),
        ("sources.toml".to_owned(), of.sources()),
        ("channels.toml".to_owned(), of.channels()),
        ("components.toml".to_owned(), of.components()),
        ("systems.toml".to_owned(), of.systems()),
        ("isolation.toml".to_owned(), of.isolation()),
        ("policy.toml".to_owned(), of.policy()),
        ("planned.toml".to_owned(), of.planned()),
    ];
    files.push(("site.toml".to_owned(), of.site()));
    (files, of.secrets)
}

struct Writer<'a> {
    dice: &'a mut Dice,
    secrets: Files,
    vendors: u64,
    components: u64,
    offices: u64,
    zabbixes: u64,
    logs: u64,
}

impl Writer<'_> {
    fn one_of<'b>(&mut self, list: &[&'b str]) -> &'b str {
        self.dice.pick(list).copied().unwrap_or_default()
    }

    /// A secret file with a canary in it; returns its name.
    fn secret(&mut self, name: &str, before: &str) -> String {
        let number = self.dice.next();
        self.secrets.push((name.to_owned(), format!("{before}canary-{number:016x}")));
        name.to_owned()
    }

    fn site(&mut self) -> String {
        let language = if self.dice.one_in(6) { "en" } else { "ja" };
        let heart = self.secret("heartbeat.url", "https://heart.example/");
        format!(
            "[site]\nname = \"B町\"\ndesk = \"desk\"\noffice = \"office-0\"\nlanguage = \"{language}\"\n\
             mail = {{ from = \"desk@desk.example\", name = \"B町システム運用窓口\" }}\n\
             [state]\ndirectory = \"/var/lib/kiriwake\"\n[control]\nsocket = \"/run/kiriwake/control.sock\"\n\
             [health.heartbeat]\nevery = \"5m\"\nurl_file = \"{heart}\"\n"
        )
    }

    fn parties(&mut self) -> String {
        let mut text = String::new();
        let hours = self.one_of(&["reception", "daily-7-22", "always"]);
        let _ = writeln!(text, "[party.desk]\nkind = \"desk\"\nname = \"株式会社窓口\"\nhours = \"{hours}\"");
        contact(&mut text, "desk", "窓口", "mail = \"desk@desk.example\"\nphone = \"00-0000-1000\"", hours);
        let deputies = 1 + self.dice.below(3);
        for n in 0..deputies {
            let reach = format!("mail = \"duty{n}@desk.example\"\nphone = \"00-0000-100{}\"", n + 1);
            contact(&mut text, "desk", &format!("当番{n}"), &reach, "always");
        }
        self.offices = 1 + self.dice.below(2);
        for n in 0..self.offices {
            let name = format!("office-{n}");
            let _ = writeln!(text, "[party.{name}]\nkind = \"office\"\nname = \"B町 第{n}課\"\nhours = \"office\"");
            let reach = format!("mail = \"{name}@b.example\"\nphone = \"00-0000-200{n}\"");
            contact(&mut text, &name, "情報係", &reach, "office");
            let reach = format!("mail = \"{name}-night@b.example\"\nphone = \"00-0000-201{n}\"");
            contact(&mut text, &name, "緊急連絡先", &reach, "always");
        }
        let center = "mail = \"center@b.example\"\nphone = \"00-0000-3000\"";
        let _ = writeln!(text, "[party.center]\nkind = \"data_centre\"\nname = \"センター\"\nhours = \"always\"");
        contact(&mut text, "center", "監視室", center, "always");
        self.vendors = 2 + self.dice.below(5);
        for n in 0..self.vendors {
            self.vendor(&mut text, n);
        }
        text
    }

    fn vendor(&mut self, text: &mut String, n: u64) {
        let party = format!("vendor-{n}");
        let kind = if self.dice.one_in(9) { "external" } else { "vendor" };
        let hours = self.one_of(&["always", "weekday", "weekday", "summer", "weekend", "night"]);
        // One name must never be part of another's: readers of mails are checked for each other's names.
        let name = ["赤松", "青木", "白石", "黒田", "緑川", "紫野", "金沢"][usize::try_from(n).unwrap() % 7];
        let _ = writeln!(
            text,
            "[party.{party}]\nkind = \"{kind}\"\nname = \"{name}システム株式会社\"\nhours = \"{hours}\""
        );
        let parts = 1 + self.dice.below(2);
        for part in 0..parts {
            let until = self.one_of(&["2027-03-31", "2026-10-20", "2028-03-31"]);
            let _ = writeln!(
                text,
                "[[party.{party}.contract]]\nnumber = \"契約-{n}{part}-K\"\nscope = \"保守{part}\"\nfrom = 2026-04-01\nuntil = {until}"
            );
        }
        let mail = format!("mail = \"help@{party}.example\"");
        let phone = format!("phone = \"00-0000-4{n}00\"");
        match self.dice.below(4) {
            0 => contact(text, &party, "受付", &mail, "always"),
            1 => contact(text, &party, "受付", &format!("{mail}\n{phone}"), hours),
            2 => contact(text, &party, "故障受付", &phone, "always"),
            _ => {
                // People move: one until the fifteenth, the other from then on.
                contact(text, &party, "前任", &format!("{mail}\nperson = true\nuntil = 2026-10-15"), hours);
                let next = format!("mail = \"next@{party}.example\"\nperson = true\nfrom = 2026-10-16");
                contact(text, &party, "後任", &next, hours);
            }
        }
        if self.dice.one_in(2) {
            let deputy = format!("mail = \"deputy@{party}.example\"");
            let graver = if self.dice.one_in(3) { "\nonly_severity = 2" } else { "" };
            contact(text, &party, "副担当", &format!("{deputy}{graver}"), "weekday");
        }
        contact(text, &party, "緊急電話", &format!("phone = \"00-0000-4{n}01\""), "always");
    }

    fn sources(&mut self) -> String {
        let mut text = String::new();
        self.zabbixes = 1 + self.dice.below(2);
        for n in 0..self.zabbixes {
            let token = self.secret(&format!("zabbix-{n}.token"), "");
            let back = self.one_of(&["[\"message\"]", "[]"]);
            let least = self.one_of(&["not_classified", "information", "warning"]);
            let _ = writeln!(
                text,
                "[[source.zabbix]]\nname = \"zabbix-{n}\"\nurl = \"https://z{n}.b.example/api_jsonrpc.php\"\n\
                 token_file = \"{token}\"\nmin_severity = \"{least}\"\nwrite_back = {back}"
            );
        }
        self.logs = 1 + self.dice.below(2);
        for n in 0..self.logs {
            let _ = writeln!(
                text,
                "[[source.logfile]]\nname = \"log-{n}\"\npaths = [\"/var/log/remote{n}/*/messages\"]\n\
                 patterns = [\"all\"]\nhost_from_path = 1"
            );
        }
        text
    }

    fn channels(&mut self) -> String {
        let mut text = String::new();
        let relays = 1 + self.dice.below(3).min(1) + self.dice.below(2);
        for n in 0..relays {
            let password = self.secret(&format!("relay-{n}.password"), "");
            let _ = writeln!(
                text,
                "[[channel.smtp]]\nname = \"relay-{n}\"\nhost = \"mail{n}.b.example\"\nuser = \"kiriwake\"\npassword_file = \"{password}\""
            );
        }
        if self.dice.one_in(2) {
            let url = self.secret("hook.url", "https://hook.example/");
            let _ = writeln!(text, "[[channel.webhook]]\nname = \"desk-hook\"\nparty = \"desk\"\nurl_file = \"{url}\"");
        }
        if self.dice.one_in(3) {
            let url = self.secret("teams.url", "https://teams.example/");
            let _ = writeln!(
                text,
                "[[channel.teams]]\nname = \"office-teams\"\nparty = \"office-0\"\nurl_file = \"{url}\""
            );
        }
        if self.dice.one_in(2) {
            let party = if self.dice.one_in(2) { "desk" } else { "vendor-0" };
            let _ =
                writeln!(text, "[[channel.command]]\nname = \"lamp\"\nparty = \"{party}\"\ncommand = [\"/bin/true\"]");
        }
        text
    }

    /// Layers, each of which needs something of the layer below.
    fn components(&mut self) -> String {
        let mut text = String::new();
        self.components = 4 + self.dice.below(14);
        for n in 0..self.components {
            let _ = writeln!(text, "[component.c{n}]\nname = \"機器{n}\"\nhosts = [\"host-{n:02}\"]");
            if !self.dice.one_in(8) {
                let party = self.dice.below(self.vendors);
                let _ = writeln!(text, "party = \"vendor-{party}\"");
            }
            if n > 0 && !self.dice.one_in(4) {
                let first = self.dice.below(n);
                let second = self.dice.below(n);
                let _ = match (first != second, self.dice.below(4)) {
                    (true, 0) => writeln!(text, "needs = [[\"c{first}\", \"c{second}\"]]"),
                    (true, 1) => writeln!(text, "needs = [\"c{first}\", \"c{second}\"]"),
                    _ => writeln!(text, "needs = [\"c{first}\"]"),
                };
            }
            if self.dice.one_in(3) {
                let _ = writeln!(text, "ping = \"192.0.2.{n}\"");
            }
            if self.dice.one_in(3) {
                let effect = self.one_of(&["stopped", "degraded", "partial", "none"]);
                let _ = writeln!(text, "effect = \"{effect}\"");
            }
            if self.dice.one_in(9) {
                let scope = self.one_of(&["out", "other"]);
                let _ = writeln!(text, "scope = \"{scope}\"");
            }
            if self.dice.one_in(2) {
                let _ = writeln!(text, "asset = {{ model = \"M-{n}\", serial = \"S{n:03}\", place = \"ラック{n}\" }}");
            }
        }
        if self.dice.one_in(2) {
            let about = self.dice.below(self.components);
            let _ = writeln!(
                text,
                "[[probe.tcp]]\nname = \"door\"\ncomponent = \"c{about}\"\nhost = \"door.b.example\"\nport = 443"
            );
        }
        text
    }

    fn systems(&mut self) -> String {
        let mut text = String::new();
        let systems = 1 + self.dice.below(5);
        for n in 0..systems {
            let (needs, office) = (self.dice.below(self.components), self.dice.below(self.offices));
            let scope = self.one_of(&["all", "several", "one", "person"]);
            let (residents, substitute) = (self.dice.one_in(2), self.dice.one_in(2));
            let _ = writeln!(
                text,
                "[system.s{n}]\nname = \"業務{n}\"\noffice = \"office-{office}\"\nneeds = [\"c{needs}\"]\nwork = [\"仕事{n}\"]\n\
                 users = {}\nimpact = {{ scope = \"{scope}\", residents = {residents}, substitute = {substitute} }}",
                1 + self.dice.below(300)
            );
        }
        if self.dice.one_in(2) {
            let needs = self.dice.below(self.components);
            let _ = writeln!(text, "[location.branch]\nname = \"支所\"\nneeds = [\"c{needs}\"]\nusers = 6");
        }
        text
    }

    fn isolation(&mut self) -> String {
        let mut text = String::new();
        let rules = self.dice.below(4);
        for n in 0..rules {
            let (about, party) = (self.dice.below(self.components), self.dice.below(self.vendors));
            let when = match self.dice.below(4) {
                0 => format!("when.alert = {{ component = \"c{about}\", summary = \"/応答なし/\" }}"),
                1 => format!("when.root = \"c{about}\""),
                2 => format!("when.root = \"c{about}\"\nwhen.absent = {{ summary = \"/PostgreSQL/\" }}"),
                _ => format!(
                    "when.alert = {{ component = \"c{about}\" }}\nwhen.also = [{{ summary = \"/遅延/\", within = \"15m\" }}]"
                ),
            };
            let then = match self.dice.below(4) {
                0 => "verdict = \"own\", cause = \"UK\", confidence = \"possible\"".to_owned(),
                1 => "verdict = \"scope_out\", confidence = \"probable\"".to_owned(),
                _ => format!(
                    "verdict = \"single\", party = \"vendor-{party}\", cause = \"HW\", confidence = \"probable\""
                ),
            };
            let watch = if self.dice.one_in(3) { "watch = \"3m\"\n" } else { "" };
            let _ = writeln!(
                text,
                "[[rule]]\nname = \"規則{n}\"\n{when}\nthen = {{ {then} }}\nbecause = \"そのように見えるため\"\n{watch}"
            );
        }
        text
    }

    /// Caps from very small ones to those of the example.
    fn policy(&mut self) -> String {
        let mut text = "[policy]\nreception = \"reception\"\n".to_owned();
        if self.dice.one_in(3) {
            let _ = writeln!(text, "hand_over = false");
        }
        if self.dice.one_in(3) {
            let _ = writeln!(text, "blind_tell = [\"desk\"]");
        }
        if self.dice.one_in(4) {
            let _ = writeln!(text, "window = \"30s\"\nstable = \"2m\"\nreopen = \"2h\"");
        }
        if self.dice.one_in(4) {
            let _ = writeln!(text, "storm_alerts = 20\nstorm_span = \"30m\"");
        }
        if self.dice.one_in(4) {
            let _ = writeln!(text, "[[policy.approval]]\nhours = \"always\"\nlimit = \"20m\"");
        }
        match self.dice.below(3) {
            0 => {
                let (burst, minute, hour) = (2 + self.dice.below(4), 1 + self.dice.below(3), 8 + self.dice.below(30));
                let _ = writeln!(
                    text,
                    "[policy.caps]\nparty = {{ burst = {burst}, per_minute = {minute}, per_hour = {hour} }}\n\
                     channel = {{ burst = {}, per_minute = {}, per_hour = {} }}\nevery = \"3m\"",
                    burst * 2,
                    minute * 3,
                    hour * 3
                );
            }
            1 => {
                let _ = writeln!(text, "[policy.caps]\nparty = {{ burst = 10, per_minute = 6, per_hour = 100 }}");
            }
            _ => {}
        }
        text
    }

    fn planned(&mut self) -> String {
        let mut text = String::new();
        let about = self.dice.below(self.components);
        let owner = self.dice.below(self.vendors);
        if self.dice.one_in(3) {
            let from = 8 + self.dice.below(3);
            let _ = writeln!(
                text,
                "[[maintenance]]\nname = \"点検\"\nowner = \"vendor-{owner}\"\nreason = \"点検のため\"\n\
                 components = [\"c{about}\"]\nfrom = \"2026-10-09 {from:02}:00\"\nuntil = \"2026-10-09 {:02}:00\"",
                from + 1
            );
        }
        if self.dice.one_in(3) {
            let _ = writeln!(
                text,
                "[[expect]]\nname = \"夜間処理の完了\"\ncomponent = \"c{about}\"\nsign = {{ source = \"log-0\", host = \"*\" }}\n\
                 by = \"15 */2 * * *\"\nwithin = \"1h\""
            );
        }
        text
    }
}

fn contact(text: &mut String, party: &str, name: &str, reach: &str, hours: &str) {
    let _ = writeln!(text, "[[party.{party}.contact]]\nname = \"{name}\"\n{reach}\nhours = \"{hours}\"");
}

const CALENDARS: &str = r#"
[calendar.reception]
open = ["Mon-Fri 08:00-18:00"]
holidays = "japan"
closed = [{ from = "12-29", until = "01-03", name = "年末年始" }]
[calendar.daily-7-22]
open = ["daily 07:00-22:00"]
[calendar.office]
open = ["Mon-Fri 08:30-17:15"]
holidays = "japan"
[calendar.weekday]
open = ["Mon-Fri 09:00-17:30"]
holidays = "japan"
[calendar.summer]
open = ["Mon-Fri 09:00-17:00"]
closed = [{ from = "10-10", until = "10-18", name = "臨時休業" }]
[calendar.weekend]
open = ["Sat,Sun 10:00-16:00"]
[calendar.night]
open = ["Mon-Sat 20:00-06:00"]
"#;

const PATTERNS: &str = r#"
[[pattern]]
name = "link-down"
set = "all"
opens = 'link (?P<interface>[^ ]+) is down'
closes = 'link (?P<interface>[^ ]+) is up'
key = ["host", "interface"]
summary = "【ログ】{host} {interface} リンクダウン"
level = "average"
"#;
