//! `[[probe.tcp]]`: is a connection accepted?

use super::connect::{Address, Miss, connect};
use super::{Called, Fault, Kind, host_faults, not_known, seen, table};
use crate::desk::outcome::Probed;
use crate::desk::probe::Sign;
use tokio::time::Instant;

table! {
    /// A TCP connection that is closed at once.
    Tcp {
        /// Host name or IP address.
        host: String,
        port: u16,
    }
}

impl Kind for Tcp {
    const CALLED: Called = Called { ja: "TCP接続", en: "TCP connection" };

    fn target(&self) -> String {
        Address { host: &self.host, port: self.port }.to_string()
    }

    fn faults(&self) -> Vec<Fault> {
        host_faults(&self.host, self.port)
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        match connect(Address { host: &self.host, port: self.port }, deadline).await {
            Ok(_) => seen(Sign::Ok),
            Err(Miss::Theirs(sign)) => seen(sign),
            Err(Miss::NotKnown(why)) => not_known(why),
        }
    }
}
