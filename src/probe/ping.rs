//! `[[probe.ping]]`, and the pings of components: does an address answer? Three packets, one after another; the first answer is enough.
//!
//! Sent over an ICMP datagram socket, which needs no privilege where `net.ipv4.ping_group_range` admits our group. Where
//! it does not, the answer is "not known": neither alive nor dead.

use super::{Called, Fault, Kind, host_faults, seen, table};
use crate::desk::ids::ComponentId;
use crate::desk::outcome::{self, Probed};
use crate::desk::probe::Sign;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;
use surge_ping::{Client, Config, ICMP, PingIdentifier, PingSequence, SurgeError};
use tokio::task::JoinSet;
use tokio::time::Instant;

const PACKETS: u16 = 3;
const PATIENCE: Duration = Duration::from_secs(1);
/// Addresses that are asked at the same time, when many are.
const AT_ONCE: usize = 16;
const LOOKUP: Duration = Duration::from_secs(3);

table! {
    /// ICMP echo; its own three seconds count, where they are shorter than its `timeout`.
    Ping {
        /// Host name or IP address.
        host: String,
    }
}

impl Kind for Ping {
    const CALLED: Called = Called { ja: "ping", en: "ping" };

    fn target(&self) -> String {
        self.host.clone()
    }

    fn faults(&self) -> Vec<Fault> {
        host_faults(&self.host, 1)
    }

    async fn attempt(&self, _: Instant) -> Probed {
        match ping(&self.host).await {
            outcome::Ping::Answered { .. } => seen(Sign::Ok),
            outcome::Ping::Silent => seen(Sign::Silent),
            outcome::Ping::NotKnown { why } => super::not_known(why),
        }
    }
}

/// Pings `address`, a host name or an IP address.
pub(crate) async fn ping(address: &str) -> outcome::Ping {
    let found = tokio::time::timeout(LOOKUP, tokio::net::lookup_host((address, 0))).await;
    let ip = match found {
        Ok(Ok(mut addresses)) => addresses.next().map(|socket| socket.ip()),
        Ok(Err(error)) => return not_known(format!("{address}: {error}")),
        Err(_) => return not_known(format!("{address}: the name was not resolved in time")),
    };
    let Some(ip) = ip else { return not_known(format!("{address}: no address")) };
    let kind = if ip.is_ipv4() { ICMP::V4 } else { ICMP::V6 };
    let client = match Client::new(&Config::builder().kind(kind).build()) {
        Ok(client) => client,
        Err(error) => return not_known(format!("no ICMP socket: {error}")),
    };
    let mut pinger = client.pinger(ip, PingIdentifier(identifier(ip))).await;
    pinger.timeout(PATIENCE);
    let mut trouble = None;
    for packet in 0..PACKETS {
        match pinger.ping(PingSequence(packet), &[0; 16]).await {
            Ok((_, took)) => {
                let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
                return outcome::Ping::Answered { milliseconds };
            }
            Err(SurgeError::Timeout { .. }) => {}
            Err(error) => trouble = Some(error.to_string()),
        }
    }
    trouble.map_or(outcome::Ping::Silent, not_known)
}

/// Pings many addresses, a few at a time.
pub(crate) async fn echoes(addresses: &BTreeMap<ComponentId, String>) -> BTreeMap<ComponentId, outcome::Ping> {
    let mut waiting = addresses.clone().into_iter();
    let mut asked = JoinSet::new();
    let mut all = BTreeMap::new();
    loop {
        while asked.len() < AT_ONCE
            && let Some((component, address)) = waiting.next()
        {
            asked.spawn(async move { (component, ping(&address).await) });
        }
        match asked.join_next().await {
            Some(Ok((component, answer))) => drop(all.insert(component, answer)),
            // Nothing is known of what could not be asked to its end.
            Some(Err(_)) => {}
            None => return all,
        }
    }
}

/// Tells our packets to one address from those to another.
fn identifier(ip: IpAddr) -> u16 {
    let hash = crc32fast::hash(ip.to_string().as_bytes());
    u16::try_from(hash & 0xffff).unwrap_or_default()
}

fn not_known(why: String) -> outcome::Ping {
    outcome::Ping::NotKnown { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_does_not_exist_is_not_known_rather_than_dead() {
        assert!(matches!(ping("no-such-host.invalid").await, outcome::Ping::NotKnown { .. }));
    }

    #[tokio::test]
    async fn this_machine_answers_or_the_socket_is_not_allowed() {
        assert!(!matches!(ping("127.0.0.1").await, outcome::Ping::Silent));
    }
}
