//! Parties with their contracts and contacts, each for itself.
//!
//! Not here: whether a contact can be reached when it matters (`contacts`).

use super::Checker;
use crate::config::file::{ContactTable, ContractTable, Day, PartyTable};
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::ids::PartyId;
use crate::desk::rules::{Contact, Contract, Party};
use std::collections::BTreeMap;

/// A contract that ends within so many days is worth a word: the next one takes a season to be made.
const CONTRACT_NOTICE_DAYS: i32 = 90;

impl Checker<'_> {
    /// All parties.
    pub(super) fn parties(&mut self, tables: Vec<Item<PartyTable>>) -> BTreeMap<PartyId, Party> {
        tables.into_iter().map(|table| (table.id().into(), self.one_party(table))).collect()
    }

    fn one_party(&mut self, Item { path, value: table, .. }: Item<PartyTable>) -> Party {
        self.filled(&path.key("name"), &table.name);
        let hours = self.calendar(&path.key("hours"), &table.hours);
        self.contracts(&path.key("contract"), &table.contract);
        let contacts = table.contact.into_iter().enumerate().map(|(index, contact)| {
            let path = path.key("contact").index(index);
            let calendar = match &contact.hours {
                Some(name) => self.calendar(&path.key("hours"), name),
                None => hours.clone(),
            };
            self.contact(&path, &contact);
            Contact {
                name: contact.name,
                person: contact.person,
                mail: contact.mail,
                phone: contact.phone,
                hours: calendar,
                only_severity: contact.only_severity,
                from: contact.from.map(|day| day.0),
                until: contact.until.map(|day| day.0),
            }
        });
        let contacts = contacts.collect();
        let contracts = table.contract.into_iter().map(|contract| Contract {
            number: contract.number,
            scope: contract.scope,
            from: contract.from.0,
            until: contract.until.0,
        });
        Party { kind: table.kind, name: table.name, contracts: contracts.collect(), contacts, hours }
    }

    fn contact(&mut self, path: &Path, contact: &ContactTable) {
        self.filled(&path.key("name"), &contact.name);
        match &contact.mail {
            Some(mail) => self.address(&path.key("mail"), mail),
            None if contact.phone.is_none() => {
                self.findings.fault(path, "has neither mail nor phone", "write at least one of them");
            }
            None => {}
        }
        if let Some(phone) = &contact.phone {
            self.filled(&path.key("phone"), phone);
        }
        if contact.only_severity.is_some_and(|severity| !(1..=4).contains(&severity)) {
            let help = "1 is the gravest; 2 means for 1 and 2; leave it out for all";
            self.findings.fault(&path.key("only_severity"), "is not a 重大度 from 1 to 4", help);
        }
        self.ordered(path, contact.from, contact.until);
        if contact.until.is_some_and(|until| until.0 < self.today) {
            self.findings.warn(&path.key("until"), "is past: nobody is called here any more", "take the contact away");
        }
    }

    fn ordered(&mut self, path: &Path, from: Option<Day>, until: Option<Day>) {
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            let message = format!("lies before `from` = {}", from.0);
            self.findings.fault(&path.key("until"), message, "exchange the two; both days are included");
        }
    }

    /// Contracts of one scope follow each other; different scopes run side by side.
    fn contracts(&mut self, path: &Path, contracts: &[ContractTable]) {
        let mut scopes: BTreeMap<&str, Vec<(Path, &ContractTable)>> = BTreeMap::new();
        for (index, contract) in contracts.iter().enumerate() {
            let here = path.index(index);
            self.filled(&here.key("number"), &contract.number);
            self.ordered(&here, Some(contract.from), Some(contract.until));
            scopes.entry(&contract.scope).or_default().push((here, contract));
        }
        for (scope, mut contracts) in scopes {
            contracts.sort_by_key(|(_, contract)| (contract.from, contract.until));
            for pair in contracts.windows(2) {
                let [(_, earlier), (here, later)] = pair else { continue };
                let Ok(next) = earlier.until.0.tomorrow() else { continue };
                if later.from.0 > next {
                    // Both ends are included, as everywhere.
                    let last = later.from.0.yesterday().unwrap_or(later.from.0);
                    let days = if last == next { format!("on {next}") } else { format!("from {next} until {last}") };
                    let message = format!("leaves a gap: {scope} is under no contract {days}");
                    self.findings.warn(
                        &here.key("from"),
                        message,
                        format!("{} ends on {}", earlier.number, earlier.until.0),
                    );
                } else if later.from.0 < next {
                    let message = format!("overlaps {}, which runs until {}", earlier.number, earlier.until.0);
                    self.findings.warn(
                        &here.key("from"),
                        message,
                        format!("contracts for {scope} should follow each other"),
                    );
                }
            }
            if let Some((here, last)) = contracts.iter().max_by_key(|(_, contract)| contract.until) {
                self.ends(&here.key("until"), last);
            }
        }
    }

    fn ends(&mut self, path: &Path, last: &ContractTable) {
        let Ok(left) = self.today.until(last.until.0).map(|left| left.get_days()) else { return };
        let help = format!("add the contract that follows {} with its number", last.number);
        if left < 0 {
            self.findings.warn(path, format!("is past: {} has ended", last.scope), help);
        } else if left <= CONTRACT_NOTICE_DAYS {
            self.findings.warn(path, format!("is {left} days away: {} ends then", last.scope), help);
        }
    }
}
