//! How an estate is built: data centre, head office, branches; power first, applications last.

use super::dice::Dice;
use super::things::{Kind, Service, Thing, Tie, Town};

/// An estate from a seed.
pub(super) fn town(dice: &mut Dice) -> Town {
    let mut builder = Builder { things: Vec::new(), services: Vec::new(), dice };
    let centre = builder.centre();
    let machines = builder.machines(&centre);
    builder.applications(&centre, &machines);
    builder.head_office(&centre);
    builder.branches(&centre);
    builder.slips();
    let Builder { things, services, dice } = builder;
    let loss = u32::try_from(dice.between((2, 10))).unwrap_or(5);
    Town { things, services, loss }
}

struct Builder<'a> {
    things: Vec<Thing>,
    services: Vec<Service>,
    dice: &'a mut Dice,
}

/// What the rest of the estate hangs on.
struct Centre {
    core: usize,
    power: Vec<usize>,
    racks: Vec<usize>,
    firewalls: Vec<usize>,
    balancer: usize,
}

struct Machines {
    virtuals: Vec<usize>,
    storages: Vec<usize>,
    names: usize,
}

impl Builder<'_> {
    /// Adds a thing; the administrator wrote down what it depends on.
    fn add(&mut self, kind: Kind, id: String, name: String, ties: &[(usize, Tie)]) -> usize {
        let address = match kind {
            Kind::Database | Kind::Application | Kind::Certificate | Kind::Names => None,
            _ if self.dice.chance(80) => Some(format!("10.{}.{}.1", self.things.len() / 250, self.things.len() % 250)),
            _ => None,
        };
        let written = ties.iter().filter(|(_, tie)| *tie != Tie::Watch).map(|(of, _)| *of).collect();
        let (blocked, hushed) = (self.dice.chance(3), self.dice.chance(40));
        let (host, tag) = (Some(id.clone()), None);
        self.things.push(Thing { id, name, kind, host, tag, ties: ties.to_vec(), written, address, blocked, hushed });
        self.things.len() - 1
    }

    /// Monitoring does not know it.
    fn unwatched(&mut self, index: usize) {
        self.things[index].host = None;
        self.things[index].address = None;
    }

    fn service(&mut self, id: &str, name: &str, needs: Vec<usize>, scope: &'static str, residents: bool) {
        self.services.push(Service { id: id.to_owned(), name: name.to_owned(), needs, scope, residents });
    }

    fn centre(&mut self) -> Centre {
        let racks = self.dice.between((6, 9));
        let core = self.add(Kind::Core, "core-sw-01".into(), "コアスイッチ".into(), &[]);
        let farm = self.add(
            Kind::Distribution,
            "dist-dc-01".into(),
            "サーバファーム集約スイッチ".into(),
            &[(core, Tie::Path)],
        );
        let mut centre = Centre { core, power: Vec::new(), racks: Vec::new(), firewalls: Vec::new(), balancer: 0 };
        for rack in 1..=racks {
            let power = self.add(Kind::Power, format!("ups-r{rack}"), format!("ラック{rack} UPS"), &[]);
            if self.dice.chance(25) {
                self.unwatched(power);
            }
            let ties = [(farm, Tie::Path), (power, Tie::Power)];
            let switch = self.add(Kind::Access, format!("tor-r{rack}"), format!("ラック{rack} スイッチ"), &ties);
            centre.power.push(power);
            centre.racks.push(switch);
        }
        for (id, name) in
            [("fw-lgwan", "LGWAN接続ファイアウォール"), ("fw-internet", "インターネット接続ファイアウォール")]
        {
            let wall = self.add(Kind::Firewall, id.into(), name.into(), &[(core, Tie::Path)]);
            centre.firewalls.push(wall);
        }
        centre.balancer = self.add(Kind::Balancer, "lb-01".into(), "ロードバランサ".into(), &[(farm, Tie::Path)]);
        centre
    }

    fn in_rack(&mut self, centre: &Centre, nth: usize) -> [(usize, Tie); 2] {
        let rack = nth % centre.racks.len();
        [(centre.racks[rack], Tie::Path), (centre.power[rack], Tie::Power)]
    }

    fn machines(&mut self, centre: &Centre) -> Machines {
        let mut storages = Vec::new();
        for nth in 1..=3_usize {
            let ties = self.in_rack(centre, nth * 2);
            storages.push(self.add(Kind::Storage, format!("strg-{nth:02}"), format!("共有ストレージ{nth}号機"), &ties));
        }
        let mut hosts = Vec::new();
        for nth in 1..=self.dice.between((10, 14)) {
            let at = usize::try_from(nth).unwrap_or_default();
            let mut ties = self.in_rack(centre, at).to_vec();
            ties.push((storages[at % storages.len()], Tie::Disk));
            hosts.push(self.add(Kind::Hypervisor, format!("hv-{nth:02}"), format!("仮想化基盤{nth}号機"), &ties));
        }
        let mut virtuals = Vec::new();
        for nth in 1..=self.dice.between((90, 130)) {
            let host = hosts[self.dice.below(hosts.len())];
            virtuals.push(self.add(
                Kind::Virtual,
                format!("vm-{nth:03}"),
                format!("業務サーバ{nth:03}"),
                &[(host, Tie::Machine)],
            ));
        }
        let mut needs = hosts.clone();
        needs.extend(&storages);
        for nth in 1..=self.dice.between((8, 14)) {
            let ties = self.in_rack(centre, usize::try_from(nth).unwrap_or_default());
            needs.push(self.add(Kind::Server, format!("srv-{nth:02}"), format!("物理サーバ{nth}号機"), &ties));
        }
        let names = self.add(Kind::Names, "names".into(), "認証・名前解決サービス".into(), &[]);
        self.things[names].host = Some("ad-01".into());
        self.things[names].tag = Some("dns");
        needs.push(names);
        needs.extend(&centre.firewalls);
        needs.extend(&virtuals);
        self.service("platform", "共通基盤", needs, "several", false);
        Machines { virtuals, storages, names }
    }

    fn applications(&mut self, centre: &Centre, machines: &Machines) {
        let mut databases = Vec::new();
        let mut free = machines.virtuals.clone();
        self.dice.shuffle(&mut free);
        for nth in 1..=self.dice.between((12, 18)) {
            // Each on a machine of its own: an alert says on which host it is, not which of two databases there it means.
            let Some(on) = free.pop() else { break };
            let id = format!("db-{nth:02}");
            let database = self.add(Kind::Database, id, format!("業務データベース{nth}"), &[(on, Tie::Machine)]);
            let host = self.things[on].host.clone();
            self.things[database].host = host;
            self.things[database].tag = Some("database");
            // As the vendor's drawing has it: the storage of the machine's hypervisor.
            let storage = machines.storages.iter().copied().find(|storage| self.stands_on(on, *storage));
            self.things[database].written.extend(storage);
            databases.push(database);
        }
        for nth in 1..=self.dice.between((26, 36)) {
            let mut ties = vec![(databases[self.dice.below(databases.len())], Tie::Service)];
            if self.dice.chance(70) {
                ties.push((machines.virtuals[self.dice.below(machines.virtuals.len())], Tie::Machine));
            }
            if self.dice.chance(70) {
                ties.push((centre.balancer, Tie::Front));
            }
            if self.dice.chance(60) {
                ties.push((machines.names, Tie::Service));
            }
            if self.dice.chance(40) {
                ties.push((centre.firewalls[self.dice.below(2)], Tie::Front));
            }
            let host = format!("app-{nth:02}");
            if self.dice.chance(50) {
                let id = format!("cert-{nth:02}");
                let certificate = self.add(Kind::Certificate, id, format!("業務システム{nth} サーバ証明書"), &[]);
                self.things[certificate].host = Some(host.clone());
                self.things[certificate].tag = Some("certificate");
                ties.push((certificate, Tie::Service));
            }
            let application = self.add(Kind::Application, host, format!("業務システム{nth}"), &ties);
            let scope = *self.dice.pick(&["all", "several", "several", "one"]).unwrap_or(&"one");
            let residents = self.dice.chance(25);
            let (id, name) = (format!("system-{nth:02}"), format!("業務システム{nth}"));
            self.service(&id, &name, vec![application], scope, residents);
        }
    }

    fn stands_on(&self, index: usize, on: usize) -> bool {
        self.things[index].ties.iter().any(|(below, _)| *below == on || self.stands_on(*below, on))
    }

    fn head_office(&mut self, centre: &Centre) {
        for building in 1..=3 {
            let up = [(centre.core, Tie::Path)];
            let id = format!("dist-h{building}");
            let building_switch = self.add(Kind::Distribution, id, format!("本庁舎{building}号館 集約スイッチ"), &up);
            let mut needs = vec![building_switch];
            for floor in 1..=self.dice.between((3, 5)) {
                let place = format!("h{building}-{floor}f");
                let name = format!("本庁舎{building}号館{floor}階");
                needs.extend(self.floor(&place, &name, &[(building_switch, Tie::Path)], 15, 6));
            }
            self.service(
                &format!("lan-h{building}"),
                &format!("本庁舎{building}号館 庁内LAN"),
                needs,
                "several",
                false,
            );
        }
    }

    fn branches(&mut self, centre: &Centre) {
        for branch in 1..=self.dice.between((6, 9)) {
            let (place, name) = (format!("b{branch}"), format!("支所{branch}"));
            let power = self.add(Kind::Power, format!("ups-{place}"), format!("{name} UPS"), &[]);
            if self.dice.chance(40) {
                self.unwatched(power);
            }
            let ties = [(centre.core, Tie::Path), (power, Tie::Power)];
            let line = self.add(Kind::Line, format!("wan-rt-{place}"), format!("{name} WAN回線"), &ties);
            let mut needs = self.floor(&place, &name, &[(line, Tie::Path), (power, Tie::Power)], 25, 5);
            needs.push(line);
            self.service(&format!("office-{place}"), &format!("{name} 窓口業務"), needs, "several", true);
        }
    }

    /// A switch and what hangs on it. A switch nobody watches is the rule in `unwatched` percent of the places.
    fn floor(&mut self, place: &str, name: &str, ties: &[(usize, Tie)], unwatched: u32, most: i64) -> Vec<usize> {
        let switch = self.add(Kind::Access, format!("acc-{place}"), format!("{name} スイッチ"), ties);
        if self.dice.chance(unwatched) {
            self.unwatched(switch);
        }
        let mut all = vec![switch];
        let branch = ties.len() > 1;
        let proxy = (branch && self.dice.chance(50)).then(|| {
            let id = format!("zbx-proxy-{place}");
            self.add(Kind::Proxy, id, format!("{name} 監視プロキシ"), &[(switch, Tie::Path)])
        });
        for nth in 1..=self.dice.between((3, most)) {
            let (id, name) = (format!("ap-{place}-{nth}"), format!("{name} 無線アクセスポイント{nth}"));
            all.push(self.add(Kind::AccessPoint, id, name, &[(switch, Tie::Path)]));
        }
        for nth in 1..=self.dice.between((2, most - 2)) {
            let mut own = vec![(switch, Tie::Path)];
            own.extend(ties.iter().filter(|(_, tie)| *tie == Tie::Power));
            own.extend(proxy.map(|proxy| (proxy, Tie::Watch)));
            let id = format!("local-{place}-{nth}");
            let machine = self.add(Kind::Server, id, format!("{name} 端末管理サーバ{nth}"), &own);
            // `needs` is also "a fault there explains its alerts", so the outpost belongs there.
            self.things[machine].written.extend(proxy);
            all.push(machine);
        }
        all
    }

    /// Where what is written down is not how it is: a machine that has moved, a dependency nobody remembers.
    fn slips(&mut self) {
        let hosts: Vec<usize> =
            (0..self.things.len()).filter(|index| self.things[*index].kind == Kind::Hypervisor).collect();
        for index in 0..self.things.len() {
            match self.things[index].kind {
                Kind::Virtual if self.dice.chance(4) => {
                    self.things[index].written = vec![hosts[self.dice.below(hosts.len())]];
                }
                Kind::Application if self.dice.chance(6) && self.things[index].written.len() > 1 => {
                    let forgotten = self.dice.below(self.things[index].written.len());
                    self.things[index].written.remove(forgotten);
                }
                _ => {}
            }
        }
    }
}
