//! Faults of known cause: what breaks, when, how, and who should be asked.

use super::dice::Dice;
use super::things::{DESK, Kind, State, Tie, Town, keeper};

/// The kinds of fault an estate meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FaultKind {
    DeviceDead,
    MachineDead,
    LinkDown,
    LineCut,
    HypervisorCrash,
    StorageSlow,
    DatabaseHang,
    ApplicationCrash,
    NamesWrong,
    CertificateExpired,
    DiskFull,
    PowerLost,
    PowerUnseen,
    BadChange,
    TwoAtOnce,
    SilentSwitch,
    Flapping,
    FalseAlarm,
    PlannedWork,
}

impl FaultKind {
    pub(super) const ALL: [FaultKind; 19] = [
        Self::DeviceDead,
        Self::MachineDead,
        Self::LinkDown,
        Self::LineCut,
        Self::HypervisorCrash,
        Self::StorageSlow,
        Self::DatabaseHang,
        Self::ApplicationCrash,
        Self::NamesWrong,
        Self::CertificateExpired,
        Self::DiskFull,
        Self::PowerLost,
        Self::PowerUnseen,
        Self::BadChange,
        Self::TwoAtOnce,
        Self::SilentSwitch,
        Self::Flapping,
        Self::FalseAlarm,
        Self::PlannedWork,
    ];

    /// Its name in tables.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DeviceDead => "network device dead",
            Self::MachineDead => "server dead",
            Self::LinkDown => "link down",
            Self::LineCut => "WAN line cut",
            Self::HypervisorCrash => "hypervisor crash",
            Self::StorageSlow => "storage latency",
            Self::DatabaseHang => "database hangs",
            Self::ApplicationCrash => "application crash",
            Self::NamesWrong => "name resolution wrong",
            Self::CertificateExpired => "certificate expired",
            Self::DiskFull => "disk full",
            Self::PowerLost => "power of a rack lost",
            Self::PowerUnseen => "power nobody watches",
            Self::BadChange => "change gone wrong",
            Self::TwoAtOnce => "one of two at once",
            Self::SilentSwitch => "switch nobody watches",
            Self::Flapping => "flapping link",
            Self::FalseAlarm => "monitoring's own trouble",
            Self::PlannedWork => "planned work",
        }
    }
}

/// Who should be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Party(&'static str),
    /// The desk itself; no vendor.
    Desk,
    /// Nobody: there is nothing to repair.
    Nobody,
}

/// One fault. Times are seconds from the beginning.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) number: usize,
    pub(super) kind: FaultKind,
    pub(super) hit: usize,
    pub(super) state: State,
    /// When it is there; several spells for what flaps.
    pub(super) spells: Vec<(i64, i64)>,
    /// Percent of what calls a service that really shows it.
    pub(super) share: u32,
    pub(super) right: Right,
    /// The planned work it comes with, as announced: from and until.
    pub(super) announced: Option<(i64, i64)>,
}

impl Fault {
    pub(super) fn from(&self) -> i64 {
        self.spells.first().map_or(0, |spell| spell.0)
    }

    pub(super) fn until(&self) -> i64 {
        self.spells.last().map_or(0, |spell| spell.1)
    }
}

/// `count` faults, kind after kind in a random order, with hours of quiet between them.
pub(super) fn faults(town: &Town, count: usize, dice: &mut Dice) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut kinds: Vec<FaultKind> = Vec::new();
    let mut clock = 3_600;
    while faults.len() < count {
        if kinds.is_empty() {
            kinds = FaultKind::ALL.to_vec();
            kinds.retain(|kind| *kind != FaultKind::PowerUnseen);
            dice.shuffle(&mut kinds);
        }
        let Some(kind) = kinds.pop() else { break };
        let from = clock + dice.between((0, 3_600));
        let number = faults.len();
        let new = match kind {
            FaultKind::TwoAtOnce => pair(town, number, from, dice),
            kind => single(town, kind, number, from, dice).into_iter().collect(),
        };
        clock = new.iter().map(Fault::until).max().unwrap_or(clock) + dice.between((4_500, 9_000));
        faults.extend(new);
    }
    faults.truncate(count);
    faults
}

fn single(town: &Town, kind: FaultKind, number: usize, from: i64, dice: &mut Dice) -> Option<Fault> {
    let watched = |kinds: &[Kind]| {
        let all = town.of(kinds).into_iter().filter(|index| town.things[*index].host.is_some());
        all.collect::<Vec<usize>>()
    };
    let network = [Kind::Core, Kind::Distribution, Kind::Access, Kind::Firewall, Kind::Balancer, Kind::AccessPoint];
    let (places, state) = match kind {
        FaultKind::DeviceDead => {
            // A few points for every sort, or access points would be all there is.
            let sort = *dice.pick(&network)?;
            (watched(&[sort]), State::Dead)
        }
        FaultKind::MachineDead => (watched(&[Kind::Server, Kind::Virtual]), State::Dead),
        FaultKind::LinkDown => (watched(&[Kind::Access, Kind::Distribution]), State::Cut),
        FaultKind::LineCut => (watched(&[Kind::Line]), State::Cut),
        FaultKind::HypervisorCrash => (watched(&[Kind::Hypervisor]), State::Dead),
        FaultKind::StorageSlow => (watched(&[Kind::Storage]), State::Slow),
        FaultKind::DatabaseHang => (watched(&[Kind::Database]), State::Failing),
        FaultKind::ApplicationCrash => (watched(&[Kind::Application]), State::Failing),
        FaultKind::NamesWrong => (watched(&[Kind::Names]), State::Failing),
        FaultKind::CertificateExpired => (watched(&[Kind::Certificate]), State::Failing),
        FaultKind::DiskFull => (watched(&[Kind::Virtual, Kind::Server]), State::Failing),
        FaultKind::PowerLost | FaultKind::PowerUnseen => (town.of(&[Kind::Power]), State::Dead),
        FaultKind::BadChange => (watched(&[Kind::Firewall, Kind::Balancer]), State::Failing),
        FaultKind::SilentSwitch => {
            let silent = town.of(&[Kind::Access]).into_iter().filter(|index| town.things[*index].host.is_none());
            (silent.collect(), State::Dead)
        }
        FaultKind::Flapping => (watched(&[Kind::Access, Kind::Line]), State::Cut),
        FaultKind::FalseAlarm => (watched(&[Kind::Proxy, Kind::Virtual, Kind::Server]), State::Unseen),
        FaultKind::PlannedWork => (watched(&[Kind::Hypervisor, Kind::Access, Kind::Storage]), State::Dead),
        FaultKind::TwoAtOnce => return None,
    };
    // Half of what is wrong with monitoring is an outpost, the other half a check that failed once.
    let places = match kind {
        FaultKind::FalseAlarm if dice.chance(50) => {
            places.into_iter().filter(|at| town.things[*at].kind == Kind::Proxy).collect()
        }
        _ => places,
    };
    let hit = *dice.pick(&places)?;
    let spells = match kind {
        FaultKind::Flapping => flaps(from, dice),
        FaultKind::FalseAlarm if town.things[hit].kind != Kind::Proxy => vec![(from, from + dice.between((20, 50)))],
        _ => vec![(from, from + dice.between((1_500, 5_400)))],
    };
    let state = if town.things[hit].kind == Kind::Proxy { State::Dead } else { state };
    let share = match kind {
        FaultKind::BadChange => u32::try_from(dice.between((30, 70))).unwrap_or(50),
        FaultKind::NamesWrong => u32::try_from(dice.between((40, 80))).unwrap_or(60),
        FaultKind::DiskFull => 50,
        _ => 90,
    };
    let right = match (kind, keeper(town.things[hit].kind)) {
        (FaultKind::PlannedWork, _) => Right::Nobody,
        (FaultKind::FalseAlarm, DESK) => Right::Desk,
        (FaultKind::FalseAlarm, _) => Right::Nobody,
        (_, party) => Right::Party(party),
    };
    let kind = match kind {
        FaultKind::PowerLost if town.things[hit].host.is_none() => FaultKind::PowerUnseen,
        kind => kind,
    };
    let (from, until) = (spells.first()?.0, spells.last()?.1);
    let announced = match kind {
        // Registered with room on both sides, as people do.
        FaultKind::PlannedWork => Some((from - 900, until + 1_200)),
        // What was changed shows towards the end of the work or soon after it; now and then nobody announced anything.
        FaultKind::BadChange if dice.chance(85) => {
            Some((from - dice.between((1_200, 3_600)), from + dice.between((-900, 600))))
        }
        _ => None,
    };
    Some(Fault { number, kind, hit, state, spells, share, right, announced })
}

/// Down for a moment, up for a few minutes, again and again.
fn flaps(from: i64, dice: &mut Dice) -> Vec<(i64, i64)> {
    let mut at = from;
    let mut spells = Vec::new();
    for _ in 0..dice.between((5, 8)) {
        let until = at + dice.between((30, 110));
        spells.push((at, until));
        at = until + dice.between((60, 200));
    }
    spells
}

/// Two faults within three minutes that have nothing to do with each other.
fn pair(town: &Town, number: usize, from: i64, dice: &mut Dice) -> Vec<Fault> {
    let kinds = [
        FaultKind::DeviceDead,
        FaultKind::MachineDead,
        FaultKind::LineCut,
        FaultKind::HypervisorCrash,
        FaultKind::StorageSlow,
        FaultKind::DatabaseHang,
        FaultKind::ApplicationCrash,
        FaultKind::CertificateExpired,
    ];
    // What hits everything leaves no room for a second fault that could be told apart.
    let small = |fault: &Fault| {
        let reached = town.spread(fault.hit, fault.state, |_, _| true);
        reached.iter().filter(|state| **state > State::Fine).count() * 4 < town.things.len()
    };
    for _ in 0..200 {
        let (Some(one), Some(other)) = (dice.pick(&kinds).copied(), dice.pick(&kinds).copied()) else { break };
        let one = single(town, one, number, from, dice).filter(small);
        let later = from + dice.between((0, 180));
        let other = single(town, other, number + 1, later, dice).filter(small);
        if let (Some(one), Some(other)) = (one, other)
            && apart(town, &one, &other)
        {
            return [one, other].map(|fault| Fault { kind: FaultKind::TwoAtOnce, ..fault }).to_vec();
        }
    }
    Vec::new()
}

/// Nothing shows both.
fn apart(town: &Town, one: &Fault, other: &Fault) -> bool {
    let states = |fault: &Fault| town.spread(fault.hit, fault.state, |_, _| true);
    states(one).iter().zip(states(other)).all(|(one, other)| *one == State::Fine || other == State::Fine)
}

/// How everything is during a spell of a fault.
pub(super) fn reached(town: &Town, fault: &Fault, dice: &mut Dice) -> Vec<State> {
    let evacuated = fault.kind == FaultKind::PlannedWork;
    let share = fault.share;
    town.spread(fault.hit, fault.state, |index, tie| match tie {
        Tie::Service | Tie::Front => dice.chance(share),
        // Machines are moved away before a hypervisor is worked on.
        Tie::Machine if evacuated && town.things[index].kind == Kind::Virtual => false,
        Tie::Machine if fault.kind == FaultKind::DiskFull => dice.chance(share),
        Tie::Power | Tie::Path | Tie::Machine | Tie::Disk | Tie::Watch => true,
    })
}
