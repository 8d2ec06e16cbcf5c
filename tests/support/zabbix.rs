//! The private Zabbix of `tests/zabbix`, when one runs (`KW_ZBX_API_URL`): storms, single values, taking the API down.

use super::{run, signal, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// There is one Zabbix for all tests; whoever holds this has it for itself, among the tests of this file.
static TURN: Mutex<()> = Mutex::new(());
/// The same among files that run at the same time: locked in the folder of the instance (`zabbix_live.rs`, too).
const TURN_FILE: &str = "turn";

/// The running instance, for one test at a time.
pub(crate) struct Zabbix {
    env: BTreeMap<String, String>,
    // Given back in this order: the file first, then to the next of this process.
    _file: File,
    _turn: MutexGuard<'static, ()>,
}

impl Zabbix {
    /// The instance the environment names, all green; or why there is none.
    pub(crate) fn take() -> Result<Self, String> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        if std::env::var_os("KW_ZBX_API_URL").is_none() {
            return Err("no Zabbix (KW_ZBX_API_URL is not set; tests/run starts one)".to_owned());
        }
        let state = std::env::var("KW_ZBX_STATE").map_err(|_| "KW_ZBX_STATE is not set".to_owned())?;
        let file = File::create(Path::new(&state).join(TURN_FILE)).map_err(|error| format!("{state}: {error}"))?;
        file.lock().map_err(|error| format!("{state}/{TURN_FILE}: {error}"))?;
        let mut zabbix = Self { env: read_env(Path::new(&state)), _file: file, _turn: turn };
        if !zabbix.env.contains_key("KW_ZBX_POLL_TOKEN") || !zabbix.knows("core-sw-01") {
            run(zabbix.script("seed").args(["--site", "a-town"]));
            zabbix.env = read_env(Path::new(&state));
        }
        zabbix.reset();
        Ok(zabbix)
    }

    pub(crate) fn url(&self) -> &str {
        &self.env["KW_ZBX_API_URL"]
    }

    /// Token of a user that may read the seeded hosts and write notes on their problems.
    pub(crate) fn token(&self) -> &str {
        &self.env["KW_ZBX_POLL_TOKEN"]
    }

    /// Every trigger green again.
    pub(crate) fn reset(&self) {
        run(self.script("seed").arg("--reset"));
    }

    /// Plays a storm (`tests/zabbix/storms`) to its end.
    pub(crate) fn storm(&self, name: &str, speed: u32, open_at_the_end: usize) {
        let mut storm = self.script("storm");
        run(storm.args([name, "--speed", &speed.to_string(), "--expect", &open_at_the_end.to_string()]));
    }

    /// Starts a storm and returns at once; wait for the child.
    pub(crate) fn storm_begins(&self, name: &str, speed: u32) -> Child {
        let mut storm = self.script("storm");
        storm.args([name, "--speed", &speed.to_string()]).stdout(Stdio::null());
        storm.spawn().expect("python3 runs")
    }

    /// Sends one value to one item.
    pub(crate) fn fire(&self, host: &str, key: &str, value: &str) {
        run(self.script("fire").args([host, key, value]));
    }

    /// Puts a host into maintenance from this minute on, without waiting until Zabbix has noticed (up to two minutes).
    pub(crate) fn maintain(&self, host: &str) {
        run(self.script("seed").args(["--maintenance", host, "--no-wait"]));
    }

    /// Takes that maintenance away again, without waiting either.
    pub(crate) fn end_maintenance(&self, host: &str) {
        run(self.script("seed").args(["--end-maintenance", host, "--no-wait"]));
    }

    /// Event ids of the problems a poller would see now.
    pub(crate) fn open_problems(&self) -> Vec<u64> {
        let problems = self.call("problem.get", &json!({ "output": ["eventid"], "sortfield": ["eventid"] }));
        let problems = problems.as_array().cloned().unwrap_or_default();
        problems.iter().filter_map(|problem| problem["eventid"].as_str()?.parse().ok()).collect()
    }

    /// Waits until the API shows a problem, and says when that was.
    pub(crate) fn first_problem_visible(&self) -> SystemTime {
        wait_for("a problem in the API", Duration::from_secs(60), || {
            (!self.open_problems().is_empty()).then(SystemTime::now)
        })
    }

    /// Closes the API's port (nginx, by its pid file); the server behind it goes on.
    pub(crate) fn api_down(&self) {
        let file = PathBuf::from(&self.env["KW_ZBX_STATE"]).join("run/nginx.pid");
        let pid = fs::read_to_string(&file).expect("nginx wrote its pid").trim().parse().expect("a pid");
        signal(pid, "TERM");
        wait_for("the API's port to close", Duration::from_secs(20), || self.connect().is_err().then_some(()));
    }

    /// Opens it again.
    pub(crate) fn api_up(&self) {
        run(self.script("up").env("KW_ZBX_NO_INSTALL", "1"));
    }

    fn knows(&self, host: &str) -> bool {
        let hosts = self.call("host.get", &json!({ "output": ["hostid"], "filter": { "host": host } }));
        hosts.as_array().is_some_and(|hosts| !hosts.is_empty())
    }

    fn script(&self, name: &str) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zabbix").join(name));
        command.env("KW_ZBX_STATE", &self.env["KW_ZBX_STATE"]).env("KW_ZBX_PORT_BASE", &self.env["KW_ZBX_API_PORT"]);
        command.stdin(Stdio::null());
        command
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(format!("127.0.0.1:{}", self.env["KW_ZBX_API_PORT"]))
    }

    /// One JSON-RPC call as the administrator, by hand: a test should not use what it tests.
    fn call(&self, method: &str, params: &Value) -> Value {
        let auth = &self.env["KW_ZBX_ADMIN_TOKEN"];
        let body = json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": 1, "auth": auth }).to_string();
        let mut stream = self.connect().expect("the API listens");
        let head = format!(
            "POST /api_jsonrpc.php HTTP/1.0\r\nContent-Type: application/json-rpc\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).expect("the API reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the API answers");
        let json = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let answer: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{method}: {error}: {answer}"));
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }
}

fn read_env(state: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(state.join("env")).expect("tests/zabbix/up wrote its env file");
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
