//! P14: a canary in every secret there is, and all that a life of the daemon leaves behind is searched for them.
//!
//! The far ends refuse, and say back what they were given (`support/echo.rs`): in answers, headers, redirects, errors of every
//! kind. A secret may stand in its file and on the wire to where it belongs, and nowhere else, in no form.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::daemon::Daemon;
use support::echo::Echo;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, figure, free_port, wait_for};

const SOON: Duration = Duration::from_secs(60);

/// Each key of the configuration that names a file with a secret: the structure it is read into, the file, the core of its
/// canary, and what stands around it in the file (`%` is the core; what follows changes under every escaping).
const SECRETS: [(&str, &str, &str, &str); 7] = [
    ("zabbix/config.rs token_file", "canary-zabbix.token", "kwcanaryZabbixToken7", "%"),
    ("zabbix/config.rs password_file", "canary-zabbix.password", "kwcanaryZabbixPass8", "a \"b%\\c<é>+/ %%20"),
    ("smtp.rs password_file", "canary-relay.password", "kwcanaryRelayPass9", "a \"b%\\c<é>+/ %%20"),
    ("webhook.rs url_file", "canary-hook.url", "kwcanaryHookUrl1", "http://127.0.0.1:PORT/hook/%?sig=%&a=b%20c"),
    (SIGNING, "canary-hook.secret", "kwcanaryHookSign4", "signs and is \"never\" sent: %"),
    ("teams.rs url_file", "canary-teams.url", "kwcanaryTeamsUrl2", "http://127.0.0.1:PORT/workflows/%?sig=%"),
    ("heartbeat.rs url_file", "canary-heartbeat.url", "kwcanaryBeatUrl3", "http://127.0.0.1:PORT/beat/%?key=%"),
];

/// This one signs: it is on no wire, only what is made with it.
const SIGNING: &str = "webhook.rs secret_file";

/// Cores of what is there after the change of all secrets.
fn changed(core: &str) -> String {
    core.replace("kwcanary", "kwchanged")
}

/// The keys of the sources that name a file with a secret. A new one without a canary is a fault of this test.
#[test]
fn every_secret_has_a_canary() {
    let field = regex::Regex::new(r"(?m)^\s*pub(?:\([a-z]+\))? (\w+_file): ").expect("a sound pattern");
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("ours") {
            let path = entry.expect("ours").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("ours");
                for one in field.captures_iter(&text).filter(|one| &one[1] != "ca_file") {
                    found.insert(format!("{} {}", path.display(), &one[1]));
                }
            }
        }
    }
    let without: Vec<_> = found.iter().filter(|one| !SECRETS.iter().any(|(key, ..)| one.ends_with(key))).collect();
    assert!(without.is_empty(), "no canary for {without:?}");
    assert_eq!(found.len(), SECRETS.len(), "{found:?}");
}

/// Writes every secret, with the cores `of` makes.
fn write(site: &Site, port: u16, of: impl Fn(&str) -> String) {
    for (_, file, core, around) in SECRETS {
        // A percent sign of the text itself stands doubled, as `%%`, or before a number.
        let text = around.replace("%%", "\u{1}").replace("%20", "\u{2}").replace('%', &of(core));
        let text = text.replace('\u{1}', "%").replace('\u{2}', "%20").replace("PORT", &port.to_string());
        let path = site.config.join(file);
        fs::write(&path, format!("{text}\n")).expect("ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("ours");
    }
}

/// Every form in which a core could stand somewhere: as it is (which escaping leaves alone: it is letters and digits), in
/// both alphabets of base64 at each of its three places, in hexadecimal digits, and backwards.
fn forms(core: &str) -> Vec<String> {
    let mut forms = vec![core.to_owned(), core.chars().rev().collect()];
    for shift in 0..3 {
        let shifted = [&[b'x'; 2][..shift], core.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            forms.push(text[4..text.len() - 4].to_owned());
        }
    }
    let hex: String = core.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.to_uppercase(), hex]);
    forms
}

/// Everything that was written, said, sent or shown, by what it is.
#[derive(Default)]
struct Left(BTreeMap<String, Vec<u8>>);

impl Left {
    fn add(&mut self, what: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.entry(what.into()).or_default().extend(bytes.into());
    }

    /// Every file below `folder` but the secrets themselves.
    fn add_files(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                self.add_files(&path);
            } else if !name.starts_with("canary-") && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                self.add(path.display().to_string(), fs::read(&path).unwrap_or_default());
            }
        }
    }

    fn bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Where a canary is, in what form.
    fn found(&self) -> Vec<String> {
        let cores = SECRETS.iter().flat_map(|(_, _, core, _)| [(*core).to_owned(), changed(core)]);
        let forms: Vec<(String, String)> =
            cores.flat_map(|core| forms(&core).into_iter().map(move |form| (core.clone(), form))).collect();
        let mut found = Vec::new();
        for (what, bytes) in &self.0 {
            let text = String::from_utf8_lossy(bytes);
            for (core, form) in &forms {
                if let Some(at) = text.find(form.as_str()) {
                    let from = (0..=at.saturating_sub(160)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                    found.push(format!("{core} as {form} in {what}: …{}", &text[from..at + form.len()]));
                }
            }
        }
        found
    }
}

fn page(port: u16, what: &str) -> String {
    wait_for("the health pages", SOON, || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
        stream.write_all(format!("GET {what} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    })
}

/// The town, with everything that holds a secret.
fn site(scratch: &Scratch, echo: &Echo, sink: &SmtpSink, pages: u16) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let url = format!("http://127.0.0.1:{}/api_jsonrpc.php", echo.http);
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: Some((&url, "replaced")), smtp, webhook: None });
    site.set_policy("window", "1s");
    site.lift_caps();
    site.keep_token("canary-zabbix.token");
    fs::remove_file(site.config.join("zabbix.token")).expect("the site wrote it");
    let seen = scratch.join("seen-by-the-program");
    let program = scratch.join("program");
    // What it is given, and what it can see of whoever runs it.
    let script = "#!/bin/sh\n{ tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$$/environ; tr '\\0' '\\n' </proc/$PPID/cmdline; cat; } >>SEEN\n";
    fs::write(&program, script.replace("SEEN", &seen.display().to_string())).expect("ours");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("ours");
    let Echo { http, smtp, .. } = echo;
    let program = program.display();
    site.add(
        // The first that carries mail is the one that refuses.
        "00-canaries.toml",
        &format!(
            r#"
[[channel.smtp]]
name = "locked"
host = "127.0.0.1"
port = {smtp}
tls = "none"
user = "kiriwake"
password_file = "canary-relay.password"

[[channel.webhook]]
name = "hook"
party = "soumu-joho"
url_file = "canary-hook.url"
secret_file = "canary-hook.secret"

[[channel.teams]]
name = "chat"
party = "soumu-joho"
url_file = "canary-teams.url"

[[channel.command]]
name = "program"
party = "soumu-joho"
command = ["{program}"]

[[source.zabbix]]
name = "zabbix-old"
url = "http://127.0.0.1:{http}/old/api_jsonrpc.php"
user = "kiriwake"
password_file = "canary-zabbix.password"
poll = "1s"

[health]
listen = "127.0.0.1:{pages}"
heartbeat = {{ every = "1s", url_file = "canary-heartbeat.url" }}
"#
        ),
    );
    site
}

/// Every command that shows something, and what it says, well or not.
fn ask_everything(daemon: &Daemon, numbers: &[String], left: &mut Left, scratch: &Scratch, turn: &str) {
    let backup = scratch.join(&format!("backup-{turn}")).display().to_string();
    let mut questions: Vec<Vec<&str>> = vec![
        vec!["check"],
        vec!["check", "--live"],
        vec!["status"],
        vec!["ledger", "--check"],
        vec!["incident", "list", "--all"],
        vec!["outbox", "list", "--all"],
        vec!["store", "verify"],
        vec!["store", "export"],
        vec!["store", "backup", &backup],
        vec!["who", "--at", "2026-10-07T10:00"],
        vec!["rules", "list"],
        vec!["reload"],
    ];
    for channel in ["locked", "hook", "chat", "program"] {
        // As many as there are ways of refusing.
        questions.extend(std::iter::repeat_n(vec!["test-send", channel], 7));
    }
    for number in numbers {
        questions.push(vec!["incident", "show", number]);
        questions.push(vec!["incident", "evidence", number]);
        questions.push(vec!["explain", number]);
        for part in ["1", "2"] {
            questions.push(vec!["incident", "evidence", number, "--part", part]);
        }
    }
    let rows = daemon.tell(&["outbox", "list", "--all", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&rows).expect("JSON");
    let rows: Vec<String> = rows.as_array().expect("a list").iter().map(|row| format!("O-{}", row["id"])).collect();
    questions.extend(rows.iter().map(|row| vec!["outbox", "show", row]));
    for question in questions {
        for json in [false, true] {
            let asked = if json { [question.clone(), vec!["--json"]].concat() } else { question.clone() };
            let output = daemon.ask(&asked);
            left.add(format!("kiriwake {}", asked.join(" ")), [output.stdout, output.stderr].concat());
        }
    }
}

#[test]
fn no_secret_is_anywhere_but_in_its_file_and_on_its_wire() {
    let scratch = Scratch::new("secrets");
    let (echo, sink, pages) = (Echo::start(), SmtpSink::start(), free_port());
    let site = site(&scratch, &echo, &sink, pages);
    write(&site, echo.http, str::to_owned);
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    daemon.verbosity =
        Some("trace,kiriwake=trace,hyper=trace,hyper_util=trace,reqwest=trace,lettre=trace,rustls=trace");
    daemon.restart();
    let mut left = Left::default();
    let call = |daemon: &Daemon, text: &str| {
        daemon.tell(&["incident", "open", text, "--severity", "1", "--separate"]);
    };
    for text in ["一", "二", "三"] {
        call(&daemon, text);
    }
    let used = |of: &dyn Fn(&str) -> String| {
        let heard = echo.heard();
        let was = |key: &str, core: &str| match key {
            SIGNING => heard.contains("webhook-signature: v1,") && !heard.contains(&of(core)),
            _ => heard.contains(&of(core)),
        };
        SECRETS.iter().filter(|(key, _, core, _)| !was(key, core)).map(|(key, ..)| *key).collect::<Vec<_>>()
    };
    wait_for("every secret to be used", SOON, || used(&str::to_owned).is_empty().then_some(()));
    let seen = scratch.join("seen-by-the-program");
    wait_for("the program", SOON, || seen.exists().then_some(()));
    wait_for("mails by the other way", SOON, || (sink.mails().len() > 3).then_some(()));
    ask_everything(&daemon, &daemon.numbers(), &mut left, &scratch, "first");
    left.add("/healthz", page(pages, "/healthz"));
    left.add("/metrics", page(pages, "/metrics"));
    for name in ["cmdline", "environ"] {
        left.add(name, fs::read(format!("/proc/{}/{name}", daemon.pid())).expect("it runs"));
    }

    // One secret gone, another open to all, a third written where none belongs: refused, and told.
    let [gone, open] = ["canary-hook.url", "canary-zabbix.token"].map(|name| site.config.join(name));
    fs::rename(&gone, scratch.join("canary-aside")).expect("ours");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("ours");
    let refused = daemon.ask(&["reload"]);
    assert!(!refused.status.success());
    left.add("a reload that is refused", [refused.stdout, refused.stderr].concat());
    fs::rename(scratch.join("canary-aside"), &gone).expect("ours");
    // All of them change.
    write(&site, echo.http, changed);
    daemon.tell(&["reload"]);
    call(&daemon, "四");
    let rest = || {
        // Of what has been refused often enough only a probe a minute is made; `test-send` asks at once.
        for channel in ["locked", "hook", "chat"] {
            daemon.ask(&["test-send", channel]);
        }
        used(&changed).is_empty().then_some(())
    };
    wait_for("every new secret to be used", SOON, rest);

    // Killed and damaged: what is set aside is searched, too.
    assert!(daemon.kill_dash_nine());
    let journal = fs::read_dir(site.state.join("journal")).expect("ours").flatten().map(|entry| entry.path());
    let last: PathBuf = journal.filter(|path| path.extension().is_some_and(|kind| kind == "kwj")).max().expect("one");
    let mut file = fs::OpenOptions::new().append(true).open(last).expect("ours");
    file.write_all(&[0x4b; 300]).expect("ours");
    fs::write(site.state.join("db").join("conf"), b"spoiled").expect("ours");
    daemon.restart();
    call(&daemon, "五");
    ask_everything(&daemon, &daemon.numbers(), &mut left, &scratch, "second");
    assert!(site.state.join("quarantine").exists());
    left.add("what the service manager was told", daemon.told_manager().join("\n"));
    assert!(daemon.terminate().success(), "{}", daemon.log());
    for mail in sink.mails() {
        left.add(format!("the mail {}", mail.subject), format!("{mail:?}"));
    }
    left.add_files(scratch.path());

    let log = daemon.log();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "it says all it can");
    for (what, least) in [("kiriwake ", 60), (&*site.state.display().to_string(), 15), ("backup-", 5), ("the mail", 3)]
    {
        let number = left.0.keys().filter(|name| name.contains(what)).count();
        assert!(number >= least, "{number} of {what}");
    }
    let found = left.found();
    figure(
        "secrets / things searched / bytes / canaries found",
        &format!("{} / {} / {} / {}", 2 * SECRETS.len(), left.0.len(), left.bytes(), found.len()),
    );
    assert!(found.is_empty(), "{} canaries got out:\n{}", found.len(), found.join("\n"));
}
