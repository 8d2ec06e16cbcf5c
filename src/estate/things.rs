//! The things an estate is made of, and how a fault of one reaches another - as it truly is.
//!
//! What an administrator wrote down about them (`paper`) is nearly the same, but not quite: people forget.

/// What kind of thing it is; each kind is kept by one party and watched in its own way (`checks`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// UPS and power of a rack or a branch.
    Power,
    Core,
    Distribution,
    /// Switch of a floor, a rack or a branch.
    Access,
    Firewall,
    Balancer,
    /// WAN line with the provider's router at its end.
    Line,
    AccessPoint,
    Hypervisor,
    /// A machine of its own.
    Server,
    Virtual,
    Storage,
    Database,
    Application,
    Certificate,
    /// Name resolution and logon: two machines, one service.
    Names,
    /// The monitoring system's own outpost in a branch.
    Proxy,
}

/// The party that keeps a kind of thing, as the contracts say.
pub(super) fn keeper(kind: Kind) -> &'static str {
    match kind {
        Kind::Power => "p-sha",
        Kind::Core | Kind::Distribution | Kind::Access | Kind::Firewall | Kind::Balancer | Kind::AccessPoint => "n-sha",
        Kind::Line => "e-sha",
        Kind::Hypervisor | Kind::Server | Kind::Virtual | Kind::Names => "s-sha",
        Kind::Storage => "t-sha",
        Kind::Database | Kind::Application | Kind::Certificate => "d-sha",
        Kind::Proxy => DESK,
    }
}

/// The desk itself.
pub(super) const DESK: &str = "k-sha";

/// How one thing depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// Its electricity.
    Power,
    /// The only way to it, also for monitoring.
    Path,
    /// The machine it runs on.
    Machine,
    /// Where its data lie.
    Disk,
    /// A service it calls.
    Service,
    /// It is reached by users through this, not by monitoring.
    Front,
    /// Monitoring sees it through this.
    Watch,
}

/// How a thing is, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Fine,
    /// It works; monitoring gets no data.
    Unseen,
    Slow,
    /// It runs, and does not do its work.
    Failing,
    /// It runs, and cannot be reached.
    Cut,
    /// It does not run.
    Dead,
}

/// One thing.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    /// The component's name in the configuration.
    pub(super) id: String,
    /// The name in mails.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The host its alerts are on; `None` = monitoring does not watch it.
    pub(super) host: Option<String>,
    /// Tag `component` of its alerts, where it shares the host with others.
    pub(super) tag: Option<&'static str>,
    /// What it truly depends on. Always things built before it, so there is no circle.
    pub(super) ties: Vec<(usize, Tie)>,
    /// What the administrator wrote as `needs`.
    pub(super) written: Vec<usize>,
    /// The address the desk may ping.
    pub(super) address: Option<String>,
    /// Something on the way drops pings since the address was written down.
    pub(super) blocked: bool,
    /// Its ping trigger depends on that of the switch before it (Zabbix trigger dependency).
    pub(super) hushed: bool,
}

/// What an office works with.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) needs: Vec<usize>,
    /// `all`, `several` or `one`.
    pub(super) scope: &'static str,
    pub(super) residents: bool,
}

/// All of it.
#[derive(Debug, Clone)]
pub(super) struct Town {
    pub(super) things: Vec<Thing>,
    pub(super) services: Vec<Service>,
    /// Percent of alerts that never arrive.
    pub(super) loss: u32,
}

impl Town {
    /// Hosts under monitoring.
    pub(super) fn hosts(&self) -> usize {
        let hosts: std::collections::BTreeSet<&String> =
            self.things.iter().filter_map(|thing| thing.host.as_ref()).collect();
        hosts.len()
    }

    /// The things of a kind.
    pub(super) fn of(&self, kinds: &[Kind]) -> Vec<usize> {
        (0..self.things.len()).filter(|index| kinds.contains(&self.things[*index].kind)).collect()
    }

    /// The nearest thing on the way to `index`.
    pub(super) fn upstream(&self, index: usize) -> Option<usize> {
        self.things[index].ties.iter().find(|(_, tie)| *tie == Tie::Path).map(|(up, _)| *up)
    }

    /// Whether `index` truly depends on `below`, directly or not.
    pub(super) fn needs(&self, index: usize, below: usize) -> bool {
        self.things[index].ties.iter().any(|(of, _)| *of == below || self.needs(*of, below))
    }

    /// Whether what the administrator wrote leads from `index` down to `below`.
    pub(super) fn is_written(&self, index: usize, below: usize) -> bool {
        self.things[index].written.iter().any(|of| *of == below || self.is_written(*of, below))
    }

    /// How everything is while `hit` is in `state`. `cross` says whether a dependency on a service really shows: not
    /// every request needs every service at every moment.
    pub(super) fn spread(&self, hit: usize, state: State, mut cross: impl FnMut(usize, Tie) -> bool) -> Vec<State> {
        let mut states = vec![State::Fine; self.things.len()];
        for (index, thing) in self.things.iter().enumerate() {
            let own = if index == hit { state } else { State::Fine };
            let reached = thing.ties.iter().map(|(of, tie)| match through(*tie, states[*of]) {
                State::Fine => State::Fine,
                state if cross(index, *tie) => state,
                _ => State::Fine,
            });
            states[index] = reached.fold(own, State::max);
        }
        states
    }
}

/// What a dependency makes of the state of what is depended on.
fn through(tie: Tie, state: State) -> State {
    match (tie, state) {
        (_, State::Fine) => State::Fine,
        (Tie::Watch, State::Unseen | State::Failing | State::Dead) => State::Unseen,
        (Tie::Watch, State::Slow | State::Cut) | (_, State::Unseen) => State::Fine,
        (Tie::Power | Tie::Machine, State::Dead) => State::Dead,
        (Tie::Power, _) => State::Fine,
        (Tie::Path, State::Dead | State::Cut) => State::Cut,
        (Tie::Path, State::Failing | State::Slow) => State::Slow,
        (Tie::Machine, state) => state,
        (Tie::Disk | Tie::Service | Tie::Front, State::Slow) => State::Slow,
        (Tie::Disk | Tie::Service | Tie::Front, State::Failing | State::Cut | State::Dead) => State::Failing,
    }
}
